// Asking to be let go of a task that one has accepted.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "services/dispatch/domain/change.h"

namespace baodao::dispatch {

// OK, or PLACE_PROMISED where the last slot is held for somebody from the waitlist: whether
// somebody who has asked to be let go may come after all.
absl::Status CheckMayStay(const v1::Task& task, Time now);

// Somebody ACCEPTED asks to be let go: their slot is to be had, and whoever takes one lets them go
// (Take). Refusals: NOT_ASSIGNED, WRONG_STATE, those of CheckRecruiting, WITHDRAWAL_REQUESTED,
// LEFT_TOO_OFTEN, TOO_MANY_LEAVING.
absl::StatusOr<Effects> DecideRequestWithdrawal(Aggregate& aggregate, const std::string& person_id,
                                                const std::string& reason, Time now);

// They come after all. Refusals: NOT_ASSIGNED, NO_WITHDRAWAL_REQUEST, PLACE_PROMISED.
absl::StatusOr<Effects> DecideCancelWithdrawal(Aggregate& aggregate, const std::string& person_id,
                                               Time now);

// A coordinator lets them go, or asks them to come all the same. Refusals: NOT_ASSIGNED,
// NO_WITHDRAWAL_REQUEST; where it is not approved PLACE_PROMISED.
absl::StatusOr<Effects> DecideAnswerWithdrawal(Aggregate& aggregate, const std::string& person_id,
                                               bool approved, const std::string& reason, Time now);

}  // namespace baodao::dispatch
