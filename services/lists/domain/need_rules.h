// The rules of needs, apart from publishing (publication.h).
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>

#include "baodao/lists/v1/need.pb.h"
#include "baodao/lists/v1/records.pb.h"
#include "common/clock/clock.h"
#include "common/work/limits.h"

namespace baodao::lists {

inline constexpr int kMaxMatches = 20;
// Needs merged into one whose requesters are told of its outcome.
inline constexpr int kMaxMerged = 50;

// The need asked for, SUBMITTED, without id and contact, its place rounded to about 100 m: exactly
// it is kept sealed (app/details.h). Refusals of the window as its task would be refused:
// validate::CheckWindow, or CheckWishes, and by field where there is not one of both;
// photo::CheckPhotos; CheckBeneficiary.
absl::StatusOr<v1::Need> NewNeed(const v1::CreateNeedRequest& request,
                                 const std::string& requester_id, const work::Limits& limits,
                                 Time now);

// OK unless their consent lies in the future.
absl::Status CheckBeneficiary(const v1::Beneficiary& beneficiary, Time now);

// Applies a verdict: to a SUBMITTED need, or RETURN to an ACCEPTED one. `target` is the need merged
// into, where the verdict is MERGE and it exists (else null): it takes over those who wait for an
// outcome. Refusals: the missing comment or target by field, MERGE_WITH_ITSELF, MERGE_CYCLE,
// WRONG_STATE, TOO_MANY_MERGED, and NEED_ALREADY_PUBLISHED while a publication runs.
absl::Status Review(v1::NeedRecord* record, const v1::ReviewNeedRequest& request,
                    v1::NeedRecord* target, Time now);

// RETURNED → SUBMITTED; what it lacked is mended before (need_update.h).
absl::Status Resubmit(v1::Need* need, Time now);

// SUBMITTED, RETURNED, ACCEPTED or MATCHED → CANCELLED; neither a publication nor a task may run
// (rpc/cancellations.h ends those first). NEED_IN_SERVICE, WRONG_STATE.
absl::Status Cancel(v1::Need* need, const std::string& reason, Time now);

// MATCHED → RESOLVED where no task serves the need.
absl::Status Resolve(v1::NeedRecord* record, Time now);
// RESOLVED → CLOSED.
absl::Status Close(v1::Need* need, Time now);

// Links the need with what `match` names. ALREADY_EXISTS for a second link to the same,
// TOO_MANY_MATCHES, WRONG_STATE.
absl::Status Link(v1::NeedRecord* record, v1::Match match, Time now);

// Whether the requester's wish has been decided on, one way or the other; never undone.
bool IsDecided(v1::NeedState state);

// Whether the work is over, or will never be: the private details are out of reach for all but the
// requester, and the need leaves the store some time later.
bool IsOver(v1::NeedState state);

// The need as others learn of it in events: the place rounded to about 100 m, no contact, no
// beneficiary, no photos.
v1::Need PublicView(v1::Need need);

}  // namespace baodao::lists
