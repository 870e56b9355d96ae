#include "services/dispatch/domain/calendar.h"

#include <algorithm>
#include <set>
#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::dispatch {
namespace {

using work::Span;

Span SpanOf(const v1::CalendarRecord::Entry& entry) {
  return {Time(Millis(entry.start_ms())), Time(Millis(entry.end_ms()))};
}
Span SpanOf(const Work& work) { return {work.start, work.end}; }

// One span per other task near the work: several reservations of one task are attempts at the same
// work.
std::vector<Span> Others(const v1::CalendarRecord& calendar, const Work& work) {
  std::vector<Span> spans;
  std::set<std::string_view> seen;
  for (const auto& entry : calendar.entries()) {
    if (entry.task_id() == work.task_id || !work::IsNear(SpanOf(entry), SpanOf(work))) continue;
    if (seen.insert(entry.task_id()).second) spans.push_back(SpanOf(entry));
  }
  return spans;
}

bool Overlaps(const v1::CalendarRecord::Entry& entry, const Work& work) {
  if (entry.task_id() == work.task_id) return false;
  const Span other = SpanOf(entry);
  return other.end > work.start && work.end > other.start;
}

absl::Status OverlapWith(const std::string& task_id) {
  return Refuse(Reason::OVERLAPPING_TASK, {{"task", task_id}});
}

}  // namespace

absl::Status CheckOverlap(const v1::CalendarRecord& calendar, const Work& work) {
  for (const auto& entry : calendar.entries()) {
    if (Overlaps(entry, work)) return OverlapWith(entry.task_id());
  }
  return absl::OkStatus();
}

absl::Status CheckCalendar(const v1::CalendarRecord& calendar, const Work& work,
                           const work::Limits& limits) {
  RETURN_IF_ERROR(CheckOverlap(calendar, work));
  return work::Check(Others(calendar, work), SpanOf(work), limits);
}

std::vector<absl::Status> Conflicts(const v1::CalendarRecord& calendar, const Work& work,
                                    const work::Limits& limits) {
  std::vector<absl::Status> conflicts;
  std::set<std::string_view> seen;
  for (const auto& entry : calendar.entries()) {
    if (Overlaps(entry, work) && seen.insert(entry.task_id()).second) {
      conflicts.push_back(OverlapWith(entry.task_id()));
    }
  }
  if (!conflicts.empty()) return conflicts;
  absl::Status limited = CheckCalendar(calendar, work, limits);
  if (!limited.ok()) conflicts.push_back(std::move(limited));
  return conflicts;
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
  for (const auto& entry : calendar.entries()) {
    if (entry.reserved_ms() <= old && work::IsNear(SpanOf(entry), SpanOf(work))) {
      found.push_back(entry);
    }
  }
  return found;
}

}  // namespace baodao::dispatch
