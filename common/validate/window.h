// When work may be planned: one rule for needs and for the tasks they become.
#pragma once

#include <absl/status/status.h>

#include "baodao/common/v1/common.pb.h"
#include "common/clock/clock.h"

namespace baodao::validate {

inline constexpr std::chrono::hours kLongestWindow{24};
inline constexpr std::chrono::days kFarthestWindow{365};

// WINDOW_INVALID unless the window starts after now, ends after its start, lasts at most
// kLongestWindow and ends within kFarthestWindow.
absl::Status CheckWindow(const common::v1::TimeWindow& window, Time now);

}  // namespace baodao::validate
