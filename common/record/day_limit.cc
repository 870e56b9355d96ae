#include "common/record/day_limit.h"

#include "common/status/status.h"

namespace baodao::record {
namespace {

constexpr Millis kLimitedDay = std::chrono::hours(24);

}  // namespace

absl::Status CountInDay(int most, Time now, google::protobuf::RepeatedField<int64_t>* times_ms) {
  int past = 0;
  while (past < times_ms->size() && Time(Millis(times_ms->Get(past))) + kLimitedDay <= now) ++past;
  const int in_day = times_ms->size() - past;
  if (in_day >= most) {
    const Time oldest(Millis(times_ms->Get(times_ms->size() - most)));
    return RefuseFor(Reason::RATE_LIMITED, oldest + kLimitedDay - now);
  }
  times_ms->erase(times_ms->begin(), times_ms->begin() + past);
  times_ms->Add(now.time_since_epoch().count());
  return absl::OkStatus();
}

}  // namespace baodao::record
