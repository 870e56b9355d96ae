#include <cstdlib>
#include <string>

#include "services/records/store/by_hand.h"
#include "services/records/store/query.h"
#include "services/records/store/reads.h"

namespace baodao::records {
namespace {

std::string Facts() {
  return "WITH facts AS (SELECT e.sequence, e.task_id, e.title, e.unit_id, e.minutes, e.reverses, "
         "e.time_ms, e.confirmation, e.confirmer_id, e.reason, e.unit_post, CASE WHEN " +
         IsByHand() +
         " THEN 1 ELSE 0 END AS manual, "
         "COALESCE(t.category, '') AS category, COALESCE(t.area_code, '') AS area_code, "
         "COALESCE(t.start_ms, e.time_ms) AS service_ms FROM ledger e "
         "LEFT JOIN tasks t ON t.task_id = e.task_id WHERE e.person_id = ?)";
}

void AddFilter(Query& select, const StatementQuery& query) {
  select.Add(" FROM facts WHERE service_ms >= ?", query.period.start_ms);
  select.Add(" AND service_ms < ?", query.period.end_ms);
  if (!query.categories.empty()) select.AddIn(" AND category", query.categories);
  if (query.areas) select.AddIn(" AND area_code", *query.areas);
}

std::vector<HoursGroup> ReadGroups(Connection& connection, const StatementQuery& query) {
  std::vector<HoursGroup> groups;
  HoursGroup group;
  int64_t manual = 0;
  int64_t unit_post = 0;
  Query select(connection.sql());
  select.Into(group.day, group.category, group.area_code, group.unit_id, manual, unit_post,
              group.minutes, group.entries);
  select.Add(Facts(), query.person_id);
  // Days in China's time, as DayOf counts them.
  select.Add(
      " SELECT (service_ms + 28800000) / 86400000, category, area_code, unit_id, manual, "
      "unit_post, CAST(SUM(minutes) AS BIGINT), COUNT(*)");
  AddFilter(select, query);
  select.Add(" GROUP BY 1, 2, 3, 4, 5, 6");
  select.Run();
  while (select.Next()) {
    group.manual = manual != 0;
    group.unit_post = unit_post != 0;
    groups.push_back(group);
  }
  return groups;
}

std::vector<StatementFact> ReadFacts(Connection& connection, const StatementQuery& query) {
  std::vector<StatementFact> facts;
  StatementFact fact;
  LedgerRow& entry = fact.entry;
  entry.person_id = query.person_id;
  Query select(connection.sql());
  select.Into(entry.sequence, entry.task_id, entry.title, entry.unit_id, entry.minutes,
              entry.reverses, entry.time_ms, entry.confirmation, entry.confirmer_id, entry.reason,
              entry.unit_post, fact.manual, fact.category, fact.area_code, fact.service_ms);
  select.Add(Facts(), query.person_id);
  select.Add(
      " SELECT sequence, task_id, title, unit_id, minutes, reverses, time_ms, confirmation, "
      "confirmer_id, reason, unit_post, manual, category, area_code, service_ms");
  AddFilter(select, query);
  if (query.after) {
    select.Add(" AND (service_ms, sequence) > (?", query.after->ms);
    select.Add(", ?)", int64_t{std::strtoll(query.after->id.c_str(), nullptr, 10)});
  }
  select.Add(" ORDER BY service_ms, sequence LIMIT ?", int64_t{query.size} + 1);
  select.Run();
  while (select.Next()) facts.push_back(fact);
  return facts;
}

}  // namespace

absl::StatusOr<StatementPage> ReadStatement(Connection& connection, const StatementQuery& query) {
  connection.BeginRead();
  StatementPage page;
  page.groups = ReadGroups(connection, query);
  page.facts = ReadFacts(connection, query);
  connection.Commit();
  page.more = page.facts.size() > static_cast<size_t>(query.size);
  if (page.more) page.facts.pop_back();
  return page;
}

}  // namespace baodao::records
