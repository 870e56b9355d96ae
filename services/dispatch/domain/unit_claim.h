// Slots of a task that units claim for their members (UnitClaimService). They are held, and so
// counted in Task.held_count, until somebody is named for each or the deadline comes.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>

#include "services/dispatch/domain/change.h"
#include "services/dispatch/domain/eligibility.h"

namespace baodao::dispatch {

// Units that claim slots of one task, and how often each may.
inline constexpr int kMaxUnitClaims = 20;
inline constexpr int kMaxClaimsOfUnit = 3;
inline constexpr Millis kDefaultNaming = std::chrono::hours(48);
inline constexpr Millis kLongestNaming = std::chrono::hours(24 * 7);

struct ClaimCommand {
  const registration::v1::Unit* unit = nullptr;  // outlives the decision
  const Relations* relations = nullptr;
  std::string liaison_id;
  int slots = 0;
  std::optional<Time> name_by;
};

// Holds the slots. Refusals: as UnitClaimService.ClaimUnitSlots; IN_THE_PAST and OUT_OF_RANGE of
// name_by.
absl::StatusOr<Effects> DecideClaimSlots(Aggregate& aggregate, const ClaimCommand& command,
                                         Time now);

// Whether a member can be put on one of the slots now: NO_UNIT_CLAIM, WRONG_STATE, TOO_LATE,
// NO_SLOT_LEFT, and NOT_A_MEMBER where the profile names another unit.
absl::Status CheckNaming(const v1::TaskRecord& record, const std::string& unit_id,
                         const registration::v1::Profile& profile, Time now);

// Gives back `slots` that nobody is named for; 0: all of them, and takes those named off the task,
// too. NO_UNIT_CLAIM, WRONG_STATE, NO_SLOT_LEFT, TOO_LATE_TO_WITHDRAW unless `by_coordinator`.
// Everybody must be loaded.
absl::StatusOr<Effects> DecideWithdrawClaim(Aggregate& aggregate, const std::string& unit_id,
                                            int slots, bool by_coordinator,
                                            const std::string& reason, Time now);

// The timer: naming that is over, claims whose task is over, and what they came to once it is
// closed. Everybody must be loaded.
Effects DecideUnitClaims(Aggregate& aggregate, Time now);

}  // namespace baodao::dispatch
