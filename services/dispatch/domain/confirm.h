// Service that happened though nobody signed in (补录): told after the fact, by others.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <vector>

#include "services/dispatch/domain/change.h"

namespace baodao::dispatch {

struct ServedBy {
  std::string person_id;
  Time start;
  Time end;
  // For somebody who had not accepted: the unit that hears the result.
  std::string unit_id;
  // The token under which the time is entered in their calendar.
  uint64_t reservation = 0;
};

struct ConfirmCommand {
  std::string confirmer_id;  // a person id, or the name of a service
  // The requester names only those who had accepted; another coordinator anybody.
  bool by_requester = false;
  std::string reason;
  std::vector<ServedBy> services;
  // Approves what the one person asked for at that time.
  std::optional<Time> request_time = std::nullopt;
};

// Whether all of it may be confirmed now. Refusals: TOO_EARLY (before the end), TOO_LATE
// (kConfirmUntil after it), WRONG_STATE, INVALID_ARGUMENT_FIELDS (a person twice), OWN_SERVICE,
// OWN_REQUEST, SERVICE_ON_RECORD, NOT_ASSIGNED, SERVED_TIME_INVALID, TASK_FULL; on request those of
// CheckAnswer. The people must be loaded.
absl::Status CheckConfirm(const Aggregate& aggregate, const ConfirmCommand& command, Time now);

// Those named are SIGNED_OUT and due to be credited, whatever the task waits for; what they have
// asked for is APPROVED. An EXPIRED task is SERVED. Refusals: those of CheckConfirm.
absl::StatusOr<Effects> DecideConfirm(Aggregate& aggregate, const ConfirmCommand& command,
                                      Time now);

// Whether the times lie within the task, the end after the start. SERVED_TIME_INVALID.
absl::Status CheckServedTime(const v1::Task& task, Time start, Time end);

// Whether the person had accepted and is only missing a sign-in.
inline bool WasExpected(v1::AssignmentState state) {
  return state == v1::ASSIGNMENT_STATE_ACCEPTED || state == v1::ASSIGNMENT_STATE_NO_SHOW;
}

}  // namespace baodao::dispatch
