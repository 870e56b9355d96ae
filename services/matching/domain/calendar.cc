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

Fit Calendar::Check(const Window& window, const work::Limits& limits) const {
  const work::Span added{window.start, window.end};
  std::vector<work::Span> near;
  for (const Entry& entry : entries_) {
    if (entry.window.Overlaps(window)) return Fit::kOverlap;
    const work::Span other{entry.window.start, entry.window.end};
    if (work::IsNear(other, added)) near.push_back(other);
  }
  switch (work::Judge(std::move(near), added, limits)) {
    case work::Verdict::kTooManyHours:
      return Fit::kDailyHours;
    case work::Verdict::kTooLittleRest:
      return Fit::kRest;
    case work::Verdict::kFits:
      break;
  }
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

}  // namespace baodao::matching
