#include "services/dispatch/app/agenda.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <utility>

#include "common/async/for_each.h"
#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/work/task_view.h"
#include "services/dispatch/domain/sign.h"
#include "services/dispatch/domain/states.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {
namespace {

constexpr int kMaxOffers = 10;
constexpr size_t kMaxPast = 50;

// Still ahead or running, or waiting for an answer.
bool IsCurrent(const v1::Assignment& assignment, Time now) {
  if (assignment.credit_request().state() == v1::CREDIT_REQUEST_STATE_PENDING) return true;
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

// The person's part in the task as both are now; nullopt when there is none that is wanted.
Task<absl::StatusOr<std::optional<AssignmentItem>>> ReadItem(App& app, std::string person,
                                                             std::string task_id,
                                                             const Wanted& wanted) {
  auto mine = co_await app.tasks.ReadAssignment(task_id, std::move(person));
  if (Is(mine.status(), Reason::NOT_ASSIGNED)) co_return std::nullopt;
  CO_RETURN_IF_ERROR(mine.status());
  if (!wanted(mine->assignment())) co_return std::nullopt;
  CO_ASSIGN_OR_RETURN(v1::TaskRecord record, co_await app.tasks.Read(std::move(task_id)));
  co_return ItemOf(app, std::move(record), *std::move(mine));
}

// See CurrentTasksOf.
std::vector<record::Position> CurrentTasks(const v1::CalendarRecord& calendar,
                                           const std::vector<record::Position>& asked, Time now) {
  std::map<std::string, double> starts;
  for (const record::Position& one : asked) starts[one.id] = std::floor(one.sort);
  const int64_t from = (now - kEndGrace).time_since_epoch().count();
  for (const auto& entry : calendar.entries()) {
    if (entry.end_ms() > from) starts[entry.task_id()] = static_cast<double>(entry.start_ms());
  }
  std::vector<record::Position> tasks;
  tasks.reserve(starts.size());
  for (const auto& [id, start] : starts) tasks.push_back({start, id});
  std::ranges::stable_sort(tasks, {}, &record::Position::sort);
  return tasks;
}

// Tasks of the person's calendar that have begun, the latest first; not those that are closed by
// now, which may have left the store.
std::vector<record::Position> BegunTasks(const v1::CalendarRecord& calendar, Time now) {
  std::vector<record::Position> past;
  const int64_t closed = (now - kAutoClose - kEndGrace).time_since_epoch().count();
  for (const auto& entry : calendar.entries()) {
    if (entry.start_ms() > now.time_since_epoch().count() || entry.end_ms() < closed) continue;
    past.push_back({static_cast<double>(entry.start_ms()), entry.task_id()});
  }
  std::ranges::sort(past, std::greater(), &record::Position::sort);
  if (past.size() > kMaxPast) past.resize(kMaxPast);
  return past;
}

bool IsUnconfirmed(const v1::Assignment& assignment) {
  return assignment.state() == v1::ASSIGNMENT_STATE_SIGNED_OUT;
}

int64_t MinutesOf(const AssignmentItem& item) {
  const v1::Assignment& assignment = item.assignment();
  return ServedMinutes(item.task(), ToTime(assignment.sign_in_time()),
                       ToTime(assignment.sign_out_time()));
}

void AddCurrent(AssignmentItem item, v1::Agenda* agenda) {
  switch (item.assignment().state()) {
    case v1::ASSIGNMENT_STATE_OFFERED:
      *agenda->add_offers() = std::move(item);
      return;
    case v1::ASSIGNMENT_STATE_WAITLISTED:
      agenda->set_waiting_count(agenda->waiting_count() + 1);
      return;
    case v1::ASSIGNMENT_STATE_ACCEPTED:
    case v1::ASSIGNMENT_STATE_SIGNED_IN:
      agenda->set_accepted_count(agenda->accepted_count() + 1);
      if (!agenda->has_next()) *agenda->mutable_next() = std::move(item);
      return;
    default:  // a request for credit is pending
      return;
  }
}

}  // namespace

v1::AssignmentState MyStateOf(const v1::Assignment& mine, Time now) {
  const v1::AssignmentState state = mine.state();
  const bool offered =
      state == v1::ASSIGNMENT_STATE_OFFERED && ToTime(mine.offer_expire_time()) > now;
  const bool has_part = offered || state == v1::ASSIGNMENT_STATE_WAITLISTED || TakesSlot(state);
  return has_part ? state : v1::ASSIGNMENT_STATE_UNSPECIFIED;
}

AssignmentItem ItemOf(const App& app, v1::TaskRecord task, v1::AssignmentRecord mine) {
  const Time now = app.clock.Now();
  AssignmentItem item;
  v1::Task* const shown = item.mutable_task();
  *shown = std::move(*task.mutable_task());
  work::Label(*app.tree(), now, shown);
  shown->set_my_state(MyStateOf(mine.assignment(), now));
  if (!TakesSlot(mine.assignment().state())) work::Redact(shown);
  *item.mutable_assignment() = std::move(*mine.mutable_assignment());
  return item;
}

Task<absl::StatusOr<std::vector<record::Position>>> CurrentTasksOf(App& app, std::string person) {
  CO_ASSIGN_OR_RETURN(const v1::CalendarRecord calendar, co_await app.calendars.Read(person));
  CO_ASSIGN_OR_RETURN(const std::vector<record::Position> asked,
                      co_await app.tasks.ListAsked(std::move(person)));
  co_return CurrentTasks(calendar, asked, app.clock.Now());
}

Task<absl::StatusOr<std::vector<std::optional<AssignmentItem>>>> ReadWanted(
    App& app, std::string person, std::span<const record::Position> tasks, Wanted wanted) {
  std::vector<std::optional<AssignmentItem>> items(tasks.size());
  absl::Status failed;
  std::function<Task<void>(size_t)> read = [&](size_t i) -> Task<void> {
    auto item = co_await ReadItem(app, person, tasks[i].id, wanted);
    if (item.ok()) {
      items[i] = *std::move(item);
    } else {
      failed = item.status();
    }
  };
  co_await ForEach(tasks.size(), kItemsAtOnce, std::move(read));
  if (!failed.ok()) co_return failed;
  co_return items;
}

Task<absl::StatusOr<std::vector<std::optional<AssignmentItem>>>> ReadItems(
    App& app, std::string person, std::span<const record::Position> tasks) {
  Wanted wanted = [now = app.clock.Now()](const v1::Assignment& assignment) {
    return IsCurrent(assignment, now);
  };
  co_return co_await ReadWanted(app, std::move(person), tasks, std::move(wanted));
}

Task<absl::StatusOr<v1::Agenda>> ReadAgenda(App& app, std::string person) {
  CO_ASSIGN_OR_RETURN(const v1::CalendarRecord calendar, co_await app.calendars.Read(person));
  CO_ASSIGN_OR_RETURN(const std::vector<record::Position> asked,
                      co_await app.tasks.ListAsked(person));
  const Time now = app.clock.Now();
  const std::vector<record::Position> current = CurrentTasks(calendar, asked, now);
  CO_ASSIGN_OR_RETURN(auto items, co_await ReadItems(app, person, current));
  v1::Agenda agenda;
  for (std::optional<AssignmentItem>& item : items) {
    if (item) AddCurrent(*std::move(item), &agenda);
  }
  auto& offers = *agenda.mutable_offers();
  std::ranges::stable_sort(offers, {}, [](const AssignmentItem& item) {
    return ToTime(item.assignment().offer_expire_time());
  });
  if (offers.size() > kMaxOffers) {
    offers.DeleteSubrange(kMaxOffers, offers.size() - kMaxOffers);
  }
  const std::vector<record::Position> begun = BegunTasks(calendar, now);
  Wanted unconfirmed = IsUnconfirmed;
  CO_ASSIGN_OR_RETURN(const auto served,
                      co_await ReadWanted(app, std::move(person), begun, std::move(unconfirmed)));
  for (const std::optional<AssignmentItem>& item : served) {
    if (item) agenda.set_awaiting_minutes(agenda.awaiting_minutes() + MinutesOf(*item));
  }
  co_return agenda;
}

}  // namespace baodao::dispatch
