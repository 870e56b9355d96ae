// When something may happen.
#pragma once

#include <absl/status/status.h>

#include "baodao/common/v1/common.pb.h"
#include "common/clock/clock.h"

namespace baodao::lists {

// What dispatch asks of the window of a task (services/dispatch/domain/times.h).
inline constexpr std::chrono::days kWindowHorizon{365};
inline constexpr std::chrono::hours kWindowLength{24};

// WINDOW_INVALID where dispatch would refuse a task at that time: unless the window starts after
// now, ends after it starts, is short enough and lies within the horizon.
absl::Status CheckWindow(const common::v1::TimeWindow& window, Time now);

// Weekly slots end after they start.
template <class Slots>
int FirstBackwardSlot(const Slots& slots) {
  for (int i = 0; i < slots.size(); ++i) {
    if (slots.Get(i).end_minute() <= slots.Get(i).start_minute()) return i;
  }
  return -1;
}

}  // namespace baodao::lists
