// Reads a solution: who is put forward for what, and what stands in the way of more.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "services/matching/domain/graph.h"

namespace baodao::matching {

// Chosen edges that one person could not all accept: their tasks overlap or pass the limits
// together. The cheaper ones of a person stay. Empty when every person was given one task.
std::vector<int32_t> Conflicts(const GraphBuilder& builder, const work::Limits& limits,
                               const Solution& solution);

// The bottleneck that keeps edges which fill as many slots as can be filled from filling more; no
// tasks when every slot is filled. All such sets of edges have the same.
Bottleneck BottleneckOf(const GraphBuilder& builder, const std::vector<int32_t>& filled);

struct Proposal {
  std::string task_id;
  std::string person_id;
  Cost cost = 0;
  // When the person last had to do with the task, 0 if never: tells one offer of a pair from the
  // next.
  int64_t round = 0;
};

// The pairs of a solution, by task and person.
std::vector<Proposal> ProposalsOf(const GraphBuilder& builder, const Solution& solution);

}  // namespace baodao::matching
