#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include "services/records/store/query.h"
#include "services/records/store/reads.h"

namespace baodao::records {
namespace {

void AddNeedHistory(Query& select, const NeedHistoryQuery& query) {
  select.Add(" FROM needs n LEFT JOIN tasks t ON t.task_id = n.task_id");
  select.Add(" WHERE n.requester_id = ?", query.person_id);
  if (query.period) {
    select.Add(" AND n.create_ms >= ?", query.period->start_ms);
    select.Add(" AND n.create_ms < ?", query.period->end_ms);
  }
  if (!query.states.empty()) {
    select.Add(absl::StrCat(" AND n.state IN (", absl::StrJoin(query.states, ", "), ")"));
  }
  if (!query.categories.empty()) select.AddIn(" AND n.category", query.categories);
  if (query.areas) select.AddIn(" AND n.area_code", *query.areas);
}

int64_t CountNeedHistory(Connection& connection, const NeedHistoryQuery& query) {
  int64_t total = 0;
  Query count(connection.sql());
  count.Into(total);
  count.Add("SELECT COUNT(*)");
  AddNeedHistory(count, query);
  count.Run();
  count.Next();
  return total;
}

}  // namespace

absl::StatusOr<NeedHistoryPage> ReadNeedHistory(Connection& connection,
                                                const NeedHistoryQuery& query) {
  connection.BeginRead();
  NeedHistoryPage page;
  page.total = CountNeedHistory(connection, query);
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
    AddNeedHistory(select, query);
    if (query.after) {
      select.Add(" AND (n.create_ms, n.need_id) < (?", query.after->ms);
      select.Add(", ?)", query.after->id);
    }
    // One more than is shown tells whether there is a next page.
    select.Add(" ORDER BY n.create_ms DESC, n.need_id DESC LIMIT ?", int64_t{query.size} + 1);
    select.Run();
    while (select.Next()) page.facts.push_back(fact);
  }
  connection.Commit();
  page.more = page.facts.size() > static_cast<size_t>(query.size);
  if (page.more) page.facts.pop_back();
  return page;
}

}  // namespace baodao::records
