// Proposing a colleague who comes instead.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "services/dispatch/domain/change.h"
#include "services/dispatch/domain/eligibility.h"

namespace baodao::dispatch {

struct SwapCommand {
  std::string proposer_id;
  std::string successor_id;
  // Null where there is nobody of that id; outlives the decision, as `relations`.
  const registration::v1::Profile* successor = nullptr;
  const Relations* relations = nullptr;
  // Whether the successor's time is free.
  bool has_time = false;
  std::string reason;
};

// Offers the slot of the proposer, who is ACCEPTED, to the successor: accepted like any offer, it
// frees the slot in the same commit (Take). Refusals: NOT_ASSIGNED, WRONG_STATE, those of
// CheckRecruiting, WITHDRAWAL_REQUESTED (their slot is to be had already), SWAP_PROPOSED,
// TOO_MANY_SWAPS, CANNOT_SUCCEED.
absl::StatusOr<Effects> DecideProposeSwap(Aggregate& aggregate, const SwapCommand& command,
                                          Time now);

// The proposal is RELEASED. Refusals: NOT_ASSIGNED, NO_SWAP. The successor must be loaded.
absl::StatusOr<Effects> DecideCancelSwap(Aggregate& aggregate, const std::string& proposer_id,
                                         Time now);

}  // namespace baodao::dispatch
