#include <algorithm>
#include <set>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/paging/page_token.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/states.h"
#include "services/dispatch/domain/times.h"
#include "services/dispatch/rpc/handlers.h"

namespace baodao::dispatch {

Answer<v1::ListTaskAssignmentsResponse> AssignmentHandlers::ListTaskAssignments(
    rpc::CallContext, v1::ListTaskAssignmentsRequest request) {
  const uint64_t query = paging::QueryOf("dispatch.ListTaskAssignments", request);
  const Time now = app_.clock.Now();
  CO_ASSIGN_OR_RETURN(const std::string after, paging::Decode(request.page_token(), query, now));
  CO_ASSIGN_OR_RETURN(const auto loaded, co_await app_.tasks.ReadWithPeople(request.task_id()));
  std::vector<std::string> people;
  for (const auto& [person, record] : loaded->people) {
    if (person > after) people.push_back(person);
  }
  const auto size = std::min(people.size(),
                             static_cast<size_t>(paging::PageSize(request.page_size(), 200, 1000)));
  const auto end = people.begin() + static_cast<std::ptrdiff_t>(size);
  std::partial_sort(people.begin(), end, people.end());
  v1::ListTaskAssignmentsResponse response;
  for (size_t i = 0; i < size; ++i) {
    *response.add_assignments() = loaded->people.at(people[i]).assignment();
  }
  if (size < people.size()) {
    response.set_next_page_token(paging::Encode(people[size - 1], query, now));
  }
  co_return response;
}

Answer<v1::ListMyAssignmentsResponse> AssignmentHandlers::ListMyAssignments(
    rpc::CallContext context, v1::ListMyAssignmentsRequest) {
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  const std::string person = context.caller().person_id;
  CO_ASSIGN_OR_RETURN(const v1::CalendarRecord calendar, co_await app_.calendars.Read(person));
  const int64_t from = (app_.clock.Now() - kEndGrace).time_since_epoch().count();
  std::set<std::pair<int64_t, std::string>> entries;  // by start; each task once
  for (const auto& entry : calendar.entries()) {
    if (entry.end_ms() > from) entries.emplace(entry.start_ms(), entry.task_id());
  }
  std::vector<std::string> keys;
  for (const auto& [start, task_id] : entries) keys.push_back(app_.keys.Task(task_id));
  v1::ListMyAssignmentsResponse response;
  if (keys.empty()) co_return response;
  CO_ASSIGN_OR_RETURN(const auto stored, co_await app_.store.GetMany(std::move(keys)));
  size_t i = 0;
  for (const auto& [start, task_id] : entries) {
    v1::TaskRecord record;
    const bool there = stored[i].exists() && record.ParseFromString(stored[i].bytes);
    ++i;
    // The calendar may hold what has just been let go; the task knows.
    auto mine = co_await app_.tasks.ReadAssignment(task_id, person);
    if (!mine.ok() && !Is(mine.status(), Reason::NOT_ASSIGNED)) co_return mine.status();
    if (!there || !mine.ok()) continue;
    const v1::AssignmentState state = mine->assignment().state();
    if (state != v1::ASSIGNMENT_STATE_ACCEPTED && state != v1::ASSIGNMENT_STATE_SIGNED_IN) {
      continue;
    }
    auto& item = *response.add_items();
    *item.mutable_assignment() = std::move(*mine->mutable_assignment());
    *item.mutable_task() = std::move(*record.mutable_task());
  }
  co_return response;
}

}  // namespace baodao::dispatch
