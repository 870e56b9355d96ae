#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include "services/records/store/query.h"
#include "services/records/store/reads.h"

namespace baodao::records {
namespace {

// The columns that a list is filtered by.
struct Columns {
  const char* time;
  const char* state;
  const char* category;
  const char* area;
};

template <class AnyQuery>
void AddFilters(Query& select, const AnyQuery& query, const Columns& columns) {
  if (query.period) {
    select.Add(absl::StrCat(" AND ", columns.time, " >= ?"), query.period->start_ms);
    select.Add(absl::StrCat(" AND ", columns.time, " < ?"), query.period->end_ms);
  }
  if (!query.states.empty()) {
    select.Add(
        absl::StrCat(" AND ", columns.state, " IN (", absl::StrJoin(query.states, ", "), ")"));
  }
  if (!query.categories.empty()) {
    select.AddIn(absl::StrCat(" AND ", columns.category), query.categories);
  }
  if (query.areas) select.AddIn(absl::StrCat(" AND ", columns.area), *query.areas);
}

void AddList(Query& select, const HistoryQuery& query) {
  select.Add(" FROM assignments a JOIN tasks t ON t.task_id = a.task_id WHERE ");
  if (query.unit_id.empty()) {
    select.Add("a.person_id = ?", query.person_id);
  } else {
    // The index has nobody who was there for no unit.
    select.Add("a.unit_id <> '' AND a.unit_id = ?", query.unit_id);
    if (!query.person_id.empty()) select.Add(" AND a.person_id = ?", query.person_id);
  }
  AddFilters(select, query, {"a.start_ms", "a.state", "t.category", "a.area_code"});
}

void AddList(Query& select, const NeedHistoryQuery& query) {
  select.Add(" FROM needs n LEFT JOIN tasks t ON t.task_id = n.task_id");
  select.Add(" WHERE n.requester_id = ?", query.person_id);
  AddFilters(select, query, {"n.create_ms", "n.state", "n.category", "n.area_code"});
}

template <class AnyQuery>
int64_t CountAll(Connection& connection, const AnyQuery& query) {
  int64_t total = 0;
  Query count(connection.sql());
  count.Into(total);
  count.Add("SELECT COUNT(*)");
  AddList(count, query);
  count.Run();
  count.Next();
  return total;
}

// One more than is shown tells whether there is a next page.
template <class Page>
void Trim(Page& page, int size) {
  page.more = page.facts.size() > static_cast<size_t>(size);
  if (page.more) page.facts.pop_back();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> AreasOf(Connection& connection,
                                                 const std::string& person_id) {
  std::vector<std::string> codes;
  std::string code;
  Query select(connection.sql());
  select.Into(code);
  select.Add("SELECT area_code FROM assignments WHERE person_id = ?", person_id);
  select.Add(" UNION SELECT area_code FROM registrations WHERE subject_id = ?", person_id);
  select.Add(" UNION SELECT area_code FROM needs WHERE requester_id = ?", person_id);
  select.Run();
  while (select.Next()) codes.push_back(code);
  return codes;
}

absl::StatusOr<HistoryPage> ReadHistory(Connection& connection, const HistoryQuery& query) {
  connection.BeginRead();
  HistoryPage page;
  page.total = CountAll(connection, query);
  {
    HistoryFact fact;
    AssignmentRow& row = fact.assignment;
    Query select(connection.sql());
    select.Into(row.task_id, row.person_id, row.start_ms, row.area_code, row.state, row.unit_id,
                row.accept_ms, row.sign_in_ms, row.sign_out_ms, row.end_cause, row.reason,
                row.update_ms, fact.title, fact.category, fact.end_ms, fact.rating, fact.minutes);
    select.Add(
        "SELECT a.task_id, a.person_id, a.start_ms, a.area_code, a.state, a.unit_id, a.accept_ms, "
        "a.sign_in_ms, a.sign_out_ms, a.end_cause, a.reason, a.update_ms, t.title, t.category, "
        "t.end_ms, t.rating, (SELECT CAST(COALESCE(SUM(l.minutes), 0) AS BIGINT) FROM ledger l "
        "WHERE l.person_id = a.person_id AND l.task_id = a.task_id)");
    AddList(select, query);
    if (query.after) {
      select.Add(" AND (a.start_ms, a.task_id, a.person_id) < (?", query.after->ms);
      select.Add(", ?", query.after->id);
      select.Add(", ?)", query.after->person_id);
    }
    select.Add(" ORDER BY a.start_ms DESC, a.task_id DESC, a.person_id DESC LIMIT ?",
               int64_t{query.size} + 1);
    select.Run();
    while (select.Next()) page.facts.push_back(fact);
  }
  connection.Commit();
  Trim(page, query.size);
  return page;
}

absl::StatusOr<NeedHistoryPage> ReadHistory(Connection& connection, const NeedHistoryQuery& query) {
  connection.BeginRead();
  NeedHistoryPage page;
  page.total = CountAll(connection, query);
  {
    NeedHistoryFact fact;
    NeedRow& row = fact.need;
    Query select(connection.sql());
    select.Into(row.need_id, row.title, row.category, row.area_code, row.state, row.task_id,
                row.people_wanted, row.start_ms, row.end_ms, row.create_ms, row.update_ms,
                fact.rating);
    select.Add(
        "SELECT n.need_id, n.title, n.category, n.area_code, n.state, n.task_id, n.people_wanted, "
        "n.start_ms, n.end_ms, n.create_ms, n.update_ms, CAST(COALESCE(t.rating, 0) AS BIGINT)");
    AddList(select, query);
    if (query.after) {
      select.Add(" AND (n.create_ms, n.need_id) < (?", query.after->ms);
      select.Add(", ?)", query.after->id);
    }
    select.Add(" ORDER BY n.create_ms DESC, n.need_id DESC LIMIT ?", int64_t{query.size} + 1);
    select.Run();
    while (select.Next()) page.facts.push_back(fact);
  }
  connection.Commit();
  Trim(page, query.size);
  return page;
}

}  // namespace baodao::records
