#include "services/dispatch/domain/sign.h"

#include <algorithm>

#include "common/clock/time_text.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/leaving.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {

int32_t ServedMinutes(const v1::Task& task, Time sign_in, Time sign_out) {
  const Time from = StartOf(task);
  const Time to = EndOf(task);
  const Millis served = std::clamp(sign_out, from, to) - std::clamp(sign_in, from, to);
  return static_cast<int32_t>(std::max<int64_t>(0, std::chrono::ceil<minutes>(served).count()));
}

absl::Status CheckSignInTime(const v1::Task& task, Time now) {
  const Time opens = StartOf(task) - kSignInBefore;
  if (now < opens) return Refuse(Reason::TOO_EARLY, {{"from", ToRfc3339(opens)}});
  if (now >= EndOf(task)) return Refuse(Reason::TOO_LATE, {{"until", ToRfc3339(EndOf(task))}});
  return absl::OkStatus();
}

absl::StatusOr<Effects> DecideSignIn(Aggregate& aggregate, const std::string& person_id,
                                     v1::SignMethod method, Time now) {
  const v1::Task& task = aggregate.task();
  if (aggregate.Find(person_id) == nullptr) return Refuse(Reason::NOT_ASSIGNED);
  // Cancelled, and this one is about to be let go.
  if (IsFinal(task.state())) return WrongState(record::StateName(task.state()));
  const v1::AssignmentState state = aggregate.StateOf(person_id);
  if (!kAssignmentMachine.Next(state, AssignmentEvent::kSignIn))
    return WrongState(record::StateName(state));
  RETURN_IF_ERROR(CheckSignInTime(task, now));
  const bool asked = PlaceOf(aggregate.Find(person_id)->assignment()).leaving;
  if (asked) RETURN_IF_ERROR(CheckMayStay(task, now));

  Change change(aggregate, now);
  v1::Assignment& assignment = change.Move(person_id, AssignmentEvent::kSignIn);
  *assignment.mutable_sign_in_time() = ToTimestamp(now);
  assignment.set_sign_in_method(method);
  if (asked) change.SetWithdrawal(v1::WITHDRAWAL_CHANGE_CANCELLED);
  // Until the start the task goes on recruiting, whoever is there already.
  if (now < StartOf(task)) change.Arm(TimerName(kBeginTimer, task.task_id()), StartOf(task));
  return change.Finish();
}

void SignOutAt(Change& change, Aggregate& aggregate, const std::string& person_id,
               v1::SignMethod method, Time at) {
  v1::Assignment& assignment = change.Move(person_id, AssignmentEvent::kSignOut);
  *assignment.mutable_sign_out_time() = ToTimestamp(at);
  assignment.set_sign_out_method(method);
  assignment.set_credited_minutes(
      ServedMinutes(aggregate.task(), ToTime(assignment.sign_in_time()), at));
}

absl::StatusOr<Effects> DecideSignOut(Aggregate& aggregate, const std::string& person_id,
                                      v1::SignMethod method, Time now) {
  if (aggregate.Find(person_id) == nullptr) return Refuse(Reason::NOT_ASSIGNED);
  const v1::AssignmentState state = aggregate.StateOf(person_id);
  if (!kAssignmentMachine.Next(state, AssignmentEvent::kSignOut))
    return WrongState(record::StateName(state));
  Change change(aggregate, now);
  SignOutAt(change, aggregate, person_id, method, now);
  return change.Finish();
}

}  // namespace baodao::dispatch
