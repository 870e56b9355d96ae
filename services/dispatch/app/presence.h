// Proof that somebody is where the work is: by position, by the code shown on site, by a
// coordinator's word.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "services/dispatch/app/mutation.h"

namespace baodao::dispatch {

// How long one code is shown. The one before and the one after are taken as well: people type
// slowly, clocks differ.
inline constexpr Millis kCodeStep = std::chrono::seconds(30);
// Codes a person may try for one task in ten minutes, before one that is right and used; and as
// many positions.
inline constexpr int kProofTries = 5;

// Six digits that only services with the keys can tell: a keyed hash, the same in every replica.
std::string SixDigits(const crypto::KeyRing& ring, const std::string& of);
// The six digits shown for the task in the step that holds `at`.
std::string SignCode(const crypto::KeyRing& ring, const std::string& task_id, Time at);
bool IsSignCode(const crypto::KeyRing& ring, const std::string& task_id, const std::string& code,
                Time now);

// The contact of a task, opened, with the exact place in it where it is known.
absl::StatusOr<v1::TaskContact> OpenContact(const crypto::KeyRing& ring,
                                            const v1::TaskRecord& record);
std::string SealContact(const crypto::KeyRing& ring, const std::string& task_id,
                        const v1::TaskContact& contact);

// Checks the request's proof and answers its method. The record is a copy: the one in the cache
// changes while this waits.
// PROOF_REQUIRED naming what does (also for a position where the exact place is not known),
// OUTSIDE_GEOFENCE, WRONG_CODE, RATE_LIMITED.
Task<absl::StatusOr<v1::SignMethod>> Prove(App& app, const Subject& subject,
                                           const v1::SignRequest& request, v1::TaskRecord record);

}  // namespace baodao::dispatch
