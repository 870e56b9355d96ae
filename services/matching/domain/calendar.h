// A person's accepted work: what a claim would be checked against, and how much they have done
// lately.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock/clock.h"
#include "common/work/limits.h"
#include "services/matching/domain/window.h"

namespace baodao::matching {

enum class Fit { kFits, kOverlap, kDailyHours, kRest };

class Calendar {
 public:
  struct Entry {
    std::string task_id;
    Window window;
  };

  // Enters a task, or moves it.
  void Put(std::string_view task_id, const Window& window);
  void Remove(std::string_view task_id);
  // Drops what ended before.
  void DropBefore(Time time);

  // Whether one more window fits, by the rule dispatch has at claim time (common/work); the first
  // limit it breaks in the order overlap, daily hours, rest.
  Fit Check(const Window& window, const work::Limits& limits) const;
  // Work inside [from, to).
  Millis WorkBetween(Time from, Time to) const;

  // By start.
  const std::vector<Entry>& entries() const { return entries_; }
  bool empty() const { return entries_.empty(); }

 private:
  std::vector<Entry> entries_;
};

}  // namespace baodao::matching
