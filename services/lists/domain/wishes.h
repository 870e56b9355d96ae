// Loose dates of needs: any of many windows would suit.
#pragma once

#include <absl/status/status.h>

#include <cstddef>
#include <vector>

#include "baodao/lists/v1/need.pb.h"
#include "common/clock/clock.h"
#include "common/work/limits.h"

namespace baodao::lists {

inline constexpr std::chrono::days kLongestRange{60};

// The faults of the wishes by field; WISHES_UNFULFILLABLE where nothing to come fits them;
// refusals of what fits as validate::CheckWindow.
absl::Status CheckWishes(const v1::TimeWishes& wishes, const work::Limits& limits, Time now);
// Whether the window lies within the wishes and lasts as long at least.
bool Fits(const v1::TimeWishes& wishes, const common::v1::TimeWindow& window);
// The first `max` windows that fit and start at `from` or later, one after the other from the start
// of each of the times.
std::vector<common::v1::TimeWindow> FittingWindows(const v1::TimeWishes& wishes, Time from,
                                                   size_t max);
// The window that is picked for a need with wishes: required; WISHES_NOT_MET with the next that
// fits, unless none is left.
absl::Status CheckPicked(const v1::TimeWishes& wishes, const v1::PublishNeedRequest& request,
                         Time now);

}  // namespace baodao::lists
