#include "services/dispatch/domain/close.h"

#include <algorithm>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {
namespace {

// As many of a cancelled task as one commit lets go, each told why; the timer lets go of the
// others.
void ReleaseEverybody(Change& change, Aggregate& aggregate) {
  const std::string& task_id = aggregate.task().task_id();
  size_t room = kPeoplePerCommit;
  for (const auto state : {v1::ASSIGNMENT_STATE_ACCEPTED, v1::ASSIGNMENT_STATE_OFFERED,
                           v1::ASSIGNMENT_STATE_WAITLISTED, v1::ASSIGNMENT_STATE_SIGNED_IN,
                           v1::ASSIGNMENT_STATE_SIGNED_OUT}) {
    for (const std::string& person : aggregate.PeopleIn(state)) {
      if (room == 0) break;
      --room;
      v1::Assignment& released = change.Move(person, AssignmentEvent::kRelease);
      released.set_end_cause(v1::END_CAUSE_TASK_CANCELLED);
      released.set_reason(aggregate.task().cancel_reason());
    }
  }
  if (room == 0) {
    change.Arm(TimerName(kReleaseTimer, task_id), change.now());
  } else {
    change.Clear(TimerName(kReleaseTimer, task_id));
  }
}

// Whether the offer is of any of the task's slots.
bool IsOpenOffer(const v1::Assignment& assignment) {
  const enrollment::Place place = PlaceOf(assignment);
  return place.standing == enrollment::v1::STANDING_OFFERED && !place.holds_seat && !place.replaces;
}

Effects DecideReleaseOffers(Aggregate& aggregate, Time now) {
  const std::string timer = TimerName(kReleaseTimer, aggregate.task().task_id());
  std::vector<std::string> asked = aggregate.PeopleIn(v1::ASSIGNMENT_STATE_OFFERED);
  std::erase_if(asked, [&](const std::string& person) {
    return !IsOpenOffer(aggregate.Find(person)->assignment());
  });
  if (asked.empty() || !SeatsOf(aggregate.task()).IsTaken()) {
    Effects none;
    none.timers.push_back({timer, std::nullopt});
    return none;
  }
  Change change(aggregate, now);
  change.Clear(timer);
  asked.resize(std::min(asked.size(), kPeoplePerCommit));
  for (const std::string& person : asked) {
    change.Move(person, AssignmentEvent::kRelease).set_end_cause(v1::END_CAUSE_ENOUGH_PEOPLE);
  }
  return change.Finish();
}

bool AnybodyDue(const Aggregate& aggregate) {
  const std::vector<std::string> out = aggregate.PeopleIn(v1::ASSIGNMENT_STATE_SIGNED_OUT);
  return std::ranges::any_of(out, [&](const std::string& person) {
    return IsDue(aggregate.record(), *aggregate.Find(person));
  });
}

absl::Status CheckOutcome(const v1::Task& task, v1::NeedOutcome outcome) {
  const bool said = outcome != v1::NEED_OUTCOME_UNSPECIFIED;
  if (said == !task.need_id().empty()) return absl::OkStatus();
  return RefuseField("need_outcome", said ? ViolationKind::NOT_ALLOWED : ViolationKind::REQUIRED);
}

}  // namespace

absl::StatusOr<Effects> DecideEvaluate(Aggregate& aggregate, int rating, const std::string& comment,
                                       const std::string& evaluator_id, Time now,
                                       v1::RatedBy word) {
  const v1::TaskState state = aggregate.task().state();
  if (aggregate.task().has_evaluation()) return Refuse(Reason::ALREADY_EVALUATED);
  if (word == v1::RATED_BY_UNSPECIFIED) {
    const bool own = evaluator_id == aggregate.task().requester_id();
    word = own ? v1::RATED_BY_REQUESTER : v1::RATED_BY_COORDINATOR;
  } else if (!aggregate.task().on_behalf()) {
    return Refuse(Reason::NOT_ON_BEHALF);
  }
  if (TakesSlot(aggregate.StateOf(evaluator_id))) return Refuse(Reason::OWN_SERVICE);
  if (state == v1::TASK_STATE_CANCELLED || state == v1::TASK_STATE_EXPIRED) {
    return Refuse(Reason::NOTHING_TO_EVALUATE);
  }
  if (!kTaskMachine.Next(state, TaskEvent::kEvaluate)) return WrongState(record::StateName(state));
  Change change(aggregate, now);
  change.Move(TaskEvent::kEvaluate);
  v1::Evaluation& evaluation = *aggregate.task().mutable_evaluation();
  evaluation.set_rating(rating);
  evaluation.set_comment(comment);
  evaluation.set_evaluator_id(evaluator_id);
  evaluation.set_rated_by(word);
  *evaluation.mutable_time() = ToTimestamp(now);
  aggregate.record().set_confirmation(v1::CONFIRMATION_EVALUATION);
  aggregate.record().set_confirmer_id(evaluator_id);
  change.Announce(events::v1::TASK_CHANGE_EVALUATED);
  change.Arm(TimerName(kCreditTimer, aggregate.task().task_id()), now);
  return change.Finish();
}

