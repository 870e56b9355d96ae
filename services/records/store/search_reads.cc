#include "services/records/store/search_reads.h"

#include <algorithm>
#include <map>
#include <utility>

#include "services/records/store/query.h"
#include "services/records/store/search.h"
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

// An area that the tree did not have when the question was made may have a code that begins like
// those of the others.
bool LiesIn(const SearchQuery& query, const std::string& area_code) {
  return !query.areas || std::ranges::binary_search(query.areas->codes, area_code);
}

// `look` is called with the page before the transaction ends.
template <class Row, class Look>
SearchPage<Row> Find(Connection& connection, const SearchQuery& query, const Table<Row>& table,
                     const Look& look) {
  connection.BeginRead();
  SearchPage<Row> page = Search<Row>(connection, query, table).Page();
  look(&page.rows);
  connection.Commit();
  return page;
}

template <class Row>
SearchPage<Row> Find(Connection& connection, const SearchQuery& query, const Table<Row>& table) {
  return Find(connection, query, table, [&](std::vector<Row>* rows) {
    std::erase_if(*rows, [&](const Row& row) { return !LiesIn(query, row.area_code); });
  });
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
  return Find(connection, query, ShownTasks());
}

absl::StatusOr<SearchPage<NeedRow>> SearchNeeds(Connection& connection, const SearchQuery& query) {
  return Find(connection, query, NeedsTable());
}

absl::StatusOr<SearchPage<UnitRow>> SearchUnits(Connection& connection, const SearchQuery& query) {
  return Find(connection, query, UnitsTable());
}

absl::StatusOr<SearchPage<PersonFact>> SearchPeople(Connection& connection,
                                                    const SearchQuery& query) {
  const auto lies_there = [&](const RegistrationRow& row) {
    return std::ranges::find(query.states, row.state) != query.states.end() &&
           LiesIn(query, row.area_code);
  };
  return Find(connection, query, ShownPeople(), [&](std::vector<PersonFact>* people) {
    ReadRegistrations(connection, people);
    if (!query.areas) return;
    std::erase_if(*people, [&](const PersonFact& person) {
      return std::ranges::none_of(person.registrations, lies_there);
    });
  });
}

}  // namespace baodao::records
