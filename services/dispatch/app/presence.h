// Proof that somebody is where the work is: by position, by the code shown on site, by a
// coordinator's word.
#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>

#include "common/crypto/totp.h"
#include "services/dispatch/app/mutation.h"
#include "services/dispatch/domain/sign.h"

namespace baodao::dispatch {

// How long one code is shown. The one before and the one after are taken as well: people type
// slowly, clocks differ.
inline constexpr Millis kCodeStep = crypto::kTotpStep;
// Codes a person may try for one task in ten minutes, before one that is right and used; and as
// many positions. Among calls with codes from a phone without network so many may be wrong in all.
inline constexpr int kProofTries = 5;

// Six digits that only services with the keys can tell: a keyed hash, the same in every replica.
std::string SixDigits(const crypto::KeyRing& ring, const std::string& of);

// The `number`-th key of the sign-in codes of the task. It is kept nowhere.
std::string CodeKey(const crypto::KeyRing& ring, const std::string& task_id, int number);
// The six digits shown in the step that holds `at`.
std::string SignCode(const std::string& key, Time at);
// Whether the code is shown at `now`, or a step away.
bool IsSignCode(const crypto::KeyRing& ring, const v1::TaskRecord& record, const std::string& code,
                Time now);
// When the code was shown, within two minutes of `at`: the time in its step that is nearest to
// that.
std::optional<Time> TimeOfCode(const crypto::KeyRing& ring, const v1::TaskRecord& record,
                               const std::string& code, Time at);

// The contact of a task, opened, with the exact place in it where it is known.
absl::StatusOr<v1::TaskContact> OpenContact(const crypto::KeyRing& ring,
                                            const v1::TaskRecord& record);
std::string SealContact(const crypto::KeyRing& ring, const std::string& task_id,
                        const v1::TaskContact& contact);

// Counted before it is looked at: many tries at once are as many as many in a row. RATE_LIMITED
// after kProofTries.
Task<absl::Status> CountTry(App& app, std::string key, Millis window);

// Checks the request's proof and answers it with what is to be known of it: a position that is made
// up, or far from where the person signed a short while ago, proves presence all the same. The
// record is a copy: the one in the cache changes while this waits.
// PROOF_REQUIRED naming what does (also for a position where the exact place is not known),
// POSITION_INEXACT, OUTSIDE_GEOFENCE, WRONG_CODE, RATE_LIMITED.
Task<absl::StatusOr<Proof>> Prove(App& app, const Subject& subject, const v1::SignRequest& request,
                                  v1::TaskRecord record);

}  // namespace baodao::dispatch
