#include "services/dispatch/domain/credit_request.h"

#include <algorithm>
#include <utility>

#include "common/clock/time_text.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/confirm.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {
namespace {

absl::Status CheckMayRequest(const Aggregate& aggregate, const CreditCommand& command, Time now) {
  const v1::AssignmentRecord* const record = aggregate.Find(command.person_id);
  if (record == nullptr) return Refuse(Reason::NOT_ASSIGNED);
  if (IsPending(record)) return Refuse(Reason::CREDIT_REQUESTED);
  const v1::AssignmentState state = record->assignment().state();
  if (state == v1::ASSIGNMENT_STATE_SIGNED_OUT || state == v1::ASSIGNMENT_STATE_CREDITED) {
    return Refuse(Reason::SERVICE_ON_RECORD, {{"person", command.person_id}});
  }
  if (!WasExpected(state)) return WrongState(record::StateName(state));
  const v1::CreditRequestState before = record->assignment().credit_request().state();
  if (!kCreditRequestMachine.Next(before, CreditEvent::kRequest)) {
    return WrongState(record::StateName(before));
  }
  const v1::Task& task = aggregate.task();
  const Time end = EndOf(task);
  if (now < end) return Refuse(Reason::TOO_EARLY, {{"from", ToRfc3339(end)}});
  const Time last = end + kRequestCreditUntil;
  if (now >= last) return Refuse(Reason::TOO_LATE, {{"until", ToRfc3339(last)}});
  return CheckServedTime(task, command.start, command.end);
}

}  // namespace

absl::Status CheckPending(const Aggregate& aggregate, const std::string& person_id) {
  const v1::AssignmentRecord* const record = aggregate.Find(person_id);
  if (record == nullptr) return Refuse(Reason::NOT_ASSIGNED);
  if (!record->assignment().has_credit_request()) return Refuse(Reason::CREDIT_NOT_REQUESTED);
  if (IsPending(record)) return absl::OkStatus();
  return WrongState(record::StateName(record->assignment().credit_request().state()));
}

absl::Status CheckAnswer(const Aggregate& aggregate, const std::string& person_id,
                         Time request_time) {
  RETURN_IF_ERROR(CheckPending(aggregate, person_id));
  const v1::CreditRequest& request = aggregate.Find(person_id)->assignment().credit_request();
  return ToTime(request.request_time()) == request_time ? absl::OkStatus()
                                                        : Refuse(Reason::STALE_VERSION);
}

absl::StatusOr<Effects> DecideRequestCredit(Aggregate& aggregate, const CreditCommand& command,
                                            Time now) {
  RETURN_IF_ERROR(CheckMayRequest(aggregate, command, now));
  const v1::Task& task = aggregate.task();
  Change change(aggregate, now);
  v1::CreditRequest& request = change.Move(command.person_id, CreditEvent::kRequest);
  *request.mutable_served()->mutable_start() = ToTimestamp(command.start);
  *request.mutable_served()->mutable_end() = ToTimestamp(command.end);
  request.set_photo_count(command.photo_count);
  *request.mutable_request_time() = ToTimestamp(now);
  // After that nobody can confirm it.
  const Time lapses = std::min(now + kAnswerCreditWithin, EndOf(task) + kConfirmUntil);
  *request.mutable_expire_time() = ToTimestamp(lapses);
  aggregate.Change(command.person_id).set_sealed_proof(command.sealed_proof);
  change.Arm(TimerName(kCreditRequestTimer, task.task_id(), command.person_id),
             now + kRemindOfCreditAfter);
  return change.Finish();
}

absl::StatusOr<Effects> DecideCancelCredit(Aggregate& aggregate, const std::string& person_id,
                                           Time now) {
  RETURN_IF_ERROR(CheckPending(aggregate, person_id));
  Change change(aggregate, now);
  change.Move(person_id, CreditEvent::kCancel);
  return change.Finish();
}

absl::StatusOr<Effects> DecideRejectCredit(Aggregate& aggregate, const CreditRejection& rejection,
                                           Time now) {
  const std::string& person = rejection.person_id;
  if (person == rejection.answerer_id) return Refuse(Reason::OWN_SERVICE);
  RETURN_IF_ERROR(CheckAnswer(aggregate, person, rejection.request_time));
  Change change(aggregate, now);
  AnswerRequest(change, person, CreditEvent::kReject, rejection.answerer_id, rejection.reason);
  return change.Finish();
}

Effects DecideUnanswered(Aggregate& aggregate, const std::string& person_id, Time now) {
  const std::string timer = TimerName(kCreditRequestTimer, aggregate.task().task_id(), person_id);
  const v1::AssignmentRecord* const record = aggregate.Find(person_id);
  std::optional<Time> due;
  if (IsPending(record)) {
    const v1::CreditRequest& request = record->assignment().credit_request();
    const Time lapses = ToTime(request.expire_time());
    const Time remind = ToTime(request.request_time()) + kRemindOfCreditAfter;
    if (now >= lapses) {
      Change change(aggregate, now);
      change.Move(person_id, CreditEvent::kLapse);
      return change.Finish();
    }
    if (now >= remind && !record->credit_reminded()) {
      Change change(aggregate, now);
      change.Remind(person_id);
      change.Arm(timer, lapses);
      return change.Finish();
    }
    due = record->credit_reminded() ? lapses : remind;
  }
  Effects only_timer;
  only_timer.timers.push_back({timer, due});
  return only_timer;
}

void AnswerRequest(Change& change, const std::string& person_id, CreditEvent event,
                   const std::string& answerer_id, const std::string& reason) {
  v1::CreditRequest& request = change.Move(person_id, event);
  request.set_answerer_id(answerer_id);
  *request.mutable_answer_time() = ToTimestamp(change.now());
  request.set_reason(reason);
}

}  // namespace baodao::dispatch
