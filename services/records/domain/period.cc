#include "services/records/domain/period.h"

#include <absl/strings/str_format.h>
#include <absl/time/civil_time.h>

#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "common/status/status.h"

namespace baodao::records {
namespace {

constexpr int64_t kDayMs = 24 * int64_t{3'600'000};

}  // namespace

int64_t DayOf(int64_t ms) {
  return absl::CivilDay(LocalCivil(Time(Millis(ms)))) - absl::CivilDay(1970, 1, 1);
}

std::string MonthOfDay(int64_t day) {
  const absl::CivilDay date = absl::CivilDay(1970, 1, 1) + day;
  return absl::StrFormat("%04d-%02d", date.year(), date.month());
}

Period PeriodOf(const common::v1::TimeWindow& window) {
  return {ToTime(window.start()).time_since_epoch().count(),
          ToTime(window.end()).time_since_epoch().count()};
}

absl::Status CheckPeriod(const Period& period, int64_t days) {
  if (period.end_ms <= period.start_ms) {
    return RefuseField("period.end", ViolationKind::MUST_BE_AFTER, {{"field", "period.start"}});
  }
  if (days > 0 && period.end_ms - period.start_ms > days * kDayMs) {
    const Time last(Millis(period.start_ms + days * kDayMs));
    return RefuseField("period.end", ViolationKind::ABOVE_MAX, {{"max", ToRfc3339(last)}});
  }
  return absl::OkStatus();
}

}  // namespace baodao::records
