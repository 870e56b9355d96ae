#include "services/dispatch/domain/calendar.h"

#include <algorithm>
#include <set>

#include "common/status/status.h"

namespace baodao::dispatch {
namespace {

constexpr Millis kUtc8 = std::chrono::hours(8);
constexpr Millis kDay = std::chrono::hours(24);

struct Span {
  Time start;
  Time end;
};

Time DayStart(int64_t day) { return Time(day * kDay - kUtc8); }

// The part of a span that falls on a local day.
Millis On(int64_t day, Span span) {
  const Time from = std::max(span.start, DayStart(day));
  const Time to = std::min(span.end, DayStart(day + 1));
  return std::max<Millis>(to - from, Millis(0));
}

// One span per other task: several reservations of one task are attempts at the same work.
std::vector<Span> Others(const v1::CalendarRecord& calendar, std::string_view task_id) {
  std::vector<Span> spans;
  std::set<std::string_view> seen;
  for (const auto& entry : calendar.entries()) {
    if (entry.task_id() == task_id || !seen.insert(entry.task_id()).second) continue;
    spans.push_back({Time(Millis(entry.start_ms())), Time(Millis(entry.end_ms()))});
  }
  std::ranges::sort(spans, {}, &Span::start);
  return spans;
}

absl::Status CheckOverlap(const v1::CalendarRecord& calendar, const Work& work) {
  for (const auto& entry : calendar.entries()) {
    if (entry.task_id() == work.task_id) continue;
    const bool apart =
        Time(Millis(entry.end_ms())) <= work.start || work.end <= Time(Millis(entry.start_ms()));
    if (!apart) return Refuse(Reason::OVERLAPPING_TASK, {{"task", entry.task_id()}});
  }
  return absl::OkStatus();
}

absl::Status CheckDay(const std::vector<Span>& others, const Work& work, const WorkLimits& limits) {
  // The end is exclusive: work until midnight leaves the next day alone.
  const int64_t last = LocalDay(std::max(work.start, work.end - Millis(1)));
  for (int64_t day = LocalDay(work.start); day <= last; ++day) {
    Millis sum = On(day, {work.start, work.end});
    for (const Span& other : others) sum += On(day, other);
    if (sum > limits.daily) {
      const auto hours = std::chrono::duration_cast<std::chrono::hours>(limits.daily);
      return Refuse(Reason::DAILY_HOURS_EXCEEDED, {{"max", std::to_string(hours.count())}});
    }
  }
  return absl::OkStatus();
}

absl::Status CheckRest(const std::vector<Span>& others, const Work& work,
                       const WorkLimits& limits) {
  const int64_t day = LocalDay(work.start);
  for (const Span& other : others) {
    const int64_t other_day = LocalDay(other.start);
    if (other_day == day) continue;
    const Millis rest = other_day < day ? work.start - other.end : other.start - work.end;
    if (rest >= limits.rest) continue;
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(limits.rest);
    return Refuse(Reason::REST_TOO_SHORT, {{"min", std::to_string(minutes.count())}});
  }
  return absl::OkStatus();
}

}  // namespace

int64_t LocalDay(Time time) {
  return std::chrono::floor<std::chrono::days>(time + kUtc8).time_since_epoch().count();
}

absl::Status CheckCalendar(const v1::CalendarRecord& calendar, const Work& work,
                           const WorkLimits& limits) {
  if (absl::Status status = CheckOverlap(calendar, work); !status.ok()) return status;
  const std::vector<Span> others = Others(calendar, work.task_id);
  if (absl::Status status = CheckDay(others, work, limits); !status.ok()) return status;
  return CheckRest(others, work, limits);
}

void Reserve(v1::CalendarRecord& calendar, const Work& work, Time now, uint64_t token) {
  auto* const entries = calendar.mutable_entries();
  const int64_t keep_from = (now - kCalendarKeep).time_since_epoch().count();
  entries->erase(std::remove_if(entries->begin(), entries->end(),
                                [&](const auto& e) { return e.end_ms() < keep_from; }),
                 entries->end());
  auto* const entry = calendar.add_entries();
  entry->set_task_id(work.task_id);
  entry->set_start_ms(work.start.time_since_epoch().count());
  entry->set_end_ms(work.end.time_since_epoch().count());
  entry->set_reserved_ms(now.time_since_epoch().count());
  entry->set_token(token);
}

bool Release(v1::CalendarRecord& calendar, std::string_view task_id, uint64_t token) {
  auto* const entries = calendar.mutable_entries();
  const auto it = std::remove_if(entries->begin(), entries->end(), [&](const auto& e) {
    return e.task_id() == task_id && e.token() == token;
  });
  const bool found = it != entries->end();
  entries->erase(it, entries->end());
  return found;
}

std::vector<v1::CalendarRecord::Entry> Unsettled(const v1::CalendarRecord& calendar, Time now) {
  std::vector<v1::CalendarRecord::Entry> found;
  const int64_t old = (now - kReservationTrust).time_since_epoch().count();
  for (const auto& entry : calendar.entries()) {
    if (entry.reserved_ms() > old) found.push_back(entry);
  }
  return found;
}

std::vector<v1::CalendarRecord::Entry> WorthVerifying(const v1::CalendarRecord& calendar,
                                                      const Work& work, Time now) {
  std::vector<v1::CalendarRecord::Entry> found;
  const int64_t old = (now - kReservationTrust).time_since_epoch().count();
  const int64_t from = (work.start - 2 * kDay).time_since_epoch().count();
  const int64_t to = (work.end + 2 * kDay).time_since_epoch().count();
  for (const auto& entry : calendar.entries()) {
    if (entry.reserved_ms() <= old && entry.end_ms() > from && entry.start_ms() < to) {
      found.push_back(entry);
    }
  }
  return found;
}

}  // namespace baodao::dispatch
