#include "services/dispatch/domain/offline.h"

#include <iterator>
#include <utility>

#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/credit_request.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {
namespace {

// Nobody is signed out by timer any more.
bool IsPast(const v1::Task& task, Time now) {
  return !IsUnderWay(task.state()) || now >= EndOf(task) + kEndGrace;
}

absl::Status CheckOrder(Time in, Time out) {
  if (in <= out) return absl::OkStatus();
  return Refuse(Reason::SERVED_TIME_INVALID, {{"start", ToRfc3339(in)}, {"end", ToRfc3339(out)}});
}

// A person who comes in once the task is past goes out with it: at its end where they do not say
// when.
absl::Status CheckGoesOut(const v1::Task& task, const OfflineCommand& command, Time now) {
  if (command.sign_out || !IsPast(task, now) || now >= EndOf(task)) return absl::OkStatus();
  return WrongState(record::StateName(task.state()));
}

// Codes from before somebody was on the task, of those who were, are not theirs.
absl::Status CheckAccepted(const v1::Assignment& assignment, Time sign_in) {
  const Time accepted = ToTime(assignment.accept_time());
  if (sign_in >= accepted) return absl::OkStatus();
  return Refuse(Reason::TOO_EARLY, {{"from", ToRfc3339(accepted)}});
}

// Somebody who came once they were a NO_SHOW needs a coordinator, with network or without; one who
// puts them back on the task signs them in, too.
absl::Status CheckNotMissed(const v1::AssignmentRecord& record, Time sign_in) {
  const Time missed(Millis(record.missed_ms()));
  if (record.missed_ms() == 0 || sign_in < missed) return absl::OkStatus();
  return Refuse(Reason::TOO_LATE, {{"until", ToRfc3339(missed)}});
}

absl::Status CheckComesBack(const Aggregate& aggregate, const OfflineCommand& command, Time now) {
  const v1::Task& task = aggregate.task();
  RETURN_IF_ERROR(CheckSignInTime(task, *command.sign_in));
  // A person who asked to be let go and was not is still on it.
  if (FreeSlots(task) - task.leaving_count() < 1) return Refuse(Reason::TASK_FULL);
  return CheckGoesOut(task, command, now);
}

// Whether the sign-out is earlier than the timer's, in place of which it comes; not once the hours
// may be credited.
bool Replaces(const Aggregate& aggregate, const OfflineCommand& command) {
  const v1::Assignment& assignment = aggregate.Find(command.person_id)->assignment();
  return assignment.state() == v1::ASSIGNMENT_STATE_SIGNED_OUT &&
         aggregate.record().confirmation() == v1::CONFIRMATION_UNSPECIFIED &&
         assignment.sign_out_method() == v1::SIGN_METHOD_TIMER && command.sign_out &&
         *command.sign_out >= ToTime(assignment.sign_in_time()) &&
         *command.sign_out < ToTime(assignment.sign_out_time());
}

Proof OfflineProof(const OfflineCommand& command, Time now) {
  Proof proof = ProofBy(v1::SIGN_METHOD_CODE);
  *proof.detail.mutable_receive_time() = ToTimestamp(now);
  if (command.clock_off) proof.detail.add_doubts(v1::SIGN_DOUBT_CLOCK_OFF);
  return proof;
}

Effects ReplaceSignOut(Aggregate& aggregate, const OfflineCommand& command, Time now) {
  Change change(aggregate, now);
  v1::Assignment& assignment = change.Touch(command.person_id);
  *assignment.mutable_sign_out_time() = ToTimestamp(*command.sign_out);
  assignment.set_sign_out_method(v1::SIGN_METHOD_CODE);
  *assignment.mutable_sign_out_detail() = OfflineProof(command, now).detail;
  assignment.set_credited_minutes(
      ServedMinutes(aggregate.task(), ToTime(assignment.sign_in_time()), *command.sign_out));
  return change.Finish();
}

Effects ComeIn(Aggregate& aggregate, const OfflineCommand& command, AssignmentEvent event,
               Time now) {
  Change change(aggregate, now);
  SignInAt(change, aggregate, command.person_id, event, OfflineProof(command, now),
           *command.sign_in);
  if (event == AssignmentEvent::kProve) {
    change.SetReservation(command.person_id, command.reservation);
  }
  // The credit they may have asked for is on record now.
  if (IsPending(aggregate.Find(command.person_id))) {
    change.Move(command.person_id, CreditEvent::kCancel);
  }
  return change.Finish();
}

Effects GoOut(Aggregate& aggregate, const OfflineCommand& command, Time now) {
  Change change(aggregate, now);
  const v1::Task& task = aggregate.task();
  if (command.sign_out) {
    SignOutAt(change, aggregate, command.person_id, OfflineProof(command, now), *command.sign_out);
  } else {
    SignOutAt(change, aggregate, command.person_id, ProofBy(v1::SIGN_METHOD_TIMER), EndOf(task));
  }
  // The service was confirmed before this was known.
  if (aggregate.record().confirmation() != v1::CONFIRMATION_UNSPECIFIED) {
    change.Arm(TimerName(kCreditTimer, task.task_id()), now);
  }
  return change.Finish();
}

// Two changes in one commit, each with events of its own.
void Append(Effects more, Effects* effects) {
  const auto append = [](auto& from, auto& to) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  append(more.events, effects->events);
  append(more.timers, effects->timers);
  append(more.released, effects->released);
  append(more.transitions, effects->transitions);
}

}  // namespace

