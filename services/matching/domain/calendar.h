// A person's accepted work: what a claim would be checked against, and how much they have done
// lately.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock/clock.h"
#include "services/matching/domain/window.h"

namespace baodao::matching {

// The limits dispatch holds a claim to.
struct Limits {
  // Work on one local day.
  Millis daily_max = std::chrono::hours(8);
  // Between the work of one local day and that of another; work belongs to the day it starts on.
  Millis rest = std::chrono::hours(10);
};

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

  // Whether one more window fits, as dispatch decides it at claim time; the first limit it breaks
  // in the order overlap, daily hours, rest.
  Fit Check(const Window& window, const Limits& limits) const;
  // Work inside [from, to).
  Millis WorkBetween(Time from, Time to) const;

  // By start.
  const std::vector<Entry>& entries() const { return entries_; }
  bool empty() const { return entries_.empty(); }

 private:
  bool BreaksDaily(const Window& window, Millis limit) const;
  bool BreaksRest(const Window& window, Millis rest) const;

  std::vector<Entry> entries_;
};

}  // namespace baodao::matching
