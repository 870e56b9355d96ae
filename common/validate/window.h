// When work may be planned: one rule for needs and for the tasks they become.
#pragma once

#include <absl/status/status.h>

#include "baodao/common/v1/common.pb.h"
#include "common/clock/clock.h"
#include "common/work/limits.h"

namespace baodao::validate {

inline constexpr std::chrono::hours kLongestWindow{24};
inline constexpr std::chrono::days kFarthestWindow{365};

// WINDOW_INVALID unless the window starts after now, ends after its start, lasts at most
// kLongestWindow and ends within kFarthestWindow. DAILY_HOURS_EXCEEDED or REST_TOO_SHORT where it
// asks for more in one piece than anybody may serve, however free: nobody could ever take it.
absl::Status CheckWindow(const common::v1::TimeWindow& window, const work::Limits& limits,
                         Time now);

}  // namespace baodao::validate
