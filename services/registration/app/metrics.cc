#include "services/registration/app/metrics.h"

namespace baodao::registration {
namespace {

constexpr metrics::Spec kCodesSentMetric{"baodao_login_codes_sent_total",
                                         metrics::Type::kCounter,
                                         "Login codes handed to the sender.",
                                         {}};
constexpr metrics::Spec kLoginsMetric{"baodao_logins_total",
                                      metrics::Type::kCounter,
                                      "Logins and token refreshes by how they ended.",
                                      {"result"}};
constexpr metrics::Spec kAreasMetric{
    "baodao_areas", metrics::Type::kGauge, "Areas in the tree of this process.", {}};

constexpr std::array<const char*, static_cast<size_t>(LoginResult::kCount)> kResults = {
    "ok", "wrong_code", "expired", "exhausted", "reused"};

}  // namespace

Metrics::Metrics(metrics::Registry& registry)
    : codes_sent_(registry.CounterOf(kCodesSentMetric)), areas_(registry.GaugeOf(kAreasMetric)) {
  for (size_t i = 0; i < kResults.size(); ++i) {
    logins_[i] = registry.CounterOf(kLoginsMetric, {kResults[i]});
  }
}

}  // namespace baodao::registration
