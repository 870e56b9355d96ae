// Leaving a task by oneself again and again: every return tells its requester and its area, and
// what mattered would be gone from their inboxes.
#pragma once

#include <absl/status/status.h>

#include "baodao/dispatch/v1/records.pb.h"
#include "common/clock/clock.h"

namespace baodao::dispatch {

// Within this long of the first departure they are counted together …
inline constexpr Millis kDeparturesDay = std::chrono::hours(24);
// … anybody may change their mind once, after the second one waits so long …
inline constexpr Millis kReturnPause = std::chrono::minutes(10);
// … and after so many until the day is over.
inline constexpr int kMaxDepartures = 3;

// The person leaves by themself.
void NoteDeparture(v1::AssignmentRecord& record, Time now);
// OK, or LEFT_TOO_OFTEN with when the person may claim the task again.
absl::Status CheckReturn(const v1::AssignmentRecord& record, Time now);

}  // namespace baodao::dispatch
