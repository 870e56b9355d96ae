// 离线签到: signs that were made without network, and came in later.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>

#include "services/dispatch/domain/sign.h"

namespace baodao::dispatch {

struct OfflineCommand {
  std::string person_id;
  // The times of the codes that prove them; at least one is set.
  std::optional<Time> sign_in;
  std::optional<Time> sign_out;
  // The phone's clock was off.
  bool clock_off = false;
  // Under which the time of a NO_SHOW is entered.
  uint64_t reservation = 0;
};

// Until when such signs are taken.
Time OfflineUntil(const v1::Task& task);

// The refusals that need not know what the codes prove: TOO_LATE, NOT_ASSIGNED, WRONG_STATE.
absl::Status CheckOfflineSender(const Aggregate& aggregate, const std::string& person_id, Time now);

// Whether the person, taken for a NO_SHOW, would be on the task again: their time is to be entered
// first.
bool ComesBack(const Aggregate& aggregate, const OfflineCommand& command);

// Enters what is not on record yet: a sign-in of somebody ACCEPTED, or a NO_SHOW; a sign-out of
// somebody who is, or comes, in; and one in place of the timer's. A person who comes in when the
// task is over is signed out with it, as of its end where they do not say when. Nobody comes in as
// of a time before they accepted (TOO_EARLY), or once they were taken for a NO_SHOW (TOO_LATE).
// Refusals: those of CheckOfflineSender, TOO_EARLY, TOO_LATE, PLACE_PROMISED, TASK_FULL,
// SERVED_TIME_INVALID (out before in).
absl::Status CheckOffline(const Aggregate& aggregate, const OfflineCommand& command, Time now);
absl::StatusOr<Effects> DecideOffline(Aggregate& aggregate, const OfflineCommand& command,
                                      Time now);

}  // namespace baodao::dispatch
