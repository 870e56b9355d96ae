// Who has the key of a task's sign-in codes: by a code they prove nothing of themselves on it.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "services/dispatch/domain/change.h"

namespace baodao::dispatch {

// Coordinators that one task notes; beyond these nobody gets the key.
inline constexpr int kMaxCodeHolders = 100;

// Whether the person of the assignment ever led the task, or was ever shown its codes as a
// coordinator.
bool HasHadCodes(const v1::TaskRecord& record, const v1::AssignmentRecord& assignment);
// Whether it is noted of a coordinator that they were shown the codes.
bool IsCodeHolder(const v1::TaskRecord& record, const std::string& person_id);

// Notes it, once, before they are shown. Where the task has noted so many that it cannot, nothing
// changes.
absl::StatusOr<Effects> DecideNoteCodeHolder(Aggregate& aggregate, const std::string& person_id,
                                             Time now);

}  // namespace baodao::dispatch