absl::StatusOr<Effects> DecideRatingCode(Aggregate& aggregate, const std::string& issuer_id,
                                         Time now) {
  if (!aggregate.task().on_behalf()) return Refuse(Reason::NOT_ON_BEHALF);
  const v1::TaskState state = aggregate.task().state();
  if (!kTaskMachine.Next(state, TaskEvent::kEvaluate)) return WrongState(record::StateName(state));
  if (TakesSlot(aggregate.StateOf(issuer_id))) return Refuse(Reason::OWN_SERVICE);
  if (aggregate.record().rating_codes() >= kMaxRatingCodes) {
    return Refuse(Reason::TOO_MANY_RATING_CODES, {{"max", std::to_string(kMaxRatingCodes)}});
  }
  Change change(aggregate, now);
  aggregate.record().set_rating_codes(aggregate.record().rating_codes() + 1);
  aggregate.record().set_rating_code_issuer(issuer_id);
  return change.Finish();
}

absl::StatusOr<Effects> DecideClose(Aggregate& aggregate, const std::string& closer, Time now) {
  const v1::TaskState state = aggregate.task().state();
  if (!kTaskMachine.Next(state, TaskEvent::kClose)) return WrongState(record::StateName(state));
  // Closing confirms the hours of a task that nobody has evaluated.
  if (!IsConfirmed(aggregate.record()) && TakesSlot(aggregate.StateOf(closer))) {
    return Refuse(Reason::OWN_SERVICE);
  }
  const std::string& id = aggregate.task().task_id();
  Change change(aggregate, now);
  change.Move(TaskEvent::kClose);
  if (!IsConfirmed(aggregate.record())) {
    aggregate.record().set_confirmation(closer.empty() ? v1::CONFIRMATION_TIMER
                                                       : v1::CONFIRMATION_CLOSE);
    aggregate.record().set_confirmer_id(closer);
    change.Arm(TimerName(kCreditTimer, id), now);
  }
  change.Announce(events::v1::TASK_CHANGE_CLOSED);
  change.Clear(TimerName(kAutoCloseTimer, id));
  return change.Finish();
}

absl::StatusOr<Effects> DecideCancel(Aggregate& aggregate, const std::string& reason,
                                     v1::NeedOutcome need_outcome, Time now) {
  const v1::TaskState state = aggregate.task().state();
  // The timer for it may be a moment late.
  if (HasBegun(aggregate.task(), now))
    return WrongState(record::StateName(v1::TASK_STATE_IN_SERVICE));
  if (!kTaskMachine.Next(state, TaskEvent::kCancel)) return WrongState(record::StateName(state));
  // Somebody may have served without signing in: only what is not cancelled can be confirmed.
  if (now >= EndOf(aggregate.task())) {
    return Refuse(Reason::TASK_OVER, {{"state", record::StateName(state)}});
  }
  RETURN_IF_ERROR(CheckOutcome(aggregate.task(), need_outcome));
  const std::string id = aggregate.task().task_id();
  Change change(aggregate, now);
  change.Move(TaskEvent::kCancel);
  aggregate.task().set_cancel_reason(reason);
  aggregate.task().set_need_outcome(need_outcome);
  ReleaseEverybody(change, aggregate);
  change.Announce(events::v1::TASK_CHANGE_CANCELLED);
  for (const auto kind : {kSlaTimer, kBeginTimer, kNoShowTimer, kEndTimer, kPromoteTimer}) {
    change.Clear(TimerName(kind, id));
  }
  return change.Finish();
}

Effects DecideRelease(Aggregate& aggregate, Time now) {
  if (aggregate.task().state() != v1::TASK_STATE_CANCELLED) {
    return DecideReleaseOffers(aggregate, now);
  }
  Change change(aggregate, now);
  ReleaseEverybody(change, aggregate);
  return change.Finish();
}

Effects DecideCredited(Aggregate& aggregate, const std::vector<std::string>& people, Time next,
                       Time now) {
  const std::string timer = TimerName(kCreditTimer, aggregate.task().task_id());
  std::vector<std::string> due;
  for (const std::string& person : people) {
    if (aggregate.StateOf(person) == v1::ASSIGNMENT_STATE_SIGNED_OUT) due.push_back(person);
  }
  if (due.empty()) {
    Effects none;
    none.timers.push_back(
        {timer, AnybodyDue(aggregate) ? std::optional<Time>(next) : std::nullopt});
    return none;
  }
  Change change(aggregate, now);
  for (const std::string& person : due) change.Move(person, AssignmentEvent::kCredit);
  if (AnybodyDue(aggregate)) {
    change.Arm(timer, next);
  } else {
    change.Clear(timer);
  }
  return change.Finish();
}

}  // namespace baodao::dispatch
