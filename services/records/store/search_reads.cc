#include "services/records/store/search_reads.h"

#include <absl/strings/str_cat.h>

#include <map>

#include "services/records/store/query.h"
#include "services/records/store/search_areas.h"
#include "services/records/store/tables.h"

namespace baodao::records {
namespace {

// Tables of answers: `key` is the id of the document, `columns` are what is shown.
const Table<TaskRow>& ShownTasks() {
  using Row = TaskRow;
  static const Table<Row> table{"tasks",
                                {"task_id"},
                                {{"task_id", &Row::task_id},
                                 {"title", &Row::title},
                                 {"category", &Row::category},
                                 {"area_code", &Row::area_code},
                                 {"state", &Row::state},
                                 {"slots_max", &Row::slots_max},
                                 {"accepted_count", &Row::accepted_count},
                                 {"start_ms", &Row::start_ms},
                                 {"end_ms", &Row::end_ms}}};
  return table;
}

const Table<PersonFact>& ShownPeople() {
  static const Table<PersonFact> table{
      "people", {"person_id"}, {{"person_id", &PersonFact::person_id}}};
  return table;
}

// Both databases look at the newest first and stop when the page is full: SQLite reads the index in
// this order; PostgreSQL does so for common terms, and for rare ones sorts the few that there are.
template <class Row>
SearchPage<Row> Search(Connection& connection, const SearchQuery& query, const Table<Row>& table) {
  Wanted wanted = query.wanted;
  std::optional<AreaFilter> areas;
  if (query.areas) {
    areas.emplace(connection, table.name, *query.areas, query.states);
    if (!areas->marks().empty()) wanted.choices.push_back(areas->marks());
  }
  const bool sqlite = connection.dialect() == Dialect::kSqlite;
  const std::string number = sqlite ? "document_index.rowid" : "d.number";
  SearchPage<Row> page;
  Row row;
  int64_t at = 0;
  Query select(connection.sql());
  select.Into(at);
  select.Add("SELECT " + number);
  for (const Column<Row>& column : table.columns) {
    select.Add(absl::StrCat(", t.", column.name));
    std::visit([&](auto member) { select.Into(row.*member); }, column.member);
  }
  select.Add(sqlite ? " FROM document_index JOIN documents d ON d.number = document_index.rowid"
                    : " FROM documents d");
  select.Add(absl::StrCat(" JOIN ", table.name, " t ON t.", table.key[0], " = d.id WHERE "));
  if (sqlite) {
    select.Add("document_index MATCH ?", Fts5Query(wanted));
  } else {
    select.Add("d.words @@ CAST(? AS TSQUERY)", TsQuery(wanted));
  }
  select.Add(" AND " + number + " >= ?", query.range.start);
  select.Add(" AND " + number + " < ?", query.range.end);
  if (areas) areas->AddTo(select);
  // One more than is shown tells whether there is a next page.
  select.Add(" ORDER BY " + number + " DESC LIMIT ?", int64_t{query.size} + 1);
  select.Run();
  while (select.Next()) {
    page.more = page.rows.size() == static_cast<size_t>(query.size);
    if (page.more) break;
    page.rows.push_back(row);
    page.last = at;
  }
  return page;
}

void ReadRegistrations(Connection& connection, std::vector<PersonFact>* people) {
  std::map<std::string, PersonFact*> by_id;
  std::vector<std::string> ids;
  for (PersonFact& person : *people) {
    by_id[person.person_id] = &person;
    ids.push_back(person.person_id);
  }
  RegistrationRow row;
  Query select(connection.sql());
  select.Into(row.registration_id, row.subject_id, row.area_code, row.state);
  select.Add("SELECT registration_id, subject_id, area_code, state FROM registrations WHERE ");
  select.AddIn("subject_id", ids).Add(" ORDER BY area_code, registration_id");
  select.Run();
  while (select.Next()) by_id.at(row.subject_id)->registrations.push_back(row);
}

}  // namespace

absl::StatusOr<SearchPage<TaskRow>> SearchTasks(Connection& connection, const SearchQuery& query) {
  return Search(connection, query, ShownTasks());
}

absl::StatusOr<SearchPage<NeedRow>> SearchNeeds(Connection& connection, const SearchQuery& query) {
  return Search(connection, query, NeedsTable());
}

absl::StatusOr<SearchPage<UnitRow>> SearchUnits(Connection& connection, const SearchQuery& query) {
  return Search(connection, query, UnitsTable());
}

absl::StatusOr<SearchPage<PersonFact>> SearchPeople(Connection& connection,
                                                    const SearchQuery& query) {
  connection.BeginRead();
  SearchPage<PersonFact> page = Search(connection, query, ShownPeople());
  ReadRegistrations(connection, &page.rows);
  connection.Commit();
  return page;
}

}  // namespace baodao::records
