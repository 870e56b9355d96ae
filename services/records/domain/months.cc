#include "services/records/domain/months.h"

#include <absl/time/civil_time.h>

#include <algorithm>

#include "common/clock/time_text.h"

namespace baodao::records {
namespace {

absl::CivilMonth MonthOf(int64_t ms) { return absl::CivilMonth(LocalCivil(Time(Millis(ms)))); }

}  // namespace

Months::Months(const Period& period) : period_(period) {
  constexpr int64_t kHourMs = 3'600'000;
  const absl::CivilMonth last = MonthOf(period.end_ms - 1);
  for (absl::CivilMonth month = MonthOf(period.start_ms); month <= last; ++month) {
    const int64_t day = absl::CivilDay(month) - absl::CivilDay(1970, 1, 1);
    names_.push_back(MonthOfDay(day));
    starts_.push_back((day * 24 - 8) * kHourMs);
  }
}

Period Months::PartIn(size_t month) const {
  const int64_t end = month + 1 < starts_.size() ? starts_[month + 1] : period_.end_ms;
  return {std::max(starts_[month], period_.start_ms), end};
}

size_t Months::Of(int64_t ms) const {
  const auto after = std::ranges::upper_bound(starts_, ms);
  return static_cast<size_t>(after - starts_.begin()) - 1;
}

}  // namespace baodao::records
