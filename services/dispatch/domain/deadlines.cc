#include "services/dispatch/domain/deadlines.h"

#include <algorithm>

#include "services/dispatch/domain/close.h"
#include "services/dispatch/domain/sign.h"
#include "services/dispatch/domain/take.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {
namespace {

// The area above `eligible`; the topmost where there is none or the tree has changed under the
// task.
std::string Wider(const v1::Task& task, const std::vector<std::string>& ancestors) {
  if (ancestors.empty()) return task.eligible_area_code();
  if (task.eligible_area_code() == task.area_code()) return ancestors.front();
  const auto at = std::ranges::find(ancestors, task.eligible_area_code());
  if (at == ancestors.end() || at + 1 == ancestors.end()) return ancestors.back();
  return *(at + 1);
}

// Lets those go for `cause` who still wait or have an offer.
void LetGo(Change& change, v1::EndCause cause, size_t* room) {
  change.MoveAll(v1::ASSIGNMENT_STATE_OFFERED, AssignmentEvent::kRelease, room, cause);
  change.MoveAll(v1::ASSIGNMENT_STATE_WAITLISTED, AssignmentEvent::kRelease, room, cause);
}

// Whether too few people are on it, and others could still come.
bool IsShort(const v1::Task& task, Time now) {
  if (task.state() != v1::TASK_STATE_IN_SERVICE) return task.state() == v1::TASK_STATE_OPEN;
  return CheckRecruiting(task, now).ok() && !SeatsOf(task).HasMinimum();
}

// Whether the slots of those who have not come are to be offered on: half of its time is left, and
// it is not as good as SERVED.
bool CanBeSaved(const Aggregate& aggregate, Time now) {
  const v1::Task& task = aggregate.task();
  const bool served = task.signed_in_count() == 0 && task.signed_out_count() > 0;
  return IsUnderWay(task.state()) && !served && now < SavedUntil(task) && FreeSlots(task) > 0 &&
         !aggregate.PeopleIn(v1::ASSIGNMENT_STATE_NO_SHOW).empty();
}

// Others may join again: those who wait, whoever looks for work, whom an escalation reaches.
void OfferOn(Change& change, v1::Task& task) {
  const Time until = SavedUntil(task);
  *task.mutable_repair_until() = ToTimestamp(until);
  change.Arm(TimerName(kBeginTimer, task.task_id()), until);
  change.Arm(TimerName(kNoShowTimer, task.task_id()), until + kNoShowAfter);
  if (!SeatsOf(task).HasMinimum()) change.SeekOthers();
}

}  // namespace

Effects DecideEscalate(Aggregate& aggregate, const std::vector<std::string>& ancestors, Time now) {
  v1::Task& task = aggregate.task();
  const std::string timer = TimerName(kSlaTimer, task.task_id());
  const Time until = JoinUntil(task);
  const Time due = ToTime(task.accept_by());
  if (!IsShort(task, now)) return OnlyTimer(timer);
  if (now < due) return OnlyTimer(timer, due);

  const auto levels = static_cast<int>(ancestors.size());
  const int level = task.escalation_level();
  const std::string target = level < levels ? ancestors[static_cast<size_t>(level)]
                             : levels > 0   ? ancestors.back()
                                            : task.area_code();
  Change change(aggregate, now);
  change.Move(TaskEvent::kEscalate);
  task.set_eligible_area_code(Wider(task, ancestors));
  task.set_escalation_level(std::max(1, std::min(level + 1, levels)));
  change.Announce(events::v1::TASK_CHANGE_ESCALATED, target);
  const Millis period = std::max<Millis>(
      kMinEscalation, std::min<Millis>(Millis(aggregate.record().sla_ms()), (until - now) / 2));
  if (level + 1 < levels && now + period < until) {
    change.Arm(timer, now + period);
  } else {
    change.Clear(timer);
  }
  return change.Finish();
}

Effects DecideBegin(Aggregate& aggregate, Time now) {
  const v1::Task& task = aggregate.task();
  const std::string timer = TimerName(kBeginTimer, task.task_id());
  if (IsFinal(task.state())) return OnlyTimer(timer);
  if (now < JoinUntil(task)) return OnlyTimer(timer, JoinUntil(task));
  const bool waits_in_vain = task.waitlist_count() > 0 && IsDecided(task, now);
  if (!waits_in_vain && task.leaving_count() == 0 && !HasBegun(task, now)) return OnlyTimer(timer);
  Change change(aggregate, now);
  change.Clear(timer);
  size_t room = kPeoplePerCommit;
  if (waits_in_vain) {
    change.MoveAll(v1::ASSIGNMENT_STATE_WAITLISTED, AssignmentEvent::kRelease, &room,
                   v1::END_CAUSE_ENOUGH_PEOPLE);
  }
  return change.Finish();
}

