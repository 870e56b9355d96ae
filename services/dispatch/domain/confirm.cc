#include "services/dispatch/domain/confirm.h"

#include <set>

#include "common/clock/time_text.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/sign.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {
namespace {

absl::Status CheckWhen(const v1::Task& task, Time now) {
  const Time end = EndOf(task);
  if (now < end) return Refuse(Reason::TOO_EARLY, {{"from", ToRfc3339(end)}});
  const Time last = end + kConfirmUntil;
  if (now >= last) return Refuse(Reason::TOO_LATE, {{"until", ToRfc3339(last)}});
  if (task.state() == v1::TASK_STATE_CANCELLED) return WrongState(record::StateName(task.state()));
  return absl::OkStatus();
}

absl::Status CheckWho(const v1::Task& task, v1::AssignmentState state,
                      const ConfirmCommand& command, const std::string& person_id) {
  if (person_id == command.confirmer_id) return Refuse(Reason::OWN_SERVICE);
  if (person_id == task.requester_id()) return Refuse(Reason::OWN_REQUEST);
  if (state == v1::ASSIGNMENT_STATE_SIGNED_OUT || state == v1::ASSIGNMENT_STATE_CREDITED) {
    return Refuse(Reason::SERVICE_ON_RECORD, {{"person", person_id}});
  }
  if (!kAssignmentMachine.Next(state, AssignmentEvent::kConfirm))
    return WrongState(record::StateName(state));
  if (command.by_requester && !WasExpected(state)) return Refuse(Reason::NOT_ASSIGNED);
  return absl::OkStatus();
}

absl::Status CheckTimes(const v1::Task& task, const ServedBy& service) {
  const bool fits =
      StartOf(task) <= service.start && service.start < service.end && service.end <= EndOf(task);
  if (fits) return absl::OkStatus();
  return Refuse(Reason::SERVED_TIME_INVALID,
                {{"start", ToRfc3339(StartOf(task))}, {"end", ToRfc3339(EndOf(task))}});
}

}  // namespace

absl::Status CheckConfirm(const Aggregate& aggregate, const ConfirmCommand& command, Time now) {
  const v1::Task& task = aggregate.task();
  RETURN_IF_ERROR(CheckWhen(task, now));
  std::set<std::string_view> named;
  int slots = 0;
  for (const ServedBy& service : command.services) {
    const v1::AssignmentState state = aggregate.StateOf(service.person_id);
    if (!named.insert(service.person_id).second) {
      return RefuseField("services", ViolationKind::DUPLICATE);
    }
    RETURN_IF_ERROR(CheckWho(task, state, command, service.person_id));
    RETURN_IF_ERROR(CheckTimes(task, service));
    if (!TakesSlot(state)) ++slots;
  }
  return slots <= FreeSlots(task) ? absl::OkStatus() : Refuse(Reason::TASK_FULL);
}

absl::StatusOr<Effects> DecideConfirm(Aggregate& aggregate, const ConfirmCommand& command,
                                      Time now) {
  RETURN_IF_ERROR(CheckConfirm(aggregate, command, now));
  Change change(aggregate, now);
  for (const ServedBy& service : command.services) {
    v1::Assignment& assignment = change.Move(service.person_id, AssignmentEvent::kConfirm);
    *assignment.mutable_sign_in_time() = ToTimestamp(service.start);
    *assignment.mutable_sign_out_time() = ToTimestamp(service.end);
    assignment.set_sign_in_method(v1::SIGN_METHOD_CONFIRMED);
    assignment.set_sign_out_method(v1::SIGN_METHOD_CONFIRMED);
    assignment.set_credited_minutes(ServedMinutes(aggregate.task(), service.start, service.end));
    assignment.set_reason(command.reason);
    if (!service.unit_id.empty()) assignment.set_unit_id(service.unit_id);
    aggregate.Change(service.person_id).set_confirmer_id(command.confirmer_id);
    change.SetReservation(service.person_id, service.reservation);
  }
  change.Arm(TimerName(kCreditTimer, aggregate.task().task_id()), now);
  return change.Finish();
}

}  // namespace baodao::dispatch
