// Editing a need before anybody serves it.
#pragma once

#include <absl/status/status.h>

#include "baodao/lists/v1/need.pb.h"
#include "baodao/lists/v1/records.pb.h"
#include "common/clock/clock.h"
#include "common/work/limits.h"

namespace baodao::lists {

// Sets the fields that the mask names; contact and exact place are the caller's to seal. By its
// requester an ACCEPTED need goes back to SUBMITTED when what was reviewed changes: category,
// window or wishes, people_wanted, skills, credentials or beneficiary. Refusals: what the mask or
// the fields have wrong, window and wishes as NewNeed's, WRONG_STATE, and NEED_ALREADY_PUBLISHED
// while it has a task or is about to. A refused update may leave the record half changed.
absl::Status Update(v1::NeedRecord* record, const v1::UpdateNeedRequest& request, bool by_requester,
                    const work::Limits& limits, Time now);

}  // namespace baodao::lists
