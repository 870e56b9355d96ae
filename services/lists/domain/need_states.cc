#include "services/lists/domain/need_states.h"

#include <array>
#include <utility>

#include "common/status/status.h"

namespace baodao::lists {
namespace {

using enum NeedEvent;
using NeedRow = Transition<v1::NeedState, NeedEvent>;

constexpr std::array kNeedTable = {
    NeedRow{v1::NEED_STATE_SUBMITTED, kAccept, v1::NEED_STATE_ACCEPTED},
    NeedRow{v1::NEED_STATE_SUBMITTED, kReturn, v1::NEED_STATE_RETURNED},
    NeedRow{v1::NEED_STATE_SUBMITTED, kReject, v1::NEED_STATE_REJECTED},
    NeedRow{v1::NEED_STATE_SUBMITTED, kMerge, v1::NEED_STATE_MERGED},
    NeedRow{v1::NEED_STATE_SUBMITTED, kCancel, v1::NEED_STATE_CANCELLED},
    NeedRow{v1::NEED_STATE_SUBMITTED, kExpire, v1::NEED_STATE_EXPIRED},
    NeedRow{v1::NEED_STATE_RETURNED, kResubmit, v1::NEED_STATE_SUBMITTED},
    NeedRow{v1::NEED_STATE_RETURNED, kCancel, v1::NEED_STATE_CANCELLED},
    NeedRow{v1::NEED_STATE_RETURNED, kExpire, v1::NEED_STATE_EXPIRED},
    // Accepted, and then found to lack what a volunteer needs.
    NeedRow{v1::NEED_STATE_ACCEPTED, kReturn, v1::NEED_STATE_RETURNED},
    NeedRow{v1::NEED_STATE_ACCEPTED, kCancel, v1::NEED_STATE_CANCELLED},
    NeedRow{v1::NEED_STATE_ACCEPTED, kExpire, v1::NEED_STATE_EXPIRED},
    NeedRow{v1::NEED_STATE_ACCEPTED, kLink, v1::NEED_STATE_MATCHED},
    NeedRow{v1::NEED_STATE_ACCEPTED, kPublished, v1::NEED_STATE_MATCHED},
    // Its task was lost, and service turned out to have happened.
    NeedRow{v1::NEED_STATE_ACCEPTED, kTaskServed, v1::NEED_STATE_RESOLVED},
    NeedRow{v1::NEED_STATE_RETURNED, kTaskServed, v1::NEED_STATE_RESOLVED},
    NeedRow{v1::NEED_STATE_SUBMITTED, kTaskServed, v1::NEED_STATE_RESOLVED},
    NeedRow{v1::NEED_STATE_EXPIRED, kTaskServed, v1::NEED_STATE_RESOLVED},
    // A need may be linked and served by a task as well.
    NeedRow{v1::NEED_STATE_MATCHED, kLink, v1::NEED_STATE_MATCHED},
    NeedRow{v1::NEED_STATE_MATCHED, kPublished, v1::NEED_STATE_MATCHED},
    NeedRow{v1::NEED_STATE_MATCHED, kTaskStarted, v1::NEED_STATE_IN_PROGRESS},
    // A state of the task may have passed unseen: only its outcome counts.
    NeedRow{v1::NEED_STATE_MATCHED, kTaskServed, v1::NEED_STATE_RESOLVED},
    NeedRow{v1::NEED_STATE_MATCHED, kTaskClosed, v1::NEED_STATE_CLOSED},
    NeedRow{v1::NEED_STATE_MATCHED, kTaskLost, v1::NEED_STATE_ACCEPTED},
    // Its links answer it still, and only from MATCHED can it be resolved by hand.
    NeedRow{v1::NEED_STATE_MATCHED, kLinkedTaskLost, v1::NEED_STATE_MATCHED},
    NeedRow{v1::NEED_STATE_MATCHED, kTaskCancelled, v1::NEED_STATE_CANCELLED},
    NeedRow{v1::NEED_STATE_MATCHED, kTaskPassed, v1::NEED_STATE_EXPIRED},
    NeedRow{v1::NEED_STATE_MATCHED, kResolve, v1::NEED_STATE_RESOLVED},
    NeedRow{v1::NEED_STATE_MATCHED, kCancel, v1::NEED_STATE_CANCELLED},
    NeedRow{v1::NEED_STATE_MATCHED, kExpire, v1::NEED_STATE_EXPIRED},
    NeedRow{v1::NEED_STATE_IN_PROGRESS, kTaskServed, v1::NEED_STATE_RESOLVED},
    NeedRow{v1::NEED_STATE_IN_PROGRESS, kTaskClosed, v1::NEED_STATE_CLOSED},
    NeedRow{v1::NEED_STATE_IN_PROGRESS, kTaskLost, v1::NEED_STATE_ACCEPTED},
    NeedRow{v1::NEED_STATE_IN_PROGRESS, kLinkedTaskLost, v1::NEED_STATE_MATCHED},
    NeedRow{v1::NEED_STATE_IN_PROGRESS, kTaskCancelled, v1::NEED_STATE_CANCELLED},
    NeedRow{v1::NEED_STATE_IN_PROGRESS, kTaskPassed, v1::NEED_STATE_EXPIRED},
    NeedRow{v1::NEED_STATE_RESOLVED, kTaskClosed, v1::NEED_STATE_CLOSED},
    NeedRow{v1::NEED_STATE_RESOLVED, kClose, v1::NEED_STATE_CLOSED},
};

// The methods that lead on from a state; empty: none of this service.
const char* PossibleIn(v1::NeedState state) {
  switch (state) {
    case v1::NEED_STATE_SUBMITTED:
      return "ReviewNeed, CancelNeed";
    case v1::NEED_STATE_RETURNED:
      return "ResubmitNeed, CancelNeed";
    case v1::NEED_STATE_ACCEPTED:
      return "PublishNeed, CreateMatch, ReviewNeed, CancelNeed";
    case v1::NEED_STATE_MATCHED:
      return "PublishNeed, CreateMatch, ResolveNeed, CancelNeed";
    case v1::NEED_STATE_RESOLVED:
      return "CloseNeed";
    default:
      return "";
  }
}

}  // namespace

std::span<const NeedRow> NeedTransitions() { return kNeedTable; }

std::optional<v1::NeedState> NextState(v1::NeedState state, NeedEvent event) {
  return Next(NeedTransitions(), state, event);
}

std::string StateName(v1::NeedState state) {
  return ShortName(v1::NeedState_Name(state), "NEED_STATE_");
}

absl::Status Move(v1::Need* need, NeedEvent event) {
  const auto next = NextState(need->state(), event);
  if (!next) {
    Metadata metadata{{"state", StateName(need->state())}};
    const std::string possible = PossibleIn(need->state());
    if (!possible.empty()) metadata["possible"] = possible;
    return Refuse(Reason::WRONG_STATE, std::move(metadata));
  }
  need->set_state(*next);
  return absl::OkStatus();
}

}  // namespace baodao::lists
