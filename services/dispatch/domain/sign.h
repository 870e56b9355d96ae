// Signing in and out, and what service it adds up to.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "services/dispatch/domain/change.h"

namespace baodao::dispatch {

// OK, TOO_EARLY or TOO_LATE: whether people may sign in now, whoever they are and wherever.
absl::Status CheckSignInTime(const v1::Task& task, Time now);

// ACCEPTED → SIGNED_IN, from 30 minutes before the start until the end; presence has been proved by
// `method`. The first one puts the task IN_SERVICE. Refusals: NOT_ASSIGNED, WRONG_STATE, TOO_EARLY,
// TOO_LATE.
absl::StatusOr<Effects> DecideSignIn(Aggregate& aggregate, const std::string& person_id,
                                     v1::SignMethod method, Time now);

// SIGNED_IN → SIGNED_OUT with the minutes served. When nobody is in and nobody accepted is still to
// come, the task is SERVED. Refusals: NOT_ASSIGNED, WRONG_STATE.
absl::StatusOr<Effects> DecideSignOut(Aggregate& aggregate, const std::string& person_id,
                                      v1::SignMethod method, Time now);

// Minutes from sign-in to sign-out, both clipped to the task's window, so that no minute counts for
// two tasks; a started minute counts as one. Never negative.
int32_t ServedMinutes(const v1::Task& task, Time sign_in, Time sign_out);

// Moves a SIGNED_IN person out at `at`; for DecideSignOut and the end timer.
void SignOutAt(Change& change, Aggregate& aggregate, const std::string& person_id,
               v1::SignMethod method, Time at);

}  // namespace baodao::dispatch
