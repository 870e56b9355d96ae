// The index that searches read, kept in step with the rows: each document is made of the row as it
// is after the events of a transaction, in the same one, so whatever gates the row gates the
// document.
#pragma once

#include <absl/status/statusor.h>
#include <soci/soci.h>

#include <optional>
#include <string>

#include "services/records/domain/document.h"
#include "services/records/domain/newest_rows.h"
#include "services/records/store/connection.h"

namespace baodao::records {

// SQLite only: which documents have which terms. FTS5 would take out and put in again all terms of
// a document for the one that has changed, mostly its state.
class Postings {
 public:
  explicit Postings(soci::session& sql);
  // The statements refer to the members.
  Postings(const Postings&) = delete;
  Postings& operator=(const Postings&) = delete;

  // The document had the terms `before`.
  void Change(int64_t number, const std::string& before, const std::string& after);

 private:
  int64_t number_ = 0;
  TermChanges changes_;
  soci::statement remove_;
  soci::statement add_;
};

class DocumentIndex {
 public:
  DocumentIndex(soci::session& sql, Dialect dialect);
  // The statements refer to the members.
  DocumentIndex(const DocumentIndex&) = delete;
  DocumentIndex& operator=(const DocumentIndex&) = delete;

  // Brings up to date what the rows are about; they are written.
  void Update(const NewestRows& rows);

 private:
  // Reads what a document is made of: title, categories, area and state, by id_.
  soci::statement Facts(soci::session& sql, const std::string& select);
  // Makes the terms of id_; false where nothing is known of it.
  bool MakeTerms(DocumentKind kind);
  bool MakeTerms(soci::statement& facts);
  bool MakeTermsOfPerson();
  // That id_ has terms_.
  void Write(int64_t wanted_number);

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
  std::optional<Postings> postings_;
};

// SQLite only: merges some of the parts of the index, which small writes add and every search reads
// side by side: parts of a like size, or from now on, with `all`, whatever there is. False when
// there is nothing to merge.
absl::StatusOr<bool> MergeIndex(Connection& connection, bool all);

}  // namespace baodao::records
