// The effects of a change on who leads, and on who is to be heard from.
#include "services/dispatch/domain/change.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {

void Change::NameLeader(const std::string& person_id) {
  if (!aggregate_.task().leader_id().empty()) {
    EndLeading(events::v1::LEADER_STEP_REMOVED);
    ChangeCodeKey();
  }
  aggregate_.task().set_leader_id(person_id);
  aggregate_.Change(person_id).set_had_code_key(true);
  led_.push_back({person_id, events::v1::LEADER_STEP_NAMED});
}

void Change::EndLeading(events::v1::LeaderStep how) {
  v1::TaskRecord& record = aggregate_.record();
  if (record.task().leader_id().empty()) return;
  led_.push_back({record.task().leader_id(), how});
  record.mutable_task()->clear_leader_id();
}

void Change::ChangeCodeKey() {
  v1::TaskRecord& record = aggregate_.record();
  record.set_code_key(record.code_key() + 1);
  auto& since = *record.mutable_code_key_since_ms();
  if (since.size() == kMaxCodeKeys) since.erase(since.begin());
  since.Add(now_.time_since_epoch().count());
}

void Change::MoveCheckIn(v1::Assignment& assignment, CheckInEvent event) {
  const v1::CheckInState before = assignment.check_in_state();
  const std::optional<v1::CheckInState> after = kCheckInMachine.Next(before, event);
  if (!after) return;
  assignment.set_check_in_state(*after);
  effects_.transitions.push_back({"check_in", before, *after});
  // Nobody needs to hear of somebody who was on time.
  const bool news = event != CheckInEvent::kHear || before == v1::CHECK_IN_STATE_MISSED;
  if (news) checked_.push_back({assignment.person_id(), before, *after});
}

void Change::Hear(v1::Assignment& assignment) {
  const v1::Task& task = aggregate_.task();
  if (task.check_in_minutes() == 0) return;
  MoveCheckIn(assignment, CheckInEvent::kHear);
  const Time due = now_ + minutes(task.check_in_minutes());
  *assignment.mutable_heard_time() = ToTimestamp(now_);
  *assignment.mutable_check_in_due_time() = ToTimestamp(due);
  Arm(TimerName(kCheckInTimer, task.task_id(), assignment.person_id()), due);
}

void Change::EndCheckIns(v1::Assignment& assignment) {
  const v1::CheckInState before = assignment.check_in_state();
  if (before == v1::CHECK_IN_STATE_UNSPECIFIED) return;
  // Nobody waits any more, and nobody has heard from them. Who was only reminded had time left.
  if (before == v1::CHECK_IN_STATE_MISSED) {
    checked_.push_back({assignment.person_id(), before, v1::CHECK_IN_STATE_UNSPECIFIED});
  }
  assignment.clear_check_in_state();
  assignment.clear_heard_time();
  assignment.clear_check_in_due_time();
  Clear(TimerName(kCheckInTimer, aggregate_.task().task_id(), assignment.person_id()));
}

void Change::TellOnSite(const events::v1::TaskBrief& brief) {
  const std::string& task_id = aggregate_.task().task_id();
  for (const Led& led : led_) {
    const bool over = !IsUnderWay(aggregate_.task().state());
    if (over && led.step == events::v1::LEADER_STEP_LEFT) continue;  // nobody is to be led
    events::v1::LeaderChanged& changed = *effects_.events.emplace_back().mutable_leader_changed();
    changed.set_task_id(task_id);
    changed.set_person_id(led.person_id);
    changed.set_step(led.step);
    *changed.mutable_task() = brief;
  }
  const std::string& leader = aggregate_.task().leader_id();
  for (const CheckedIn& one : checked_) {
    events::v1::CheckInChanged& changed =
        *effects_.events.emplace_back().mutable_check_in_changed();
    changed.set_task_id(task_id);
    changed.set_person_id(one.person_id);
    changed.set_before(one.before);
    changed.set_state(one.after);
    if (leader != one.person_id) changed.set_leader_id(leader);
    *changed.mutable_task() = brief;
  }
}

}  // namespace baodao::dispatch
