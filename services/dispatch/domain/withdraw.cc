#include "services/dispatch/domain/withdraw.h"

#include "common/status/status.h"
#include "services/dispatch/domain/departures.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {

absl::StatusOr<Effects> DecideWithdraw(Aggregate& aggregate, const std::string& person_id,
                                       bool by_coordinator, Time now, const std::string& reason) {
  if (aggregate.Find(person_id) == nullptr) return Refuse(Reason::NOT_ASSIGNED);
  const v1::AssignmentState state = aggregate.StateOf(person_id);
  if (!kAssignmentMachine.Next(state, AssignmentEvent::kWithdraw))
    return WrongState(record::StateName(state));
  const bool late = now >= ToTime(aggregate.task().withdraw_by());
  if (state == v1::ASSIGNMENT_STATE_ACCEPTED && late && !by_coordinator) {
    return Refuse(Reason::TOO_LATE_TO_WITHDRAW);
  }
  const bool asked = PlaceOf(aggregate.Find(person_id)->assignment()).leaving;
  Change change(aggregate, now);
  change.Move(person_id, AssignmentEvent::kWithdraw).set_reason(reason);
  if (asked && by_coordinator) change.SetWithdrawal(v1::WITHDRAWAL_CHANGE_APPROVED);
  // A person who asked has left once: when they asked.
  if (!by_coordinator && !asked) NoteDeparture(aggregate.Change(person_id), now);
  return change.Finish();
}

}  // namespace baodao::dispatch
