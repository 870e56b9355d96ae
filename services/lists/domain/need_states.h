// The states of a need and what moves it between them.
#pragma once

#include <absl/status/status.h>

#include <optional>
#include <span>
#include <string>

#include "baodao/lists/v1/need.pb.h"
#include "services/lists/domain/transitions.h"

namespace baodao::lists {

enum class NeedEvent {
  kAccept,
  kReturn,
  kReject,
  kMerge,
  kResubmit,
  kLink,         // matched with a resource or a project
  kPublished,    // dispatch made its task
  kTaskStarted,  // somebody signed in
  kTaskServed,
  kTaskClosed,
  kTaskLost,        // cancelled or expired unserved
  kLinkedTaskLost,  // the same of a need that is linked with a resource or a project too
  kTaskCancelled,   // and the need is no longer wanted
  kTaskPassed,      // expired, and the time of the need has passed
  kResolve,         // by hand, where no task serves it
  kClose,
  kCancel,
  kExpire,
};
inline constexpr int kNeedEvents = static_cast<int>(NeedEvent::kExpire) + 1;

std::span<const Transition<v1::NeedState, NeedEvent>> NeedTransitions();
std::optional<v1::NeedState> NextState(v1::NeedState state, NeedEvent event);

// "ACCEPTED".
std::string StateName(v1::NeedState state);

// Moves the need, or answers WRONG_STATE with its state and what is possible instead, and leaves it
// alone.
absl::Status Move(v1::Need* need, NeedEvent event);

}  // namespace baodao::lists
