#include "services/registration/rpc/metrics.h"

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
constexpr metrics::Spec kTransitionsTotal{"baodao_registration_transitions_total",
                                          metrics::Type::kCounter,
                                          "Transitions of registrations (报到).",
                                          {"event"}};
constexpr metrics::Spec kAreasMetric{
    "baodao_areas", metrics::Type::kGauge, "Areas in the tree of this process.", {}};

constexpr std::array<const char*, static_cast<size_t>(LoginResult::kCount)> kResults = {
    "ok", "wrong_code", "expired", "exhausted", "reused"};

}  // namespace

Metrics::Metrics(metrics::Registry& registry)
    : codes_sent_(registry.CounterOf(kCodesSentMetric)),
      created_(registry.CounterOf(kTransitionsTotal, {"create"})),
      areas_(registry.GaugeOf(kAreasMetric)) {
  for (size_t i = 0; i < kResults.size(); ++i) {
    logins_[i] = registry.CounterOf(kLoginsMetric, {kResults[i]});
  }
  for (size_t i = 0; i < transitions_.size(); ++i) {
    transitions_[i] =
        registry.CounterOf(kTransitionsTotal, {EventName(static_cast<RegistrationEvent>(i))});
  }
}

}  // namespace baodao::registration
