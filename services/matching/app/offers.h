// Carries out proposals: offers through dispatch, which checks everything again.
#pragma once

#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/clock/clock.h"
#include "services/matching/app/dispatch.h"
#include "services/matching/app/metrics.h"
#include "services/matching/app/settings.h"
#include "services/matching/domain/index.h"
#include "services/matching/domain/plan.h"

namespace baodao::matching {

// Loop thread only.
class Offers {
 public:
  Offers(CandidateIndex& index, Dispatch& dispatch, const Settings& settings, Clock& clock,
         MatchingMetrics& metrics);

  // How many offers stand, made on behalf of `options`. A pair that is refused is not proposed
  // again for a while; one whose outcome is unknown may be proposed again, under the same
  // request_id.
  Task<int> Make(rpc::CallOptions options, std::vector<Proposal> proposals);

 private:
  Task<bool> MakeOne(rpc::CallOptions options, Proposal proposal);

  CandidateIndex& index_;
  Dispatch& dispatch_;
  const Settings& settings_;
  Clock& clock_;
  MatchingMetrics& metrics_;
};

// The same for the same pair and round, on every replica: two leaders at once make one offer.
std::string RequestIdOf(const Proposal& proposal);

}  // namespace baodao::matching
