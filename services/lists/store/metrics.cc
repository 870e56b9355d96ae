#include "services/lists/store/metrics.h"

#include <string>

#include "services/lists/domain/need_states.h"
#include "services/lists/domain/project_states.h"
#include "services/lists/domain/resource_states.h"
#include "services/lists/store/keys.h"

namespace baodao::lists {
namespace {

using metrics::Type;

constexpr metrics::Spec kNeedTransitions{"baodao_lists_need_transitions_total",
                                         Type::kCounter,
                                         "Changes of state of needs.",
                                         {"from", "to"}};
constexpr metrics::Spec kResourceTransitions{"baodao_lists_resource_transitions_total",
                                             Type::kCounter,
                                             "Changes of state of resources.",
                                             {"from", "to"}};
constexpr metrics::Spec kProjectTransitions{"baodao_lists_project_transitions_total",
                                            Type::kCounter,
                                            "Changes of state of projects.",
                                            {"from", "to"}};

}  // namespace

// All pairs of the tables: a counter that appears with its first increment has not increased in
// Prometheus' eyes. What leaves a need MATCHED as it was, like a second link, is no change of
// state.
Metrics::Metrics(metrics::Registry& registry) {
  const auto create = [&](const metrics::Spec& spec, std::string_view list, auto first,
                          auto table) {
    counters_[{list, 0, first}] = registry.CounterOf(spec, {"NONE", StateName(first)});
    for (const auto& row : table) {
      if (row.from == row.to) continue;
      counters_[{list, row.from, row.to}] =
          registry.CounterOf(spec, {StateName(row.from), StateName(row.to)});
    }
  };
  create(kNeedTransitions, kNeeds, v1::NEED_STATE_SUBMITTED, NeedTransitions());
  create(kResourceTransitions, kResources, v1::RESOURCE_STATE_LISTED, ResourceTransitions());
  create(kProjectTransitions, kProjects, v1::PROJECT_STATE_PROPOSED, ProjectTransitions());
}

void Metrics::Count(const std::vector<Moved>& moves) {
  for (const Moved& move : moves) {
    // Always there: only the tables move records. For a mistake in that, no process should end.
    const auto counter = counters_.find({move.list, move.from, move.to});
    if (counter != counters_.end()) counter->second->Increment();
  }
}

}  // namespace baodao::lists
