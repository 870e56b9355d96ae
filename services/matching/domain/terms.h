// The parts of a cost that are the same for all edges of a person or a task, computed once per run.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <string>
#include <utility>
#include <vector>

#include "services/matching/domain/cost.h"
#include "services/matching/domain/index.h"

namespace baodao::matching {

// A view of the index at one moment; make one per run or call. The index must outlive it.
class Terms {
 public:
  // `weak_areas`: communities (or whole subtrees) named as needing help first.
  Terms(const CandidateIndex& index, const Weights& weights, Time now,
        const std::vector<std::string>& weak_areas);

  PersonTerms Of(const Person& person) const;
  TaskTerms Of(const OpenTask& task) const;
  const Weights& weights() const { return weights_; }
  Time now() const { return now_; }
  bool IsScarce(TagId skill) const { return scarce_.contains(skill); }
  bool IsWeak(std::string_view area_code) const;

 private:
  const CandidateIndex& index_;
  const Weights& weights_;
  Time now_;
  absl::flat_hash_set<TagId> scarce_;
  std::vector<std::pair<int32_t, int32_t>> weak_;
  // By the position of the area whose people may take the tasks.
  struct Balance {
    int64_t slots = 0;  // free ones of claimable tasks
    int64_t helpers = 0;
  };
  absl::flat_hash_map<int32_t, Balance> balance_;
};

}  // namespace baodao::matching
