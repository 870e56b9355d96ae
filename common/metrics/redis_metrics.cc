#include "common/metrics/redis_metrics.h"

#include "common/redis/client.h"

namespace baodao::metrics {
namespace {

constexpr Spec kCommandSeconds{"baodao_redis_command_seconds",
                               Type::kHistogram,
                               "From sending a command or function to its answer.",
                               {"command"}};
constexpr Spec kErrors{"baodao_redis_errors_total",
                       Type::kCounter,
                       "Commands answered with an error or not at all.",
                       {"command"}};
constexpr Spec kInFlight{"baodao_redis_in_flight", Type::kGauge,
                         "Commands sent and not answered yet."};
constexpr Spec kTimeouts{"baodao_redis_timeouts_total", Type::kCounter,
                         "Commands that ran into their deadline."};
constexpr Spec kReconnects{"baodao_redis_reconnects_total", Type::kCounter,
                           "Connections made again after one was lost."};
constexpr Spec kRedirects{"baodao_redis_redirects_total", Type::kCounter,
                          "MOVED and ASK answers of a cluster that were followed."};

}  // namespace

RedisMetrics::RedisMetrics(Registry& registry)
    : registry_(registry),
      in_flight_(registry.GaugeOf(kInFlight)),
      timeouts_{registry.CounterOf(kTimeouts)},
      reconnects_{registry.CounterOf(kReconnects)},
      redirects_{registry.CounterOf(kRedirects)} {}

void RedisMetrics::Observe(std::string_view label, double seconds, bool ok) {
  auto found = commands_.find(label);
  if (found == commands_.end()) {
    const std::string name(label);
    const Command command{registry_.HistogramOf(kCommandSeconds, {name}),
                          registry_.CounterOf(kErrors, {name})};
    found = commands_.emplace(name, command).first;
  }
  found->second.seconds->Observe(seconds);
  if (!ok) found->second.errors->Increment();
}

void RedisMetrics::Total::Update(uint64_t total) {
  if (total > seen) counter->Increment(static_cast<double>(total - seen));
  seen = total;
}

void RedisMetrics::Sample(const redis::Stats& stats) {
  in_flight_->Set(static_cast<double>(stats.in_flight));
  timeouts_.Update(stats.timeouts);
  reconnects_.Update(stats.reconnects);
  redirects_.Update(stats.redirects);
}

}  // namespace baodao::metrics
