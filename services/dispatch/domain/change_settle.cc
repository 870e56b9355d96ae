// The end of a change: the task's state by its people, and the timers that follow from it.
#include <algorithm>

#include "services/dispatch/domain/change.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {

void Change::Serve(TaskEvent event) {
  const std::string& id = aggregate_.task().task_id();
  Move(event);
  Announce(events::v1::TASK_CHANGE_SERVED);
  Arm(TimerName(kAutoCloseTimer, id), now_ + kAutoClose);
  Clear(TimerName(kEndTimer, id));
  // The no-show timer stays: it tells those who still wait.
}

bool HasBegun(const v1::Task& task, Time now) {
  return IsRecruiting(task.state()) && now >= StartOf(task) &&
         task.signed_in_count() + task.signed_out_count() > 0;
}

void Change::SettleState() {
  const v1::Task& task = aggregate_.task();
  const enrollment::Seats seats = SeatsOf(task);
  if (HasBegun(task, now_)) {
    Move(TaskEvent::kBegin);
    // Otherwise the sign-in says it.
    if (moved_.empty()) Announce(events::v1::TASK_CHANGE_BEGUN);
  }
  if (task.state() == v1::TASK_STATE_OPEN && seats.HasMinimum()) {
    Move(TaskEvent::kStaff);
    aggregate_.record().set_staffed_once(true);
  } else if (task.state() == v1::TASK_STATE_STAFFED && !seats.HasMinimum()) {
    Move(TaskEvent::kUnstaff);
    SeekOthers();
  } else if (task.state() == v1::TASK_STATE_IN_SERVICE && task.signed_in_count() == 0 &&
             task.signed_out_count() > 0 && task.signed_out_count() == task.accepted_count()) {
    Serve(TaskEvent::kServe);
  } else if (task.state() == v1::TASK_STATE_EXPIRED && task.signed_out_count() > 0) {
    Serve(TaskEvent::kConfirm);
  }
}

void Change::SeekOthers() {
  const v1::Task& task = aggregate_.task();
  const Time until = JoinUntil(task);
  if (now_ >= until) return;
  const Millis repair =
      task.waitlist_count() > 0 ? std::min<Millis>(kHold, (until - now_) / 2) : Millis(0);
  Arm(TimerName(kSlaTimer, task.task_id()), std::max(ToTime(task.accept_by()), now_ + repair));
}

void Change::ArmFollowing() {
  const v1::Task& task = aggregate_.task();
  const enrollment::Seats seats = SeatsOf(task);
  const bool over = IsFinal(task.state());
  // The slots that units had claimed of it are settled with it.
  if (over && task.state() != before_ && !aggregate_.record().unit_claims().empty()) {
    Arm(TimerName(kUnitClaimTimer, task.task_id()), now_);
  }
  if (over) return;
  if (work::TakesPeople(task) && seats.AwaitsPromotion() && now_ < JoinUntil(task)) {
    Arm(TimerName(kPromoteTimer, task.task_id()), promote_from_);
  }
  // Proposals of swaps need no free slot.
  const v1::TaskRecord& record = aggregate_.record();
  if (seats.IsTaken() && record.open_offers() > record.proposals_size()) {
    Arm(TimerName(kReleaseTimer, task.task_id()), now_);
  }
  if (seats.waiting > 0 && IsDecided(task, now_)) {
    Arm(TimerName(kBeginTimer, task.task_id()), now_);
  }
}

bool IsDecided(const v1::Task& task, Time now) {
  if (now < JoinUntil(task)) return false;
  if (task.has_repair_until()) return true;
  const bool missing = task.accepted_count() > task.signed_in_count() + task.signed_out_count();
  return !missing || SavedUntil(task) <= StartOf(task) + kNoShowAfter;
}

void Change::Settle() {
  const v1::TaskRecord& record = aggregate_.record();
  // Nobody can come in their place any more.
  if (!IsFinal(record.task().state()) && now_ >= JoinUntil(record.task())) {
    while (record.leaving_size() > 0) {
      EndWithdrawal(std::string(record.leaving(0)), v1::WITHDRAWAL_CHANGE_LAPSED);
    }
  }
  SettleState();
  ArmFollowing();
}

}  // namespace baodao::dispatch
