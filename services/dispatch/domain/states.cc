#include "services/dispatch/domain/states.h"

namespace baodao::dispatch {

bool IsRecruiting(v1::TaskState state) {
  return state == v1::TASK_STATE_OPEN || state == v1::TASK_STATE_STAFFED;
}

bool IsUnderWay(v1::TaskState state) {
  return IsRecruiting(state) || state == v1::TASK_STATE_IN_SERVICE;
}

bool IsFinal(v1::TaskState state) {
  return state == v1::TASK_STATE_CLOSED || state == v1::TASK_STATE_CANCELLED ||
         state == v1::TASK_STATE_EXPIRED;
}

bool TakesSlot(v1::AssignmentState state) {
  return state == v1::ASSIGNMENT_STATE_ACCEPTED || state == v1::ASSIGNMENT_STATE_SIGNED_IN ||
         state == v1::ASSIGNMENT_STATE_SIGNED_OUT || state == v1::ASSIGNMENT_STATE_CREDITED;
}

bool MayLead(v1::AssignmentState state) {
  return state == v1::ASSIGNMENT_STATE_ACCEPTED || state == v1::ASSIGNMENT_STATE_SIGNED_IN;
}

bool MayStartAnew(v1::AssignmentState state) {
  return kAssignmentMachine.Next(state, AssignmentEvent::kClaim).has_value() &&
         state != v1::ASSIGNMENT_STATE_OFFERED;
}

}  // namespace baodao::dispatch
