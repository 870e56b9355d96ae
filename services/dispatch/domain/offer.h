// Offers: made by coordinators and matching, declined, run out; and those to the waitlist, which
// hold a slot.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "services/dispatch/domain/take.h"

namespace baodao::dispatch {

// Offers the task until `ttl` has passed (zero: 30 minutes) or the task starts. Holds no slot.
// Refusals: TASK_NOT_OPEN, TASK_STARTED, ALREADY_ASSIGNED, TASK_FULL, those of CheckEligible.
absl::StatusOr<Effects> DecideOffer(Aggregate& aggregate, const TakeCommand& command, Millis ttl,
                                    Time now);

// OFFERED → DECLINED. Refusals: NO_OFFER, OFFER_LAPSED.
absl::StatusOr<Effects> DecideDecline(Aggregate& aggregate, const std::string& person_id, Time now,
                                      const std::string& reason = {});

// The offer's timer: OFFERED → LAPSED once it has run out; otherwise only the timer is put right.
Effects DecideLapse(Aggregate& aggregate, const std::string& person_id, Time now);

// Somebody on the waitlist whose turn it is.
struct Candidate {
  // Unfit: has other work, or may no longer take part. Unclear: another claim of theirs is under
  // way.
  using Standing = enrollment::Fitness;
  std::string person_id;
  Standing standing = Standing::kUnclear;
  // Why they may no longer take part; unspecified where they have other work.
  v1::EndCause cause = v1::END_CAUSE_UNSPECIFIED;
};
// Offers free slots to the waitlist in the order of `candidates`, each held for 30 minutes or until
// the start; whoever no longer fits is released, whoever is unclear keeps their place and is looked
// at again half a minute later. Those left over keep waiting; the timer stays armed while slots are
// free.
Effects DecidePromote(Aggregate& aggregate, const std::vector<Candidate>& candidates, Time now);

}  // namespace baodao::dispatch
