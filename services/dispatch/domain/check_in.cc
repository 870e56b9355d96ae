#include "services/dispatch/domain/check_in.h"

#include <algorithm>

#include "common/clock/timestamp.h"
#include "common/status/status.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {

absl::StatusOr<Effects> DecideCheckIn(Aggregate& aggregate, const std::string& person_id,
                                      Time now) {
  const v1::AssignmentRecord* const record = aggregate.Find(person_id);
  if (record == nullptr) return Refuse(Reason::NOT_ASSIGNED);
  if (aggregate.task().check_in_minutes() == 0) return Refuse(Reason::NO_CHECK_INS);
  const v1::AssignmentState state = record->assignment().state();
  if (state != v1::ASSIGNMENT_STATE_SIGNED_IN) return WrongState(record::StateName(state));
  Change change(aggregate, now);
  change.Hear(*aggregate.Change(person_id).mutable_assignment());
  return change.Finish();
}

Effects DecideUnheard(Aggregate& aggregate, const std::string& person_id, Time now) {
  const v1::Task& task = aggregate.task();
  const std::string timer = TimerName(kCheckInTimer, task.task_id(), person_id);
  const v1::AssignmentRecord* const record = aggregate.Find(person_id);
  const v1::CheckInState state =
      record == nullptr ? v1::CHECK_IN_STATE_UNSPECIFIED : record->assignment().check_in_state();
  if (state == v1::CHECK_IN_STATE_UNSPECIFIED) return OnlyTimer(timer);
  const bool reminds = state == v1::CHECK_IN_STATE_ON_TIME;
  const Time due = ToTime(record->assignment().check_in_due_time());
  const Time fires = reminds ? due : due + kCheckInGrace;
  if (now < fires) return OnlyTimer(timer, fires);

  Change change(aggregate, now);
  v1::Assignment& assignment = *aggregate.Change(person_id).mutable_assignment();
  change.MoveCheckIn(assignment, reminds ? CheckInEvent::kDue : CheckInEvent::kMiss);
  const Time next = reminds ? now : std::max<Time>(due + minutes(task.check_in_minutes()), now);
  *assignment.mutable_check_in_due_time() = ToTimestamp(next);
  change.Arm(timer, next + kCheckInGrace);
  return change.Finish();
}

}  // namespace baodao::dispatch
