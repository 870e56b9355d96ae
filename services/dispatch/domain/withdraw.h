// Leaving a task before it is served.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "services/dispatch/domain/change.h"

namespace baodao::dispatch {

// ACCEPTED or WAITLISTED → WITHDRAWN. Refusals: NOT_ASSIGNED, WRONG_STATE, TOO_LATE_TO_WITHDRAW
// (after withdraw_by, unless `by_coordinator`; the waitlist may be left at any time). `reason` may
// be empty; it is passed on with the assignment.
absl::StatusOr<Effects> DecideWithdraw(Aggregate& aggregate, const std::string& person_id,
                                       bool by_coordinator, Time now,
                                       const std::string& reason = {});

}  // namespace baodao::dispatch
