// When something may happen.
#pragma once

#include <absl/status/status.h>

#include <string>

#include "baodao/common/v1/common.pb.h"
#include "common/clock/clock.h"

namespace baodao::lists {

// How far ahead needs may be raised, and how much the clock of a phone may be behind.
inline constexpr std::chrono::days kWindowHorizon{365};
inline constexpr std::chrono::minutes kPhoneClockSlack{5};

// A refusal naming the offending part of `field` ("window") unless the window starts from now on,
// ends after it starts and lies within the horizon.
absl::Status CheckWindow(const std::string& field, const common::v1::TimeWindow& window, Time now);

// Weekly slots end after they start.
template <class Slots>
int FirstBackwardSlot(const Slots& slots) {
  for (int i = 0; i < slots.size(); ++i) {
    if (slots.Get(i).end_minute() <= slots.Get(i).start_minute()) return i;
  }
  return -1;
}

}  // namespace baodao::lists
