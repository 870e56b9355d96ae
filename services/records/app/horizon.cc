#include "services/records/app/horizon.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/log/log.h"
#include "common/status/macros.h"

namespace baodao::records {
namespace {

constexpr Millis kLookEvery{500};
constexpr Millis kLookEveryAtRest{2'000};
constexpr Millis kMeasureEvery{1'000};

using Positions = std::vector<Position>;

}  // namespace

Task<absl::Status> Horizon::Look() {
  const Time now = clock_.Now();
  CO_ASSIGN_OR_RETURN(StreamIds ends, co_await ReadEnds(redis_, streams_));
  // After the ends: what is in by then is counted.
  Database::Work<Positions> read = ReadPositions;
  CO_ASSIGN_OR_RETURN(const Positions positions, co_await database_.Watch(std::move(read)));
  StreamIds reached;
  int64_t incomplete = 0, complete_since = 0;
  for (const Position& position : positions) {
    reached[position.stream] = position.id;
    incomplete += position.complete_since_ms != 0;
    complete_since = std::max(complete_since, position.complete_since_ms);
  }
  Time as_of = now;
  for (const auto& [stream, end] : ends) {
    const StreamId& at = reached[stream];
    // More may have happened in the millisecond of the last event that is in.
    if (at < end) as_of = std::min(as_of, Time(Millis(std::max<int64_t>(at.ms, 1) - 1)));
  }
  moving_ = as_of < now || ends != ends_;
  ends_ = std::move(ends);
  as_of_ = std::max(as_of_, as_of);
  complete_since_ = Time(Millis(complete_since));
  metrics_.incomplete_streams->Set(static_cast<double>(incomplete));
  co_return absl::OkStatus();
}

Task<void> Horizon::Run() {
  Millis pause = kLookEvery;
  for (;;) {
    co_await clock_.SleepFor(pause);
    const absl::Status looked = co_await Look();
    if (!looked.ok()) log::Warn("records.horizon_unknown", {{"status", looked}});
    pause = moving_ ? kLookEvery : std::min(2 * pause, kLookEveryAtRest);
  }
}

Task<void> Horizon::Measure() {
  for (;;) {
    const Millis lag = std::max(Millis(0), clock_.Now() - as_of_);
    metrics_.lag_seconds->Set(static_cast<double>(lag.count()) / 1000);
    co_await clock_.SleepFor(kMeasureEvery);
  }
}

}  // namespace baodao::records
