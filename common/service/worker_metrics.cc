#include "common/service/worker_metrics.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "common/clock/timestamp.h"
#include "common/events/group_consumer.h"
#include "common/events/readers.h"
#include "common/events/trimmer.h"
#include "common/log/log.h"

namespace baodao::service {
namespace {

using metrics::Spec;
using metrics::Type;

constexpr Spec kOverdue{"baodao_timers_overdue", Type::kGauge,
                        "Shards whose next timer was due for more than a second at the last look."};
constexpr Spec kLateness{"baodao_timers_lateness_seconds", Type::kGauge,
                         "By how much the latest of the timers that are due is late."};
constexpr Spec kFired{"baodao_timers_fired_total", Type::kCounter, "Timers handled."};
constexpr Spec kFailed{"baodao_timers_failed_total", Type::kCounter,
                       "Timers whose handler failed; they come again."};
constexpr Spec kUnread{"baodao_stream_lag",
                       Type::kGauge,
                       "Events that a consumer group has not handled yet.",
                       {"group"}};
constexpr Spec kOldest{"baodao_stream_oldest_seconds",
                       Type::kGauge,
                       "Age of the oldest event that a consumer group has not handled.",
                       {"group"}};
constexpr Spec kDead{"baodao_dead_letters",
                     Type::kGauge,
                     "Events that failed too often and wait for an operator.",
                     {"group"}};

constexpr Spec kUnstarted{"baodao_stream_reader_unstarted_seconds",
                          Type::kGauge,
                          "Age of the oldest event kept for a consumer group that has never "
                          "started; 0 once it has.",
                          {"group"}};

constexpr Spec kAge{"baodao_stream_age_seconds",
                    Type::kHistogram,
                    "How old events are when a consumer comes to them.",
                    {"consumer"},
                    metrics::Buckets::kSlow};

constexpr Millis kEvery{10'000};

double Seconds(Millis time) { return static_cast<double>(time.count()) / 1000; }

// Counts up to what a total has become.
void RaiseTo(metrics::Counter* counter, uint64_t total) {
  const double missing = static_cast<double>(total) - counter->Value();
  if (missing > 0) counter->Increment(missing);
}

// The age of an event that is seen for the first time.
void NoteAge(metrics::Histogram* age, Time now, const events::Delivery& delivery) {
  if (delivery.attempt != 1 || !delivery.event.has_time()) return;
  age->Observe(Seconds(std::max(Millis(0), now - ToTime(delivery.event.time()))));
}

}  // namespace

void ObserveTimers(metrics::Registry& registry, timers::TimerLoop& loop) {
  metrics::Gauge* const overdue = registry.GaugeOf(kOverdue);
  metrics::Gauge* const lateness = registry.GaugeOf(kLateness);
  metrics::Counter* const fired = registry.CounterOf(kFired);
  metrics::Counter* const failed = registry.CounterOf(kFailed);
  loop.SetObserver([=](const timers::Stats& stats) {
    overdue->Set(stats.overdue);
    lateness->Set(Seconds(stats.lateness));
    RaiseTo(fired, stats.fired);
    RaiseTo(failed, stats.failed);
  });
}

events::Handler ObserveAge(Runtime& runtime, const std::string& consumer, events::Handler handler) {
  metrics::Histogram* const age = runtime.metrics.HistogramOf(kAge, {consumer});
  Clock& clock = runtime.clock;
  return [age, &clock, handler = std::move(handler)](const events::Delivery& delivery) {
    NoteAge(age, clock.Now(), delivery);
    return handler(delivery);
  };
}

events::BatchHandler ObserveAges(Runtime& runtime, const std::string& consumer,
                                 events::BatchHandler handler) {
  metrics::Histogram* const age = runtime.metrics.HistogramOf(kAge, {consumer});
  Clock& clock = runtime.clock;
  return [age, &clock, handler = std::move(handler)](std::vector<events::Delivery> batch) {
    for (const events::Delivery& delivery : batch) NoteAge(age, clock.Now(), delivery);
    return handler(std::move(batch));
  };
}

std::unique_ptr<events::Consumer> NewTrimmer(Runtime& runtime) {
  events::TrimmerOptions options;
  options.service = runtime.store.keys().service();
  options.shards = runtime.store.shards();
  options.readers = events::ReadersOf(options.service);
  std::map<std::string, metrics::Gauge*> unstarted;
  for (const std::string& group : options.readers) {
    unstarted[group] = runtime.metrics.GaugeOf(kUnstarted, {group});
  }
  const auto observe = [unstarted](const events::Trimmed& trimmed) {
    for (const auto& [group, gauge] : unstarted) {
      const auto waiting = trimmed.unstarted.find(group);
      gauge->Set(waiting == trimmed.unstarted.end() ? 0 : Seconds(waiting->second));
    }
  };
  return events::NewTrimmer(runtime.redis, runtime.clock, std::move(options), observe);
}

Task<void> SampleGroupLag(Runtime& runtime, std::string group) {
  metrics::Gauge* const unread = runtime.metrics.GaugeOf(kUnread, {group});
  metrics::Gauge* const oldest = runtime.metrics.GaugeOf(kOldest, {group});
  metrics::Gauge* const dead = runtime.metrics.GaugeOf(kDead, {group});
  const std::vector<std::string> services = events::ServicesReadBy(group);
  for (;;) {
    const absl::StatusOr<events::GroupLag> lag = co_await events::ReadGroupLag(
        runtime.redis, runtime.clock, group, services, runtime.store.shards());
    if (lag.ok()) {
      unread->Set(static_cast<double>(lag->unread));
      oldest->Set(Seconds(lag->oldest));
      dead->Set(static_cast<double>(lag->dead_letters));
    } else {
      log::Warn("events.lag_unknown", {{"group", group}, {"status", lag.status()}});
    }
    co_await runtime.clock.SleepFor(kEvery);
  }
}

}  // namespace baodao::service