Time OfflineUntil(const v1::Task& task) { return EndOf(task) + kOfflineUntil; }

absl::Status CheckOfflineSender(const Aggregate& aggregate, const std::string& person_id,
                                Time now) {
  const v1::Task& task = aggregate.task();
  const Time last = OfflineUntil(task);
  if (now >= last) return Refuse(Reason::TOO_LATE, {{"until", ToRfc3339(last)}});
  if (aggregate.Find(person_id) == nullptr) return Refuse(Reason::NOT_ASSIGNED);
  if (IsFinal(task.state()) && task.state() != v1::TASK_STATE_EXPIRED) {
    return WrongState(record::StateName(task.state()));
  }
  const v1::AssignmentState state = aggregate.StateOf(person_id);
  if (TakesSlot(state) || state == v1::ASSIGNMENT_STATE_NO_SHOW) return absl::OkStatus();
  return WrongState(record::StateName(state));
}

bool ComesBack(const Aggregate& aggregate, const OfflineCommand& command) {
  return command.sign_in && aggregate.StateOf(command.person_id) == v1::ASSIGNMENT_STATE_NO_SHOW;
}

absl::Status CheckOffline(const Aggregate& aggregate, const OfflineCommand& command, Time now) {
  const v1::Task& task = aggregate.task();
  RETURN_IF_ERROR(CheckOfflineSender(aggregate, command.person_id, now));
  if (command.sign_in && command.sign_out) {
    RETURN_IF_ERROR(CheckOrder(*command.sign_in, *command.sign_out));
  }
  const v1::AssignmentRecord& record = *aggregate.Find(command.person_id);
  const v1::Assignment& assignment = record.assignment();
  if (ComesBack(aggregate, command)) {
    RETURN_IF_ERROR(CheckAccepted(assignment, *command.sign_in));
    RETURN_IF_ERROR(CheckNotMissed(record, *command.sign_in));
    return CheckComesBack(aggregate, command, now);
  }
  switch (assignment.state()) {
    case v1::ASSIGNMENT_STATE_ACCEPTED:
      if (!command.sign_in) break;
      RETURN_IF_ERROR(CheckAccepted(assignment, *command.sign_in));
      RETURN_IF_ERROR(CheckNotMissed(record, *command.sign_in));
      RETURN_IF_ERROR(CheckSignIn(aggregate, command.person_id, *command.sign_in, now));
      return CheckGoesOut(task, command, now);
    case v1::ASSIGNMENT_STATE_SIGNED_IN:
      return command.sign_out ? CheckOrder(ToTime(assignment.sign_in_time()), *command.sign_out)
                              : absl::OkStatus();
    case v1::ASSIGNMENT_STATE_SIGNED_OUT:
    case v1::ASSIGNMENT_STATE_CREDITED:
      return absl::OkStatus();
    default:
      break;
  }
  return WrongState(record::StateName(assignment.state()));
}

absl::StatusOr<Effects> DecideOffline(Aggregate& aggregate, const OfflineCommand& command,
                                      Time now) {
  RETURN_IF_ERROR(CheckOffline(aggregate, command, now));
  if (Replaces(aggregate, command)) return ReplaceSignOut(aggregate, command, now);
  const bool past = IsPast(aggregate.task(), now);
  Effects effects;
  if (ComesBack(aggregate, command)) {
    effects = ComeIn(aggregate, command, AssignmentEvent::kProve, now);
  } else if (aggregate.StateOf(command.person_id) == v1::ASSIGNMENT_STATE_ACCEPTED) {
    effects = ComeIn(aggregate, command, AssignmentEvent::kSignIn, now);
  }
  const bool in = aggregate.StateOf(command.person_id) == v1::ASSIGNMENT_STATE_SIGNED_IN;
  if (in && (command.sign_out || past)) Append(GoOut(aggregate, command, now), &effects);
  return effects;
}

}  // namespace baodao::dispatch
