#include "services/records/store/search_areas.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <utility>

namespace baodao::records {
namespace {

using Codes = std::vector<std::string>;

// To look for one of several marks costs a step for each of them at every document that has one.
constexpr size_t kMaxMarks = 100;

// A list of codes is bound as one value.
std::string ListOf(Dialect dialect, const Codes& codes) {
  if (dialect == Dialect::kPostgres) return absl::StrJoin(codes, ",");
  return absl::StrCat("[\"", absl::StrJoin(codes, "\",\""), "\"]");
}

}  // namespace

AreaFilter::AreaFilter(Connection& connection, std::string table, const SoughtAreas& areas,
                       std::vector<int> states)
    : dialect_(connection.dialect()), table_(std::move(table)), states_(std::move(states)) {
  const auto few = [&](const Codes& others) {
    return (areas.beginnings.size() + others.size()) * MarksOfEach() <= kMaxMarks;
  };
  Codes used = areas.others;
  if (!few(used)) used = UsedOf(connection, used);
  if (few(used)) {
    AddMarks(areas, used);
  } else {
    areas_ = areas.codes;
  }
}

// A condition that an area can be compared with behind it.
std::string AreaFilter::RowsInArea() const {
  if (states_.empty()) return table_ + " r WHERE r.area_code";
  return absl::StrCat("registrations r WHERE r.state IN (", absl::StrJoin(states_, ", "),
                      ") AND r.area_code");
}

Codes AreaFilter::UsedOf(Connection& connection, const Codes& areas) {
  Codes used;
  std::string code;
  Query select(connection.sql());
  select.Into(code);
  select.Add(dialect_ == Dialect::kSqlite
                 ? "SELECT l.code FROM (SELECT value AS code FROM json_each(?)) l"
                 : "SELECT l.code FROM unnest(string_to_array(?, ',')) AS l (code)",
             ListOf(dialect_, areas));
  // One look for each: OFFSET keeps PostgreSQL from reading all rows at once.
  select.Add(" WHERE EXISTS (SELECT 1 FROM " + RowsInArea() + " = l.code LIMIT 1 OFFSET 0)");
  select.Run();
  while (select.Next()) used.push_back(code);
  return used;
}

void AreaFilter::AddMarks(const SoughtAreas& areas, const Codes& used) {
  for (const std::string& beginning : areas.beginnings) {
    if (states_.empty()) marks_.push_back(AreasMark(beginning));
    for (const int state : states_) marks_.push_back(PlacesMark(state, beginning));
  }
  for (const std::string& code : used) {
    if (states_.empty()) marks_.push_back(AreaMark(code));
    for (const int state : states_) marks_.push_back(PlaceMark(state, code));
  }
  // Nothing lies in any.
  if (marks_.empty()) marks_.push_back(AreaMark(""));
}

void AreaFilter::AddTo(Query& select) const {
  if (!by_rows()) return;
  const std::string in = dialect_ == Dialect::kSqlite ? " IN (SELECT value FROM json_each(?))"
                                                      : " = ANY(string_to_array(?, ','))";
  if (states_.empty()) {
    select.Add(" AND t.area_code" + in, ListOf(dialect_, areas_));
    return;
  }
  select.Add(" AND EXISTS (SELECT 1 FROM " + RowsInArea() + in, ListOf(dialect_, areas_));
  select.Add(" AND r.subject_id = d.id)");
}

}  // namespace baodao::records
