#include "services/dispatch/domain/sign.h"

#include <algorithm>

#include "common/clock/time_text.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/leaving.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {
namespace {

constexpr Millis kClockOff = minutes(5);

void NotePlace(v1::AssignmentRecord& record, const Proof& proof) {
  if (!proof.sealed_place.empty()) record.set_sealed_sign_place(proof.sealed_place);
}

}  // namespace

int32_t ServedMinutes(const v1::Task& task, Time sign_in, Time sign_out) {
  const Time from = StartOf(task);
  const Time to = EndOf(task);
  const Millis served = std::clamp(sign_out, from, to) - std::clamp(sign_in, from, to);
  return static_cast<int32_t>(std::max<int64_t>(0, std::chrono::ceil<minutes>(served).count()));
}

bool IsClockOff(Millis off) { return off > kClockOff || off < -kClockOff; }

absl::Status CheckSignInTime(const v1::Task& task, Time now) {
  const Time opens = StartOf(task) - kSignInBefore;
  if (now < opens) return Refuse(Reason::TOO_EARLY, {{"from", ToRfc3339(opens)}});
  if (now >= EndOf(task)) return Refuse(Reason::TOO_LATE, {{"until", ToRfc3339(EndOf(task))}});
  return absl::OkStatus();
}

absl::Status CheckSignIn(const Aggregate& aggregate, const std::string& person_id, Time at,
                         Time now) {
  const v1::Task& task = aggregate.task();
  if (aggregate.Find(person_id) == nullptr) return Refuse(Reason::NOT_ASSIGNED);
  // Cancelled, and this one is about to be let go.
  if (IsFinal(task.state())) return WrongState(record::StateName(task.state()));
  const v1::AssignmentState state = aggregate.StateOf(person_id);
  if (!kAssignmentMachine.Next(state, AssignmentEvent::kSignIn))
    return WrongState(record::StateName(state));
  RETURN_IF_ERROR(CheckSignInTime(task, at));
  const bool asked = PlaceOf(aggregate.Find(person_id)->assignment()).leaving;
  return asked ? CheckMayStay(task, now) : absl::OkStatus();
}

absl::Status CheckSignOut(const Aggregate& aggregate, const std::string& person_id) {
  if (aggregate.Find(person_id) == nullptr) return Refuse(Reason::NOT_ASSIGNED);
  const v1::AssignmentState state = aggregate.StateOf(person_id);
  return kAssignmentMachine.Next(state, AssignmentEvent::kSignOut)
             ? absl::OkStatus()
             : WrongState(record::StateName(state));
}

void SignInAt(Change& change, Aggregate& aggregate, const std::string& person_id,
              AssignmentEvent event, const Proof& proof, Time at) {
  const v1::Task& task = aggregate.task();
  const bool asked = PlaceOf(aggregate.Find(person_id)->assignment()).leaving;
  v1::Assignment& assignment = change.Move(person_id, event);
  if (asked) change.SetWithdrawal(v1::WITHDRAWAL_CHANGE_CANCELLED);
  *assignment.mutable_sign_in_time() = ToTimestamp(at);
  assignment.set_sign_in_method(proof.method);
  if (proof.detail.ByteSizeLong() > 0) *assignment.mutable_sign_in_detail() = proof.detail;
  NotePlace(aggregate.Change(person_id), proof);
  // Until the start the task goes on recruiting, whoever is there already.
  if (change.now() < StartOf(task)) {
    change.Arm(TimerName(kBeginTimer, task.task_id()), StartOf(task));
  }
}

void SignOutAt(Change& change, Aggregate& aggregate, const std::string& person_id,
               const Proof& proof, Time at) {
  // A timer has heard nothing of them.
  if (proof.method != v1::SIGN_METHOD_TIMER) {
    change.Hear(*aggregate.Change(person_id).mutable_assignment());
  }
  v1::Assignment& assignment = change.Move(person_id, AssignmentEvent::kSignOut);
  *assignment.mutable_sign_out_time() = ToTimestamp(at);
  assignment.set_sign_out_method(proof.method);
  if (proof.detail.ByteSizeLong() > 0) *assignment.mutable_sign_out_detail() = proof.detail;
  NotePlace(aggregate.Change(person_id), proof);
  assignment.set_credited_minutes(
      ServedMinutes(aggregate.task(), ToTime(assignment.sign_in_time()), at));
}

absl::StatusOr<Effects> DecideSignIn(Aggregate& aggregate, const std::string& person_id,
                                     const Proof& proof, Time now) {
  RETURN_IF_ERROR(CheckSignIn(aggregate, person_id, now, now));
  Change change(aggregate, now);
  SignInAt(change, aggregate, person_id, AssignmentEvent::kSignIn, proof, now);
  return change.Finish();
}

absl::StatusOr<Effects> DecideSignOut(Aggregate& aggregate, const std::string& person_id,
                                      const Proof& proof, Time now) {
  RETURN_IF_ERROR(CheckSignOut(aggregate, person_id));
  Change change(aggregate, now);
  SignOutAt(change, aggregate, person_id, proof, now);
  return change.Finish();
}

}  // namespace baodao::dispatch
