// 报平安: hearing from people who are alone at risky work.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "services/dispatch/domain/change.h"

namespace baodao::dispatch {

// Somebody SIGNED_IN was heard from: the next time is check_in_minutes from now. Refusals:
// NO_CHECK_INS, NOT_ASSIGNED, WRONG_STATE.
absl::StatusOr<Effects> DecideCheckIn(Aggregate& aggregate, const std::string& person_id, Time now);

// The person's timer: they are reminded at the time, and counted as missed five minutes later, and
// again every check_in_minutes. Five minutes they have in any case, however late it fires.
Effects DecideUnheard(Aggregate& aggregate, const std::string& person_id, Time now);

}  // namespace baodao::dispatch
