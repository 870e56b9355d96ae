#include "services/matching/domain/terms.h"

#include <algorithm>

namespace baodao::matching {
namespace {

// Below this many people a share says nothing about scarcity.
constexpr size_t kEnoughPeople = 40;

}  // namespace

Terms::Terms(const CandidateIndex& index, const Weights& weights, Time now,
             const std::vector<std::string>& weak_areas)
    : index_(index), weights_(weights), now_(now) {
  const double people = static_cast<double>(index.people().size());
  for (TagId tag = 0; tag < index.tags().size(); ++tag) {
    const int32_t holders = index.HoldersOf(tag);
    const bool scarce = holders > 0 && holders < people * weights.scarce_share;
    if (scarce && index.people().size() >= kEnoughPeople) scarce_.insert(tag);
  }
  for (const std::string& code : weak_areas) {
    const AreaScope scope = index.ScopeOf(code);
    weak_.emplace_back(scope.begin, scope.end);
  }
  for (const auto& [id, task] : index.tasks()) {
    if (!task->IsClaimable()) continue;
    if (task->eligible.begin == task->eligible.end) continue;
    const auto [it, fresh] = balance_.try_emplace(task->eligible.begin);
    if (fresh) it->second.helpers = index.RegistrationsIn(task->eligible);
    it->second.slots += task->FreeSlots();
  }
}

bool Terms::IsWeak(std::string_view area_code) const {
  const int at = index_.PositionOf(area_code);
  return at >= 0 && std::any_of(weak_.begin(), weak_.end(), [&](const auto& interval) {
           return interval.first <= at && at < interval.second;
         });
}

PersonTerms Terms::Of(const Person& person) const {
  PersonTerms terms;
  terms.workload = WorkloadCost(WorkloadOf(person.calendar, now_), weights_);
  terms.reliability = ReliabilityCost(person.history.get(), weights_);
  for (const TagId skill : person.skills) terms.scarce_skills += IsScarce(skill);
  return terms;
}

TaskTerms Terms::Of(const OpenTask& task) const {
  TaskTerms terms;
  for (const TagId skill : task.skills) terms.scarce_skills += IsScarce(skill);
  const auto it = balance_.find(task.eligible.begin);
  const Balance balance = it == balance_.end() ? Balance{} : it->second;
  const bool weak = IsWeak(task.task.area_code());
  terms.community = CommunityCost(balance.slots, balance.helpers, weak, weights_);
  return terms;
}

}  // namespace baodao::matching