Effects DecideNoShow(Aggregate& aggregate, Time fired_for, Time now) {
  const v1::Task& task = aggregate.task();
  const std::string timer = TimerName(kNoShowTimer, task.task_id());
  const Time due = JoinUntil(task) + kNoShowAfter;
  const bool never =
      task.state() == v1::TASK_STATE_CANCELLED || task.state() == v1::TASK_STATE_EXPIRED;
  if (never) return OnlyTimer(timer);
  if (now < due) return OnlyTimer(timer, due);
  const bool anybody = task.accepted_count() > task.signed_in_count() + task.signed_out_count() ||
                       !aggregate.PeopleIn(v1::ASSIGNMENT_STATE_OFFERED).empty() ||
                       task.waitlist_count() > 0 ||
                       (!task.has_repair_until() && CanBeSaved(aggregate, now));
  if (!anybody) return OnlyTimer(timer);
  // Late by so much we were not there, and nobody could sign in.
  if (now - fired_for > kTimerDelay && now < EndOf(task))
    return OnlyTimer(timer, now + kSecondChance);
  Change change(aggregate, now);
  size_t room = kPeoplePerCommit;
  change.MoveAll(v1::ASSIGNMENT_STATE_ACCEPTED, AssignmentEvent::kMiss, &room);
  // With the last of them, however many: who follows the task hears of it by their events.
  if (aggregate.PeopleIn(v1::ASSIGNMENT_STATE_ACCEPTED).empty() && CanBeSaved(aggregate, now)) {
    OfferOn(change, aggregate.task());
    return change.Finish();
  }
  LetGo(change, v1::END_CAUSE_ENOUGH_PEOPLE, &room);
  if (room == 0) {
    change.Arm(timer, now);
  } else {
    change.Clear(timer);
  }
  return change.Finish();
}

Effects DecideEnd(Aggregate& aggregate, Time now) {
  const v1::Task& task = aggregate.task();
  const std::string id = task.task_id();
  const std::string timer = TimerName(kEndTimer, id);
  const Time end = EndOf(task);
  if (!IsUnderWay(task.state())) return OnlyTimer(timer);
  if (now < end + kEndGrace) return OnlyTimer(timer, end + kEndGrace);
  Change change(aggregate, now);
  size_t room = kPeoplePerCommit;
  for (const std::string& person : aggregate.PeopleIn(v1::ASSIGNMENT_STATE_SIGNED_IN)) {
    if (room == 0) break;
    --room;
    SignOutAt(change, aggregate, person, ProofBy(v1::SIGN_METHOD_TIMER), end);
  }
  const bool unserved = IsRecruiting(task.state()) && task.signed_out_count() == 0;
  change.MoveAll(v1::ASSIGNMENT_STATE_ACCEPTED, AssignmentEvent::kMiss, &room);
  LetGo(change, unserved ? v1::END_CAUSE_TASK_EXPIRED : v1::END_CAUSE_ENOUGH_PEOPLE, &room);
  if (room == 0) {  // perhaps not all
    change.Arm(timer, now);
    return change.Finish();
  }
  // If somebody came, it becomes SERVED by itself, now that nobody is in or still to come.
  if (unserved) {
    change.Move(TaskEvent::kExpire);
    change.Announce(events::v1::TASK_CHANGE_EXPIRED);
    change.Clear(TimerName(kSlaTimer, id));
    change.Clear(TimerName(kPromoteTimer, id));
    change.Clear(TimerName(kNoShowTimer, id));
  }
  change.Clear(timer);
  return change.Finish();
}

Effects DecideAutoClose(Aggregate& aggregate, Time now) {
  const std::string timer = TimerName(kAutoCloseTimer, aggregate.task().task_id());
  absl::StatusOr<Effects> closed = DecideClose(aggregate, "", now);
  return closed.ok() ? *std::move(closed) : OnlyTimer(timer);
}

}  // namespace baodao::dispatch
