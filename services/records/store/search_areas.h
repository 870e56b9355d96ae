// Searches within areas: by marks of the index where these are few, by the rows otherwise.
#pragma once

#include <string>
#include <vector>

#include "services/records/domain/document.h"
#include "services/records/domain/sought_areas.h"
#include "services/records/store/connection.h"
#include "services/records/store/query.h"

namespace baodao::records {

class AreaFilter {
 public:
  // Those documents of `table` that lie in one of `areas`; of people, who have `states`,
  // those with a registration in one of these states there.
  AreaFilter(Connection& connection, std::string table, const SoughtAreas& areas,
             std::vector<int> states);

  // One of these or the other is needed. The marks are a choice for the index.
  const std::vector<std::string>& marks() const { return marks_; }
  bool by_rows() const { return marks_.empty(); }
  // " AND …" of document d and its row t; nothing where the marks are asked for.
  void AddTo(Query& select) const;

 private:
  std::string RowsInArea() const;
  // Those that anything lies in: of a tree with houses these are few.
  std::vector<std::string> UsedOf(Connection& connection, const std::vector<std::string>& areas);
  void AddMarks(const SoughtAreas& areas, const std::vector<std::string>& used);
  size_t MarksOfEach() const { return states_.empty() ? 1 : states_.size(); }

  const Dialect dialect_;
  const std::string table_;
  const std::vector<int> states_;
  std::vector<std::string> marks_;
  std::vector<std::string> areas_;  // that rows are looked at for
};

}  // namespace baodao::records
