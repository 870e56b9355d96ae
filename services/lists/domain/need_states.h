// The states of a need and what moves it between them.
#pragma once

#include <absl/status/status.h>

#include "baodao/lists/v1/need.pb.h"
#include "common/record/machine.h"

namespace baodao::lists {

enum class NeedEvent {
  kAccept,
  kReturn,
  kReject,
  kMerge,
  kResubmit,
  kRevise,       // its requester changed what was accepted
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

inline constexpr record::Machine<v1::NeedState, NeedEvent> kNeedMachine = [] {
  using enum NeedEvent;
  return record::Machine<v1::NeedState, NeedEvent>(
      v1::NEED_STATE_SUBMITTED,
      {
          {v1::NEED_STATE_SUBMITTED, kAccept, v1::NEED_STATE_ACCEPTED},
          {v1::NEED_STATE_SUBMITTED, kReturn, v1::NEED_STATE_RETURNED},
          {v1::NEED_STATE_SUBMITTED, kReject, v1::NEED_STATE_REJECTED},
          {v1::NEED_STATE_SUBMITTED, kMerge, v1::NEED_STATE_MERGED},
          {v1::NEED_STATE_SUBMITTED, kCancel, v1::NEED_STATE_CANCELLED},
          {v1::NEED_STATE_SUBMITTED, kExpire, v1::NEED_STATE_EXPIRED},
          {v1::NEED_STATE_RETURNED, kResubmit, v1::NEED_STATE_SUBMITTED},
          {v1::NEED_STATE_RETURNED, kCancel, v1::NEED_STATE_CANCELLED},
          {v1::NEED_STATE_RETURNED, kExpire, v1::NEED_STATE_EXPIRED},
          // Accepted, and then found to lack what a volunteer needs.
          {v1::NEED_STATE_ACCEPTED, kReturn, v1::NEED_STATE_RETURNED},
          {v1::NEED_STATE_ACCEPTED, kRevise, v1::NEED_STATE_SUBMITTED},
          {v1::NEED_STATE_ACCEPTED, kCancel, v1::NEED_STATE_CANCELLED},
          {v1::NEED_STATE_ACCEPTED, kExpire, v1::NEED_STATE_EXPIRED},
          {v1::NEED_STATE_ACCEPTED, kLink, v1::NEED_STATE_MATCHED},
          {v1::NEED_STATE_ACCEPTED, kPublished, v1::NEED_STATE_MATCHED},
          // Its task was lost, and service turned out to have happened.
          {v1::NEED_STATE_ACCEPTED, kTaskServed, v1::NEED_STATE_RESOLVED},
          {v1::NEED_STATE_RETURNED, kTaskServed, v1::NEED_STATE_RESOLVED},
          {v1::NEED_STATE_SUBMITTED, kTaskServed, v1::NEED_STATE_RESOLVED},
          {v1::NEED_STATE_EXPIRED, kTaskServed, v1::NEED_STATE_RESOLVED},
          // A need may be linked and served by a task as well.
          {v1::NEED_STATE_MATCHED, kLink, v1::NEED_STATE_MATCHED},
          {v1::NEED_STATE_MATCHED, kPublished, v1::NEED_STATE_MATCHED},
          {v1::NEED_STATE_MATCHED, kTaskStarted, v1::NEED_STATE_IN_PROGRESS},
          // A state of the task may have passed unseen: only its outcome counts.
          {v1::NEED_STATE_MATCHED, kTaskServed, v1::NEED_STATE_RESOLVED},
          {v1::NEED_STATE_MATCHED, kTaskClosed, v1::NEED_STATE_CLOSED},
          {v1::NEED_STATE_MATCHED, kTaskLost, v1::NEED_STATE_ACCEPTED},
          // Its links answer it still, and only from MATCHED can it be resolved by hand.
          {v1::NEED_STATE_MATCHED, kLinkedTaskLost, v1::NEED_STATE_MATCHED},
          {v1::NEED_STATE_MATCHED, kTaskCancelled, v1::NEED_STATE_CANCELLED},
          {v1::NEED_STATE_MATCHED, kTaskPassed, v1::NEED_STATE_EXPIRED},
          {v1::NEED_STATE_MATCHED, kResolve, v1::NEED_STATE_RESOLVED},
          {v1::NEED_STATE_MATCHED, kCancel, v1::NEED_STATE_CANCELLED},
          {v1::NEED_STATE_MATCHED, kExpire, v1::NEED_STATE_EXPIRED},
          {v1::NEED_STATE_IN_PROGRESS, kTaskServed, v1::NEED_STATE_RESOLVED},
          {v1::NEED_STATE_IN_PROGRESS, kTaskClosed, v1::NEED_STATE_CLOSED},
          {v1::NEED_STATE_IN_PROGRESS, kTaskLost, v1::NEED_STATE_ACCEPTED},
          {v1::NEED_STATE_IN_PROGRESS, kLinkedTaskLost, v1::NEED_STATE_MATCHED},
          {v1::NEED_STATE_IN_PROGRESS, kTaskCancelled, v1::NEED_STATE_CANCELLED},
          {v1::NEED_STATE_IN_PROGRESS, kTaskPassed, v1::NEED_STATE_EXPIRED},
          {v1::NEED_STATE_RESOLVED, kTaskClosed, v1::NEED_STATE_CLOSED},
          {v1::NEED_STATE_RESOLVED, kClose, v1::NEED_STATE_CLOSED},
      });
}();

// OK, or WRONG_STATE with the need's state and what is possible instead.
absl::Status CheckMove(const v1::Need& need, NeedEvent event);
// Moves the need, or answers as CheckMove and leaves it alone.
absl::Status Move(v1::Need* need, NeedEvent event);

}  // namespace baodao::lists
