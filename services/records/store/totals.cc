#include "services/records/store/totals.h"

#include "services/records/store/query.h"

namespace baodao::records {

absl::StatusOr<std::vector<TaskState>> TaskStatesAfter(Connection& connection,
                                                       const std::string& after, int64_t size) {
  std::vector<TaskState> states;
  TaskState one;
  Query select(connection.sql());
  select.Into(one.task_id, one.state, one.retired);
  select.Add(
      "SELECT task_id, state, CASE WHEN EXISTS (SELECT 1 FROM retired r WHERE r.record_id = "
      "task_id) "
      "THEN 1 ELSE 0 END FROM tasks WHERE task_id > ?",
      after);
  select.Add(" ORDER BY task_id LIMIT ?", size);
  select.Run();
  while (select.Next()) states.push_back(one);
  return states;
}

absl::StatusOr<std::vector<Balance>> BalancesAfter(Connection& connection, const std::string& after,
                                                   int64_t size) {
  std::vector<Balance> balances;
  Balance one;
  Query select(connection.sql());
  select.Into(one.person_id, one.minutes, one.entries);
  select.Add(
      "SELECT person_id, CAST(SUM(minutes) AS BIGINT), COUNT(*) FROM ledger WHERE person_id > ?",
      after);
  select.Add(" GROUP BY person_id ORDER BY person_id LIMIT ?", size);
  select.Run();
  while (select.Next()) balances.push_back(one);
  return balances;
}

}  // namespace baodao::records
