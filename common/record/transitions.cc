#include "common/record/transitions.h"

#include "common/log/log.h"

namespace baodao::record {
namespace {

constexpr metrics::Spec kTransitions{"baodao_record_transitions_total",
                                     metrics::Type::kCounter,
                                     "Changes of state of records; from NONE: new ones.",
                                     {"record", "from", "to"}};

}  // namespace

void Transitions::Declare(const std::string& type, const google::protobuf::EnumDescriptor& states,
                          const std::vector<Move>& moves) {
  for (const auto& [from, to] : moves) {
    counters_[{type, from, to}] =
        registry_.CounterOf(kTransitions, {type, StateName(states, from), StateName(states, to)});
  }
}

void Transitions::Count(const std::vector<Transition>& transitions) {
  for (const Transition& transition : transitions) {
    const auto counter = counters_.find({transition.type, transition.from, transition.to});
    if (counter != counters_.end()) {
      counter->second->Increment();
      continue;
    }
    // Only the tables move records. For a mistake in that no process should end.
    log::Error("record.transition_of_no_table",
               {{"record", transition.type}, {"from", transition.from}, {"to", transition.to}});
  }
}

}  // namespace baodao::record
