// Rules by which needs recur (RFC 5545), on the calendar of China.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/clock/clock.h"

namespace baodao::lists {

// From the first occurrence to the last one. There are at most 367 of them: one a day.
inline constexpr std::chrono::days kLongestSeries{366};

// When the occurrences start, in their order, `first` among them. RRULE_INVALID unless the rule
// repeats by DAILY, by WEEKLY with BYDAY, or by MONTHLY (INTERVAL below 12) with BYDAY or
// BYMONTHDAY, names `first`, ends by COUNT or UNTIL within kLongestSeries, and has two occurrences.
// Other parts are refused:
// libical searches for seconds for what a rule like "the fifth Monday that is a first" never names.
// Loop thread only: libical keeps its errors globally.
absl::StatusOr<std::vector<Time>> OccurrencesOf(const std::string& rrule, Time first);

}  // namespace baodao::lists
