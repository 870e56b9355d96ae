// Days and months as people in China count them.
#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <string>

#include "baodao/common/v1/common.pb.h"

namespace baodao::records {

// The days since the epoch, in China's time, of a time in milliseconds.
int64_t DayOf(int64_t ms);
// "2026-11".
std::string MonthOfDay(int64_t day);

inline constexpr int64_t kLongestPeriodDays = 3'660;  // ten years

// Start inclusive, end exclusive, in milliseconds.
struct Period {
  int64_t start_ms = 0;
  int64_t end_ms = 0;
};

Period PeriodOf(const common::v1::TimeWindow& window);
// A violation of `period` unless it ends after its start and is no longer than `days` (0: any).
absl::Status CheckPeriod(const Period& period, int64_t days);

}  // namespace baodao::records
