#include "services/dispatch/domain/offer.h"

#include <algorithm>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {
namespace {

// Offers the free seat to somebody who waits, asks again later, or lets them go.
void Promote(Change& change, const v1::Task& task, const Candidate& candidate) {
  switch (enrollment::NextTurn(SeatsOf(task), candidate.standing)) {
    case enrollment::Turn::kNone:
      return;
    case enrollment::Turn::kPass:
      change.PromoteNotBefore(change.now() + kReservationTrust);
      return;
    case enrollment::Turn::kRelease:
      change.Move(candidate.person_id, AssignmentEvent::kRelease).set_end_cause(candidate.cause);
      return;
    case enrollment::Turn::kOffer:
      break;
  }
  const Time expires = enrollment::OfferUntil(change.now(), kHold, JoinUntil(task));
  v1::Assignment& assignment = change.Move(candidate.person_id, AssignmentEvent::kPromote);
  *assignment.mutable_offer_expire_time() = ToTimestamp(expires);
  change.Arm(TimerName(kOfferTimer, task.task_id(), candidate.person_id), expires);
}

}  // namespace

absl::StatusOr<Effects> DecideOffer(Aggregate& aggregate, const TakeCommand& command, Millis ttl,
                                    Time now) {
  const v1::Task& task = aggregate.task();
  const v1::AssignmentState state = aggregate.StateOf(command.person_id);
  RETURN_IF_ERROR(CheckRecruiting(task, now));
  if (!MayStartAnew(state)) {
    return Refuse(Reason::ALREADY_ASSIGNED, {{"state", record::StateName(state)}});
  }
  RETURN_IF_ERROR(CheckEligible(task, *command.profile, *command.relations));
  if (SeatsOf(task).IsFull()) return Refuse(Reason::TASK_FULL);
  if (aggregate.record().people_count() >= kMaxPeople) return Refuse(Reason::TASK_FULL);

  const Time expires =
      enrollment::OfferUntil(now, ttl > Millis(0) ? ttl : kDefaultOffer, JoinUntil(task));
  Change change(aggregate, now);
  v1::Assignment& assignment = change.Move(command.person_id, AssignmentEvent::kOffer);
  *assignment.mutable_offer_expire_time() = ToTimestamp(expires);
  assignment.set_unit_id(command.profile->unit_id());
  change.Arm(TimerName(kOfferTimer, task.task_id(), command.person_id), expires);
  return change.Finish();
}

absl::StatusOr<Effects> DecideDecline(Aggregate& aggregate, const std::string& person_id, Time now,
                                      const std::string& reason) {
  const v1::AssignmentState state = aggregate.StateOf(person_id);
  if (state == v1::ASSIGNMENT_STATE_LAPSED) return Refuse(Reason::OFFER_LAPSED);
  if (state != v1::ASSIGNMENT_STATE_OFFERED) {
    return Refuse(Reason::NO_OFFER, {{"state", record::StateName(state)}});
  }
  Change change(aggregate, now);
  change.Move(person_id, AssignmentEvent::kDecline).set_reason(reason);
  return change.Finish();
}

Effects DecideLapse(Aggregate& aggregate, const std::string& person_id, Time now) {
  const std::string timer = TimerName(kOfferTimer, aggregate.task().task_id(), person_id);
  Effects none;
  if (aggregate.StateOf(person_id) != v1::ASSIGNMENT_STATE_OFFERED) {
    none.timers.push_back({timer, std::nullopt});
    return none;
  }
  const enrollment::Place offered = PlaceOf(aggregate.Find(person_id)->assignment());
  if (!enrollment::HasLapsed(offered, now)) {
    none.timers.push_back({timer, offered.offer_expires});
    return none;
  }
  Change change(aggregate, now);
  change.Move(person_id, AssignmentEvent::kLapse);
  return change.Finish();
}

Effects DecidePromote(Aggregate& aggregate, const std::vector<Candidate>& candidates, Time now) {
  const v1::Task& task = aggregate.task();
  const std::string timer = TimerName(kPromoteTimer, task.task_id());
  const bool wanted = CheckRecruiting(task, now).ok() && FreeSlots(task) > 0;
  const bool anybody = std::ranges::any_of(candidates, [&](const Candidate& c) {
    return aggregate.StateOf(c.person_id) == v1::ASSIGNMENT_STATE_WAITLISTED;
  });
  if (!wanted || !anybody) {
    // Nobody to promote: if people do wait, they were not among those read; try again at once.
    Effects none;
    const bool again = wanted && task.waitlist_count() > 0;
    none.timers.push_back({timer, again ? std::optional<Time>(now) : std::nullopt});
    return none;
  }
  Change change(aggregate, now);
  change.Clear(timer);
  for (const Candidate& candidate : candidates) {
    if (aggregate.StateOf(candidate.person_id) != v1::ASSIGNMENT_STATE_WAITLISTED) continue;
    Promote(change, task, candidate);
  }
  return change.Finish();
}

}  // namespace baodao::dispatch
