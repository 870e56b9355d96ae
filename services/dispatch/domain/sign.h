// Signing in and out, and what service it adds up to.
#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>

#include "services/dispatch/domain/change.h"

namespace baodao::dispatch {

// The proof that somebody signs by, and what is to be known of it.
struct Proof {
  v1::SignMethod method = v1::SIGN_METHOD_UNSPECIFIED;
  v1::SignDetail detail;
  std::string sealed_place;  // of a position
};
inline Proof ProofBy(v1::SignMethod method) { return {method, {}, {}}; }

// Whether a phone's clock that is off by so much, either way, is noted: by more than five minutes.
bool IsClockOff(Millis off);

// OK, TOO_EARLY or TOO_LATE: whether people may sign in now, whoever they are and wherever.
absl::Status CheckSignInTime(const v1::Task& task, Time now);

// Whether DecideSignIn (of `at`, which may be past) and DecideSignOut would refuse.
absl::Status CheckSignIn(const Aggregate& aggregate, const std::string& person_id, Time at,
                         Time now);
absl::Status CheckSignOut(const Aggregate& aggregate, const std::string& person_id);

// ACCEPTED → SIGNED_IN, from 30 minutes before the start until the end. The first one puts the task
// IN_SERVICE. Refusals: NOT_ASSIGNED, WRONG_STATE, TOO_EARLY, TOO_LATE.
absl::StatusOr<Effects> DecideSignIn(Aggregate& aggregate, const std::string& person_id,
                                     const Proof& proof, Time now);

// SIGNED_IN → SIGNED_OUT with the minutes served. When nobody is in and nobody accepted is still to
// come, the task is SERVED. Refusals: NOT_ASSIGNED, WRONG_STATE.
absl::StatusOr<Effects> DecideSignOut(Aggregate& aggregate, const std::string& person_id,
                                      const Proof& proof, Time now);

// Minutes from sign-in to sign-out, both clipped to the task's window, so that no minute counts for
// two tasks; a started minute counts as one. Never negative.
int32_t ServedMinutes(const v1::Task& task, Time sign_in, Time sign_out);

// As parts of a change: moves a person in, by kSignIn or kProve, or one who is in out, as of `at`.
void SignInAt(Change& change, Aggregate& aggregate, const std::string& person_id,
              AssignmentEvent event, const Proof& proof, Time at);
void SignOutAt(Change& change, Aggregate& aggregate, const std::string& person_id,
               const Proof& proof, Time at);

}  // namespace baodao::dispatch
