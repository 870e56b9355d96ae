#include "services/dispatch/domain/confirm.h"

#include <set>

#include "common/clock/time_text.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/credit_request.h"
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

absl::Status CheckWho(const Aggregate& aggregate, const ConfirmCommand& command,
                      const std::string& person_id) {
  const v1::AssignmentState state = aggregate.StateOf(person_id);
  if (person_id == command.confirmer_id) return Refuse(Reason::OWN_SERVICE);
  if (person_id == aggregate.task().requester_id()) return Refuse(Reason::OWN_REQUEST);
  if (command.request_time) {
    RETURN_IF_ERROR(CheckAnswer(aggregate, person_id, *command.request_time));
  }
  if (state == v1::ASSIGNMENT_STATE_SIGNED_OUT || state == v1::ASSIGNMENT_STATE_CREDITED) {
    return Refuse(Reason::SERVICE_ON_RECORD, {{"person", person_id}});
  }
  if (!kAssignmentMachine.Next(state, AssignmentEvent::kConfirm))
    return WrongState(record::StateName(state));
  if (command.by_requester && !WasExpected(state)) return Refuse(Reason::NOT_ASSIGNED);
  return absl::OkStatus();
}

// The confirmation of an entry that stands on a request.
v1::Confirmation ConfirmationOf(const v1::CreditRequest& request) {
  return request.photo_count() > 0 ? v1::CONFIRMATION_MANUAL_ON_PHOTOS
                                   : v1::CONFIRMATION_MANUAL_ON_STATEMENT;
}

}  // namespace

absl::Status CheckServedTime(const v1::Task& task, Time start, Time end) {
  if (StartOf(task) <= start && start < end && end <= EndOf(task)) return absl::OkStatus();
  return Refuse(Reason::SERVED_TIME_INVALID,
                {{"start", ToRfc3339(StartOf(task))}, {"end", ToRfc3339(EndOf(task))}});
}

absl::Status CheckConfirm(const Aggregate& aggregate, const ConfirmCommand& command, Time now) {
  const v1::Task& task = aggregate.task();
  RETURN_IF_ERROR(CheckWhen(task, now));
  std::set<std::string_view> named;
  int slots = 0;
  for (const ServedBy& service : command.services) {
    if (!named.insert(service.person_id).second) {
      return RefuseField("services", ViolationKind::DUPLICATE);
    }
    RETURN_IF_ERROR(CheckWho(aggregate, command, service.person_id));
    RETURN_IF_ERROR(CheckServedTime(task, service.start, service.end));
    if (!TakesSlot(aggregate.StateOf(service.person_id))) ++slots;
  }
  // A person who asked to be let go and was not is still on it.
  const int free = FreeSlots(task) - task.leaving_count();
  return slots <= free ? absl::OkStatus() : Refuse(Reason::TASK_FULL);
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
    v1::AssignmentRecord& record = aggregate.Change(service.person_id);
    record.set_confirmer_id(command.confirmer_id);
    if (command.request_time) record.set_confirmation(ConfirmationOf(assignment.credit_request()));
    if (IsPending(&record)) {
      AnswerRequest(change, service.person_id, CreditEvent::kApprove, command.confirmer_id,
                    command.reason);
    }
    change.SetReservation(service.person_id, service.reservation);
  }
  change.Arm(TimerName(kCreditTimer, aggregate.task().task_id()), now);
  return change.Finish();
}

}  // namespace baodao::dispatch
