#include "services/inbox/app/metrics.h"

namespace baodao::inbox {
namespace {

constexpr metrics::Spec kPushes{"baodao_pushes_total",
                                metrics::Type::kCounter,
                                "Pushes delivered and given up, and tries that failed.",
                                {"result"}};
constexpr metrics::Spec kSeconds{"baodao_push_seconds", metrics::Type::kHistogram,
                                 "One try of a push, until the gateway has answered."};

}  // namespace

PushMetrics::PushMetrics(metrics::Registry& registry)
    : delivered(registry.CounterOf(kPushes, {"delivered"})),
      failed(registry.CounterOf(kPushes, {"failed"})),
      given_up(registry.CounterOf(kPushes, {"given_up"})),
      seconds(registry.HistogramOf(kSeconds)) {}

}  // namespace baodao::inbox
