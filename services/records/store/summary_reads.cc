#include "services/records/store/summary_reads.h"

#include <algorithm>

#include "baodao/dispatch/v1/assignment.pb.h"
#include "baodao/dispatch/v1/task.pb.h"
#include "baodao/lists/v1/need.pb.h"
#include "baodao/registration/v1/registration.pb.h"
#include "services/records/store/query.h"

namespace baodao::records {
namespace {

// States stand in the statements as in the conditions of the indexes: otherwise no index is used.
static_assert(registration::v1::REGISTRATION_STATE_PENDING == 1 &&
              lists::v1::NEED_STATE_SUBMITTED == 1 && lists::v1::NEED_STATE_ACCEPTED == 2 &&
              lists::v1::NEED_STATE_RETURNED == 7 && dispatch::v1::TASK_STATE_OPEN == 1 &&
              dispatch::v1::TASK_STATE_EVALUATED == 5 &&
              dispatch::v1::ASSIGNMENT_STATE_OFFERED == 1);

using Codes = std::vector<std::string>;

// `from`: a table and the state that waits in it.
void CountAll(Connection& connection, const std::string& from, const Codes& areas,
              WaitingCount* waiting) {
  int64_t count = 0, since = 0;
  Query select(connection.sql());
  select.Into(count, since);
  select.Add("SELECT COUNT(*), COALESCE(MIN(update_ms), 0) FROM " + from);
  select.AddIn(" AND area_code", areas);
  select.Run();
  if (select.Next()) waiting->Add(count, since);
}

void CountRegistrations(Connection& connection, const Codes& areas, AreaSummary* summary) {
  CountAll(connection, "registrations WHERE state = 1", areas, &summary->pending_registrations);
}

void CountOffers(Connection& connection, const Codes& areas, AreaSummary* summary) {
  CountAll(connection, "assignments WHERE state = 1", areas, &summary->open_offers);
}

void CountNeeds(Connection& connection, const Codes& areas, AreaSummary* summary) {
  int64_t state = 0, count = 0, since = 0;
  Query select(connection.sql());
  select.Into(state, count, since);
  select.Add(
      "SELECT state, COUNT(*), MIN(update_ms) FROM needs WHERE (state = 1 OR state = 2 OR state = "
      "7)");
  select.AddIn(" AND area_code", areas);
  select.Add(" GROUP BY state");
  select.Run();
  while (select.Next()) {
    if (state == lists::v1::NEED_STATE_SUBMITTED) summary->submitted_needs.Add(count, since);
    if (state == lists::v1::NEED_STATE_ACCEPTED) summary->accepted_needs.Add(count, since);
    if (state == lists::v1::NEED_STATE_RETURNED) summary->returned_needs.Add(count, since);
  }
}

// Tasks of one state that are escalated, or rated low, or not.
struct TaskGroup {
  int64_t state = 0;
  int64_t escalated = 0;
  int64_t low_rated = 0;
  int64_t count = 0;
  int64_t create_ms = 0, start_ms = 0, end_ms = 0, update_ms = 0;  // the earliest of each
};

void AddTasks(const TaskGroup& group, AreaSummary* summary) {
  using namespace dispatch::v1;  // NOLINT
  if (group.state == TASK_STATE_OPEN || group.state == TASK_STATE_STAFFED) {
    summary->open_tasks.Add(group.count, group.create_ms);
  }
  if (group.state == TASK_STATE_OPEN) {
    summary->short_tasks.Add(group.count, group.create_ms);
    if (group.escalated != 0) summary->escalated_tasks.Add(group.count, group.create_ms);
  }
  if (group.state == TASK_STATE_IN_SERVICE) {
    summary->running_tasks.Add(group.count, group.start_ms);
  }
  if (group.state == TASK_STATE_SERVED) summary->unrated_tasks.Add(group.count, group.end_ms);
  if (group.state == TASK_STATE_EVALUATED && group.low_rated != 0) {
    summary->low_rated_tasks.Add(group.count, group.update_ms);
  }
}

void CountTasks(Connection& connection, const Codes& areas, AreaSummary* summary) {
  TaskGroup group;
  Query select(connection.sql());
  select.Into(group.state, group.escalated, group.low_rated, group.count, group.create_ms,
              group.start_ms, group.end_ms, group.update_ms);
  select.Add(
      "SELECT state, CASE WHEN escalation_level > 0 THEN 1 ELSE 0 END, "
      "CASE WHEN rating IN (1, 2) THEN 1 ELSE 0 END, COUNT(*), MIN(create_ms), MIN(start_ms), "
      "MIN(end_ms), MIN(update_ms) FROM tasks WHERE state BETWEEN 1 AND 5");
  select.AddIn(" AND area_code", areas);
  select.Add(" GROUP BY 1, 2, 3");
  select.Run();
  while (select.Next()) AddTasks(group, summary);
}

}  // namespace

void WaitingCount::Add(int64_t more, int64_t since_ms) {
  if (more == 0) return;
  oldest_ms = count == 0 ? since_ms : std::min(oldest_ms, since_ms);
  count += more;
}

absl::StatusOr<AreaSummary> ReadSummary(Connection& connection, const Codes& areas) {
  AreaSummary summary;
  connection.BeginRead();
  InParts(areas, [&](const Codes& part) {
    for (const auto count : {CountRegistrations, CountNeeds, CountTasks, CountOffers}) {
      count(connection, part, &summary);
    }
  });
  connection.Commit();
  return summary;
}

}  // namespace baodao::records
