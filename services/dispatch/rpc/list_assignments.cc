#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

#include "common/async/for_each.h"
#include "common/clock/timestamp.h"
#include "common/paging/page_token.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/states.h"
#include "services/dispatch/domain/times.h"
#include "services/dispatch/rpc/handlers.h"
#include "services/dispatch/rpc/shown.h"

namespace baodao::dispatch {

Answer<v1::ListTaskAssignmentsResponse> AssignmentHandlers::ListTaskAssignments(
    rpc::CallContext context, v1::ListTaskAssignmentsRequest request) {
  const paging::Query query = paging::QueryOf(app_.ring, "dispatch.ListTaskAssignments", request);
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
  context.Charge(
      paging::CallsOwed(static_cast<int64_t>(loaded->people.size()), static_cast<int64_t>(size)));
  v1::ListTaskAssignmentsResponse response;
  for (size_t i = 0; i < size; ++i) {
    *response.add_assignments() =
        Shown(app_, context, loaded->record.task(), loaded->people.at(people[i]).assignment());
  }
  if (size < people.size()) {
    response.set_next_page_token(paging::Encode(people[size - 1], query, now));
  }
  co_return response;
}

namespace {

constexpr size_t kReadsAtOnce = 32;

using Item = v1::ListMyAssignmentsResponse::Item;

// Still ahead or running, or waiting for an answer.
bool IsCurrent(const v1::Assignment& assignment, Time now) {
  switch (assignment.state()) {
    case v1::ASSIGNMENT_STATE_ACCEPTED:
    case v1::ASSIGNMENT_STATE_SIGNED_IN:
    case v1::ASSIGNMENT_STATE_WAITLISTED:
      return true;
    case v1::ASSIGNMENT_STATE_OFFERED:
      return ToTime(assignment.offer_expire_time()) > now;
    default:
      return false;
  }
}

// The person's part in the task as both are now; nullopt when there is none.
Task<absl::StatusOr<std::optional<Item>>> ReadItem(App& app, rpc::CallContext context,
                                                   std::string task_id) {
  auto mine = co_await app.tasks.ReadAssignment(task_id, context.caller().person_id);
  if (Is(mine.status(), Reason::NOT_ASSIGNED)) co_return std::nullopt;
  CO_RETURN_IF_ERROR(mine.status());
  if (!IsCurrent(mine->assignment(), app.clock.Now())) co_return std::nullopt;
  CO_ASSIGN_OR_RETURN(v1::TaskRecord record, co_await app.tasks.Read(std::move(task_id)));
  Item item;
  *item.mutable_task() = std::move(*record.mutable_task());
  if (!TakesSlot(mine->assignment().state())) {
    *item.mutable_task() = Shown(app, context, std::move(*item.mutable_task()));
  }
  *item.mutable_assignment() = std::move(*mine->mutable_assignment());
  co_return item;
}

// By start: tasks of the person's calendar that have not ended, and those they were asked for or
// wait for.
Task<absl::StatusOr<std::vector<record::Position>>> TasksOf(App& app, std::string person) {
  CO_ASSIGN_OR_RETURN(const v1::CalendarRecord calendar, co_await app.calendars.Read(person));
  CO_ASSIGN_OR_RETURN(const std::vector<record::Position> asked,
                      co_await app.tasks.ListAsked(std::move(person)));
  std::map<std::string, double> starts;
  for (const record::Position& one : asked) starts[one.id] = std::floor(one.sort);
  const int64_t from = (app.clock.Now() - kEndGrace).time_since_epoch().count();
  for (const auto& entry : calendar.entries()) {
    if (entry.end_ms() > from) starts[entry.task_id()] = static_cast<double>(entry.start_ms());
  }
  std::vector<record::Position> tasks;
  for (const auto& [id, start] : starts) tasks.push_back({start, id});
  std::ranges::stable_sort(tasks, {}, &record::Position::sort);
  co_return tasks;
}

bool IsBehind(const record::Position& one, const record::Position& other) {
  return std::tie(one.sort, one.id) > std::tie(other.sort, other.id);
}

// The item to show of each, all read at the same time.
Task<absl::StatusOr<std::vector<std::optional<Item>>>> ReadItems(
    App& app, rpc::CallContext context, std::span<const record::Position> tasks) {
  std::vector<std::optional<Item>> items(tasks.size());
  absl::Status failed;
  std::function<Task<void>(size_t)> read = [&](size_t i) -> Task<void> {
    auto item = co_await ReadItem(app, context, tasks[i].id);
    if (item.ok()) {
      items[i] = *std::move(item);
    } else {
      failed = item.status();
    }
  };
  co_await ForEach(tasks.size(), kReadsAtOnce, std::move(read));
  if (!failed.ok()) co_return failed;
  co_return items;
}

}  // namespace

Answer<v1::ListMyAssignmentsResponse> AssignmentHandlers::ListMyAssignments(
    rpc::CallContext context, v1::ListMyAssignmentsRequest request) {
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  const std::string person = context.caller().person_id;
  const Time now = app_.clock.Now();
  const paging::Query query =
      paging::QueryOf(app_.ring, std::string(context.method()) + "/" + person, request);
  CO_ASSIGN_OR_RETURN(const std::string after, paging::Decode(request.page_token(), query, now));
  CO_ASSIGN_OR_RETURN(std::vector<record::Position> tasks, co_await TasksOf(app_, person));
  if (!after.empty()) {
    CO_ASSIGN_OR_RETURN(const record::Position last, record::Position::Decode(after));
    std::erase_if(tasks, [&](const auto& task) { return !IsBehind(task, last); });
  }
  const auto size = static_cast<size_t>(paging::PageSize(request.page_size(), 20, 200));
  v1::ListMyAssignmentsResponse response;
  size_t looked_at = 0;
  const auto missing = [&] { return size - static_cast<size_t>(response.items_size()); };
  while (missing() > 0 && looked_at < tasks.size()) {
    const auto rest = std::span(tasks).subspan(looked_at);
    const size_t round = std::min(std::max(missing(), kReadsAtOnce), rest.size());
    CO_ASSIGN_OR_RETURN(std::vector<std::optional<Item>> items,
                        co_await ReadItems(app_, context, rest.first(round)));
    for (size_t i = 0; i < round && missing() > 0; ++i, ++looked_at) {
      if (items[i]) *response.add_items() = *std::move(items[i]);
    }
  }
  if (looked_at < tasks.size()) {
    response.set_next_page_token(paging::Encode(tasks[looked_at - 1].Encode(), query, now));
  }
  co_return response;
}

}  // namespace baodao::dispatch
