// The timer of matching: every few seconds, for every district that this replica leads, tasks that
// lack people are matched and offered. So are, area by area at the top of the tree, the tasks that
// lie above all districts.
#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/clock/clock.h"
#include "services/matching/app/matcher.h"
#include "services/matching/app/offers.h"
#include "services/matching/store/lease.h"

namespace baodao::matching {

// Loop thread only.
class MatchLoop {
 public:
  MatchLoop(const CandidateIndex& index, Matcher& matcher, Offers& offers, Leases& leases,
            const Settings& settings, Clock& clock, MatchingMetrics& metrics);

  // For ever. Cancel the task to end it: it then gives every lease back before it ends.
  Task<void> Run();
  // One round over all districts; how many offers were made.
  Task<int> Round();
  // Gives every lease back, so that another replica takes over at once.
  Task<void> Release();

 private:
  Task<absl::StatusOr<int>> Match(MatchOrder order);
  // Every district, and every root for what lies outside of them: all tasks, each once.
  std::vector<MatchOrder> Orders() const;

  const CandidateIndex& index_;
  Matcher& matcher_;
  Offers& offers_;
  Leases& leases_;
  const Settings& settings_;
  Clock& clock_;
  MatchingMetrics& metrics_;
  std::map<std::string, Fence> led_;
};

}  // namespace baodao::matching
