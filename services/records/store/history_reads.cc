#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include "services/records/store/query.h"
#include "services/records/store/reads.h"

namespace baodao::records {
namespace {

void AddHistory(Query& select, const HistoryQuery& query) {
  select.Add(" FROM assignments a JOIN tasks t ON t.task_id = a.task_id WHERE ");
  if (query.unit_id.empty()) {
    select.Add("a.person_id = ?", query.person_id);
  } else {
    // The index has nobody who was there for no unit.
    select.Add("a.unit_id <> '' AND a.unit_id = ?", query.unit_id);
    if (!query.person_id.empty()) select.Add(" AND a.person_id = ?", query.person_id);
  }
  if (query.period) {
    select.Add(" AND a.start_ms >= ?", query.period->start_ms);
    select.Add(" AND a.start_ms < ?", query.period->end_ms);
  }
  if (!query.states.empty()) {
    select.Add(absl::StrCat(" AND a.state IN (", absl::StrJoin(query.states, ", "), ")"));
  }
  if (!query.categories.empty()) select.AddIn(" AND t.category", query.categories);
  if (query.areas) select.AddIn(" AND a.area_code", *query.areas);
}

int64_t CountHistory(Connection& connection, const HistoryQuery& query) {
  int64_t total = 0;
  Query count(connection.sql());
  count.Into(total);
  count.Add("SELECT COUNT(*)");
  AddHistory(count, query);
  count.Run();
  count.Next();
  return total;
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
  page.total = CountHistory(connection, query);
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
    AddHistory(select, query);
    if (query.after) {
      select.Add(" AND (a.start_ms, a.task_id, a.person_id) < (?", query.after->ms);
      select.Add(", ?", query.after->id);
      select.Add(", ?)", query.after->person_id);
    }
    // One more than is shown tells whether there is a next page.
    select.Add(" ORDER BY a.start_ms DESC, a.task_id DESC, a.person_id DESC LIMIT ?",
               int64_t{query.size} + 1);
    select.Run();
    while (select.Next()) page.facts.push_back(fact);
  }
  connection.Commit();
  page.more = page.facts.size() > static_cast<size_t>(query.size);
  if (page.more) page.facts.pop_back();
  return page;
}

}  // namespace baodao::records
