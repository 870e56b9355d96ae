// Ranked answers to one question: who for this task, what for this person, and what stands in the
// way.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "services/matching/domain/cost.h"
#include "services/matching/domain/rules.h"
#include "services/matching/domain/terms.h"

namespace baodao::matching {

struct Ranked {
  const Person* person = nullptr;
  std::shared_ptr<const OpenTask> task;
  Parts parts;
};

struct BlockerCount {
  Rule rule{};
  int32_t people = 0;
  // Those of them whom nothing else keeps from the task.
  int32_t only_this = 0;
};

struct PeopleForTask {
  std::vector<Ranked> ranked;          // best first, equal ones by id
  std::vector<BlockerCount> blockers;  // most people first
};

// Looks at everybody whom `scope` admits.
PeopleForTask RankPeople(const CandidateIndex& index, const Terms& terms, const Policy& policy,
                         const std::shared_ptr<const OpenTask>& task, const AreaScope& scope,
                         size_t limit);

// Looks at every claimable task with a free slot. Best first, equal ones by id.
std::vector<Ranked> RankTasks(const CandidateIndex& index, const Terms& terms, const Policy& policy,
                              PersonSlot person, size_t limit);

}  // namespace baodao::matching
