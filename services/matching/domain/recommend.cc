#include "services/matching/domain/recommend.h"

#include <algorithm>
#include <array>

namespace baodao::matching {
namespace {

// Keeps the best `limit` of what it is shown.
template <class Better>
void Keep(std::vector<Ranked>* ranked, size_t limit, Better better) {
  const size_t kept = std::min(limit, ranked->size());
  const auto middle = ranked->begin() + static_cast<std::ptrdiff_t>(kept);
  std::partial_sort(ranked->begin(), middle, ranked->end(), better);
  ranked->resize(kept);
}

class Blockers {
 public:
  void Count(const RuleSet& broken) {
    for (int i = 0; i < kRules; ++i) {
      const auto rule = static_cast<Rule>(i);
      if (!broken.Has(rule)) continue;
      ++counts_[i].people;
      if (broken.Only(rule)) ++counts_[i].only_this;
    }
  }

  std::vector<BlockerCount> MostFirst() const {
    std::vector<BlockerCount> rows;
    for (int i = 0; i < kRules; ++i) {
      if (counts_[i].people == 0) continue;
      rows.push_back(counts_[i]);
      rows.back().rule = static_cast<Rule>(i);
    }
    std::stable_sort(rows.begin(), rows.end(), [](const BlockerCount& a, const BlockerCount& b) {
      return a.people > b.people;
    });
    return rows;
  }

 private:
  std::array<BlockerCount, kRules> counts_{};
};

}  // namespace

PeopleForTask RankPeople(const CandidateIndex& index, const Terms& terms, const Policy& policy,
                         const std::shared_ptr<const OpenTask>& task, const AreaScope& scope,
                         size_t limit) {
  PeopleForTask answer;
  Blockers blockers;
  const TaskTerms task_terms = terms.Of(*task);
  for (size_t i = 0; i < index.people().size(); ++i) {
    const Person& person = index.people()[i];
    if (!scope.Admits(person.areas)) continue;
    const RuleSet broken = AllBroken(person, static_cast<PersonSlot>(i), *task, policy);
    blockers.Count(broken);
    if (!broken.empty()) continue;
    const Parts parts = PartsOf(person, terms.Of(person), *task, task_terms, terms.weights());
    answer.ranked.push_back({&person, task, parts});
  }
  Keep(&answer.ranked, limit, [](const Ranked& a, const Ranked& b) {
    const int32_t left = a.parts.total();
    const int32_t right = b.parts.total();
    return left != right ? left < right : a.person->id < b.person->id;
  });
  answer.blockers = blockers.MostFirst();
  return answer;
}

std::vector<Ranked> RankTasks(const CandidateIndex& index, const Terms& terms, const Policy& policy,
                              PersonSlot slot, size_t limit) {
  const Person& person = index.people()[slot];
  const PersonTerms person_terms = terms.Of(person);
  std::vector<Ranked> ranked;
  for (const auto& [id, task] : index.tasks()) {
    if (!task->IsClaimable() || task->FreeSlots() == 0) continue;
    if (work::JoinUntil(task->task) <= terms.now()) continue;
    if (FirstBroken(person, slot, *task, policy)) continue;
    ranked.push_back(
        {&person, task, PartsOf(person, person_terms, *task, terms.Of(*task), terms.weights())});
  }
  Keep(&ranked, limit, [](const Ranked& a, const Ranked& b) {
    const int32_t left = a.parts.total();
    const int32_t right = b.parts.total();
    return left != right ? left < right : a.task->id() < b.task->id();
  });
  return ranked;
}

}  // namespace baodao::matching
