// Spans of time, local days and weekly hours. Local time is China's: UTC+8 all year round.
#pragma once

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "baodao/common/v1/common.pb.h"
#include "common/clock/clock.h"

namespace baodao::matching {

inline constexpr std::chrono::hours kLocalOffset{8};

// From start (inclusive) to end (exclusive).
struct Window {
  Time start{};
  Time end{};

  Millis length() const { return end - start; }
  bool Overlaps(const Window& other) const { return start < other.end && other.start < end; }
  bool operator==(const Window&) const = default;
};

Window FromProto(const common::v1::TimeWindow& window);

// Days since the epoch, counted at local midnight.
int64_t LocalDay(Time time);
// When that local day begins.
Time StartOfLocalDay(int64_t day);

// When somebody is usually free, repeating weekly.
class WeeklyHours {
 public:
  WeeklyHours() = default;
  template <class Slots>
  explicit WeeklyHours(const Slots& slots);

  // Nothing stated: any time will do.
  bool unlimited() const { return minutes_.empty(); }
  // Whether the whole window lies in free time. True when unlimited.
  bool Cover(const Window& window) const;

 private:
  void Add(const common::v1::WeeklySlot& slot);
  void Merge();

  // [begin, end) in minutes of the local week from Monday 00:00; merged, ascending, and continued
  // for a day beyond the week so that a window across Sunday night needs no special case.
  std::vector<std::pair<int32_t, int32_t>> minutes_;
};

template <class Slots>
WeeklyHours::WeeklyHours(const Slots& slots) {
  for (const common::v1::WeeklySlot& slot : slots) Add(slot);
  Merge();
}

}  // namespace baodao::matching
