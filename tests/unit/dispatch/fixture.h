// A task and its people, built in a line, and decisions on them without anything else.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "common/clock/timestamp.h"
#include "common/status/status.h"
#include "services/dispatch/domain/aggregate.h"
#include "services/dispatch/domain/change.h"
#include "services/dispatch/domain/take.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {

// 2025-06-01 08:00 in China.
inline constexpr Time kNow{Millis(1'748'736'000'000)};

inline const char* const kTaskId = "tsk_01JWN8Z0000000000000000001";

// Areas lie in each other by their codes; "closed" ones were succeeded by 310110002; per_shy keeps
// apart from everybody.
inline const Relations kRelations = {
    [](std::string_view a, std::string_view d) { return d.substr(0, a.size()) == a; },
    [](std::string_view a, std::string_view) { return a == "per_shy"; },
    [](std::string_view code) {
      return code.starts_with("closed") ? "310110002" : std::string(code);
    }};

inline registration::v1::Profile ProfileOf(std::string id, std::string area = "310110001") {
  registration::v1::Profile profile;
  profile.set_person_id(std::move(id));
  profile.add_area_codes(std::move(area));
  profile.set_unit_id("unt_1");
  return profile;
}

// An OPEN task from now + 4 h to now + 6 h with 1–2 slots and a waitlist of 2.
class TaskFixture : public ::testing::Test {
 protected:
  TaskFixture() {
    v1::Task& task = *record_.mutable_task();
    task.set_task_id(kTaskId);
    task.set_title("陪诊");
    task.set_area_code("310110001002");
    task.set_eligible_area_code("310110001");
    task.set_state(v1::TASK_STATE_OPEN);
    task.set_slots_min(1);
    task.set_slots_max(2);
    task.set_waitlist_max(2);
    task.set_version(1);
    *task.mutable_create_time() = ToTimestamp(kNow);
    *task.mutable_accept_by() = ToTimestamp(kNow + hours(1));
    Window(kNow + hours(4), kNow + hours(6));
    record_.set_sla_ms(Millis(hours(1)).count());
  }

  void Window(Time start, Time end) {
    v1::Task& task = *record_.mutable_task();
    *task.mutable_window()->mutable_start() = ToTimestamp(start);
    *task.mutable_window()->mutable_end() = ToTimestamp(end);
    *task.mutable_withdraw_by() = ToTimestamp(start - hours(2));
  }

  // Puts somebody on the task in this state and keeps the counters true.
  v1::Assignment& Add(const std::string& person, v1::AssignmentState state) {
    v1::AssignmentRecord& record = people_[person];
    v1::Assignment& assignment = *record.mutable_assignment();
    assignment.set_task_id(kTaskId);
    assignment.set_person_id(person);
    assignment.set_state(state);
    record.set_reservation(people_.size());
    v1::Task& task = *record_.mutable_task();
    if (TakesSlot(state)) task.set_accepted_count(task.accepted_count() + 1);
    if (state == v1::ASSIGNMENT_STATE_SIGNED_IN) {
      task.set_signed_in_count(task.signed_in_count() + 1);
      *assignment.mutable_sign_in_time() = task.window().start();
    }
    if (state == v1::ASSIGNMENT_STATE_SIGNED_OUT || state == v1::ASSIGNMENT_STATE_CREDITED) {
      task.set_signed_out_count(task.signed_out_count() + 1);
    }
    if (state == v1::ASSIGNMENT_STATE_WAITLISTED) {
      task.set_waitlist_count(task.waitlist_count() + 1);
      record_.set_waitlist_sequence(record_.waitlist_sequence() + 1);
      assignment.set_waitlist_number(record_.waitlist_sequence());
    }
    if (state == v1::ASSIGNMENT_STATE_OFFERED) {
      *assignment.mutable_offer_expire_time() = ToTimestamp(kNow + minutes(30));
    }
    record_.set_people_count(static_cast<int>(people_.size()));
    return assignment;
  }
  // An offer to somebody from the waitlist.
  void AddHeld(const std::string& person) {
    Add(person, v1::ASSIGNMENT_STATE_OFFERED).set_holds_slot(true);
    record_.mutable_task()->set_held_count(record_.task().held_count() + 1);
  }
  void State(v1::TaskState state) { record_.mutable_task()->set_state(state); }

  // The aggregate decisions work on; made at first use, so build the task before.
  Aggregate& aggregate() {
    if (!aggregate_) aggregate_.emplace(record_, people_);
    return *aggregate_;
  }
  const v1::Task& task() { return aggregate().task(); }
  v1::AssignmentState StateOf(const std::string& person) { return aggregate().StateOf(person); }

  TakeCommand Command(TakeKind kind, const registration::v1::Profile& profile) {
    TakeCommand command;
    command.kind = kind;
    command.person_id = profile.person_id();
    command.profile = &profile;
    command.relations = &kRelations;
    return command;
  }
  // Foresees and does what was foreseen.
  absl::StatusOr<Effects> Do(const TakeCommand& command, Time now = kNow) {
    absl::StatusOr<TakeOutlook> outlook = Foresee(aggregate(), command, now);
    if (!outlook.ok()) return outlook.status();
    if (*outlook == TakeOutlook::kWaits) return Enqueue(aggregate(), command, now);
    return Take(aggregate(), command, 77, now);
  }

  v1::TaskRecord record_;
  People people_;

 private:
  std::optional<Aggregate> aggregate_;
};

// The name of the refusal, "OK", or the status' text.
template <class T>
std::string Refusal(const absl::StatusOr<T>& result) {
  if (result.ok()) return "OK";
  const std::optional<Reason> reason = ReasonOf(result.status());
  return reason ? std::string(Name(*reason)) : result.status().ToString();
}
inline std::string Refusal(const absl::Status& status) {
  if (status.ok()) return "OK";
  const std::optional<Reason> reason = ReasonOf(status);
  return reason ? std::string(Name(*reason)) : status.ToString();
}

// The due time of a timer that the effects arm; nullopt when they do not.
inline std::optional<Time> Armed(const Effects& effects, const std::string& member) {
  for (const TimerChange& timer : effects.timers) {
    if (timer.member == member) return timer.due;
  }
  return std::nullopt;
}
inline bool Cleared(const Effects& effects, const std::string& member) {
  for (const TimerChange& timer : effects.timers) {
    if (timer.member == member) return !timer.due.has_value();
  }
  return false;
}
inline std::string Timer(const std::string& kind, const std::string& person = {}) {
  return person.empty() ? kind + "|" + kTaskId : kind + "|" + kTaskId + "|" + person;
}

}  // namespace baodao::dispatch
