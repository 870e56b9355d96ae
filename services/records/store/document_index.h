// The index that searches read, kept in step with the rows: each document is made of the row as it
// is after an event, in the same transaction, so whatever gates the row gates the document.
#pragma once

#include <absl/status/statusor.h>
#include <soci/soci.h>

#include <string>
#include <vector>

#include "services/records/domain/document.h"
#include "services/records/domain/rows_of.h"
#include "services/records/store/connection.h"

namespace baodao::records {

class DocumentIndex {
 public:
  explicit DocumentIndex(soci::session& sql);
  // The statements refer to the members.
  DocumentIndex(const DocumentIndex&) = delete;
  DocumentIndex& operator=(const DocumentIndex&) = delete;

  // Brings up to date what the event is about; its rows are written.
  void Update(const Rows& rows);

 private:
  // Reads what a document is made of: title, categories, area and state, by id_.
  soci::statement Facts(soci::session& sql, const std::string& select);
  void UpdateFacts(DocumentKind kind, const std::string& id, soci::statement& facts);
  void UpdatePerson(const std::string& id);
  // That id_ has terms_.
  void Write(DocumentKind kind);

  std::string id_;
  int64_t number_ = 0;
  std::string terms_;
  std::string old_terms_;
  DocumentFacts facts_;
  PersonFacts person_;
  PersonFacts::Place place_;

  soci::statement task_;
  soci::statement need_;
  soci::statement unit_;
  soci::statement of_person_;
  soci::statement places_;
  soci::statement find_;
  soci::statement insert_;
  soci::statement update_;
};

// SQLite only: merges some of the parts of the index, which small writes add and every search reads
// side by side: parts of a like size, or from now on, with `all`, whatever there is. False when
// there is nothing to merge.
absl::StatusOr<bool> MergeIndex(Connection& connection, bool all);

}  // namespace baodao::records
