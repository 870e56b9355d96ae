// The RPCs of matching.
#pragma once

#include <absl/status/statusor.h>

#include <memory>
#include <string>

#include "baodao/matching/v1/matching.pb.h"
#include "common/areas/feed.h"
#include "common/rpc/access.h"
#include "common/rpc/rate_limit.h"
#include "common/rpc/router.h"
#include "common/store/store.h"
#include "services/matching/app/dispatch.h"
#include "services/matching/app/matcher.h"
#include "services/matching/app/offers.h"
#include "services/matching/domain/recommend.h"

namespace baodao::matching {

// Loop thread only. Everything handed in outlives it.
class MatchingHandlers {
 public:
  MatchingHandlers(const CandidateIndex& index, Dispatch& dispatch, Matcher& matcher,
                   Offers& offers, store::Store& store, const Settings& settings, Clock& clock,
                   MatchingMetrics& metrics);

  void Register(rpc::Router* router);
  // `areas` outlives the policy.
  rpc::AccessPolicy Policy(const areas::AreaTreeFeed& areas);

  Task<absl::StatusOr<v1::RecommendPeopleResponse>> RecommendPeople(
      rpc::CallContext context, v1::RecommendPeopleRequest request);
  Task<absl::StatusOr<v1::RecommendTasksResponse>> RecommendTasks(
      rpc::CallContext context, v1::RecommendTasksRequest request);
  Task<absl::StatusOr<v1::RunMatchingResponse>> RunMatching(rpc::CallContext context,
                                                            v1::RunMatchingRequest request);

 private:
  Task<absl::StatusOr<v1::RunMatchingResponse>> RunOnce(rpc::CallContext context,
                                                        v1::RunMatchingRequest request);
  Task<absl::StatusOr<rpc::Scope>> Resolve(std::string task_id);
  // The people among whom somebody for the task is looked for: those of its district, or of more
  // where the task says so.
  AreaScope Neighbours(const OpenTask& task) const;
  v1::Candidate ToProto(const Terms& terms, const Ranked& ranked, Locale locale) const;

  const CandidateIndex& index_;
  Dispatch& dispatch_;
  Matcher& matcher_;
  Offers& offers_;
  store::Store& store_;  // keeps answers
  const Settings& settings_;
  Clock& clock_;
  MatchingMetrics& metrics_;
};

// Recommendations and runs look at everybody: buckets of their own, for each caller.
void LimitMatching(rpc::RateLimits* limits);

}  // namespace baodao::matching
