#include "services/matching/domain/calendar.h"

#include <algorithm>
#include <utility>

namespace baodao::matching {

void Calendar::Put(std::string_view task_id, const Window& window) {
  Remove(task_id);
  const auto at =
      std::upper_bound(entries_.begin(), entries_.end(), window.start,
                       [](Time start, const Entry& entry) { return start < entry.window.start; });
  entries_.insert(at, Entry{std::string(task_id), window});
}

void Calendar::Remove(std::string_view task_id) {
  std::erase_if(entries_, [&](const Entry& entry) { return entry.task_id == task_id; });
}

void Calendar::DropBefore(Time time) {
  std::erase_if(entries_, [&](const Entry& entry) { return entry.window.end < time; });
}

Fit Calendar::Check(const Window& window, const Limits& limits) const {
  for (const Entry& entry : entries_) {
    if (entry.window.Overlaps(window)) return Fit::kOverlap;
  }
  if (BreaksDaily(window, limits.daily_max)) return Fit::kDailyHours;
  if (BreaksRest(window, limits.rest)) return Fit::kRest;
  return Fit::kFits;
}

Millis Calendar::WorkBetween(Time from, Time to) const {
  Millis sum{0};
  for (const Entry& entry : entries_) {
    const Time start = std::max(from, entry.window.start);
    const Time end = std::min(to, entry.window.end);
    if (start < end) sum += end - start;
  }
  return sum;
}

bool Calendar::BreaksDaily(const Window& window, Millis limit) const {
  const int64_t last = LocalDay(window.end - Millis(1));
  for (int64_t day = LocalDay(window.start); day <= last; ++day) {
    const Time from = StartOfLocalDay(day);
    const Time to = StartOfLocalDay(day + 1);
    const Millis added = std::min(to, window.end) - std::max(from, window.start);
    if (added + WorkBetween(from, to) > limit) return true;
  }
  return false;
}

bool Calendar::BreaksRest(const Window& window, Millis rest) const {
  const int64_t day = LocalDay(window.start);
  for (const Entry& entry : entries_) {
    const int64_t other = LocalDay(entry.window.start);
    if (other == day) continue;
    const Millis gap =
        other < day ? window.start - entry.window.end : entry.window.start - window.end;
    if (gap < rest) return true;
  }
  return false;
}

}  // namespace baodao::matching
