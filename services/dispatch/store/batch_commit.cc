#include "services/dispatch/store/batch_commit.h"

#include <algorithm>
#include <map>
#include <optional>

#include "common/record/origin.h"
#include "services/dispatch/store/indexes.h"
#include "services/dispatch/store/tasks.h"

namespace baodao::dispatch {
namespace {

uint64_t WaitlistNumber(const v1::AssignmentRecord& record) {
  const v1::Assignment& assignment = record.assignment();
  return assignment.state() == v1::ASSIGNMENT_STATE_WAITLISTED ? assignment.waitlist_number() : 0;
}

// Where the task stands among those that the person has an offer of, waits for, or requests credit
// for.
std::optional<double> AskedScore(const v1::Task& task, const v1::AssignmentRecord& record) {
  const v1::Assignment& assignment = record.assignment();
  if (assignment.credit_request().state() == v1::CREDIT_REQUEST_STATE_PENDING) {
    const Time lapses = ToTime(assignment.credit_request().expire_time());
    return static_cast<double>(lapses.time_since_epoch().count());
  }
  const bool asked = assignment.state() == v1::ASSIGNMENT_STATE_OFFERED ||
                     assignment.state() == v1::ASSIGNMENT_STATE_WAITLISTED;
  return asked ? std::optional(TaskScore(task)) : std::nullopt;
}

void AddToIndexes(const DispatchKeys& keys, const v1::Task& task, const std::string& person,
                  const v1::AssignmentRecord& before, const v1::AssignmentRecord& after,
                  store::Commit& commit) {
  const uint64_t number = WaitlistNumber(after);
  if (number == 0 && WaitlistNumber(before) != 0) {
    commit.IndexRemove(keys.Waitlist(task.task_id()), person);
  } else if (number != WaitlistNumber(before)) {
    commit.IndexAdd(keys.Waitlist(task.task_id()), static_cast<double>(number), person);
  }
  const std::optional<double> score = AskedScore(task, after);
  if (AskedScore(task, before) == score) return;
  const std::string asked = keys.Asked(commit.shard(), person);
  if (score) {
    commit.IndexAdd(asked, *score, task.task_id());
  } else {
    commit.IndexRemove(asked, task.task_id());
  }
}

void AddPeople(const DispatchKeys& keys, const Aggregate& aggregate, store::Commit& commit) {
  static const v1::AssignmentRecord kNone;
  const v1::Task& task = aggregate.task();
  for (const auto& [person, record] : aggregate.changed()) {
    commit.SetField(keys.People(task.task_id()), person, record.SerializeAsString());
    const auto stored = aggregate.stored().find(person);
    const v1::AssignmentRecord& before =
        stored == aggregate.stored().end() ? kNone : stored->second;
    AddToIndexes(keys, task, person, before, record, commit);
    UpdateCreditList(keys, aggregate.record(), before.assignment(), record.assignment(), commit);
  }
}

// Later calls of a batch have the last word on a timer.
void AddTimers(const std::vector<TaskCall*>& decided, store::Commit& commit) {
  std::map<std::string, std::optional<Time>> timers;
  for (const TaskCall* call : decided) {
    for (const TimerChange& timer : call->effects.timers) timers[timer.member] = timer.due;
  }
  for (const auto& [member, due] : timers) {
    if (due) {
      commit.SetTimer(member, *due);
    } else {
      commit.ClearTimer(member);
    }
  }
}

}  // namespace

std::string Stamp(events::v1::Event event, Time now, const std::string& actor,
                  const std::string& trace_id) {
  record::FillHeader(actor, trace_id, now, &event);
  return event.SerializeAsString();
}

void AddEffects(const Effects& effects, const std::string& actor, const std::string& trace_id,
                Time now, store::Commit& commit) {
  for (const events::v1::Event& event : effects.events) {
    commit.Emit(Stamp(event, now, actor, trace_id));
  }
  for (const TimerChange& timer : effects.timers) {
    if (timer.due) {
      commit.SetTimer(timer.member, *timer.due);
    } else {
      commit.ClearTimer(timer.member);
    }
  }
}

store::Commit BuildCommit(const DispatchKeys& keys, const Loaded& before,
                          const Aggregate& aggregate, const std::vector<TaskCall*>& decided,
                          Time now) {
  const std::string& task_id = aggregate.task().task_id();
  store::Commit commit(keys.ShardOf(task_id));
  const bool changed = aggregate.task().version() != before.record.task().version();
  if (changed) {
    commit.Put(keys.Task(task_id), before.version, aggregate.record().SerializeAsString());
    AddPeople(keys, aggregate, commit);
    UpdateIndexes(keys, before.record, aggregate.record(), commit);
    UpdateUnitClaims(keys, before.record, aggregate.record(), commit);
  } else {
    commit.Expect(keys.Task(task_id), before.version);
  }
  for (TaskCall* call : decided) {
    for (const events::v1::Event& event : call->effects.events) {
      commit.Emit(Stamp(event, now, call->actor, call->trace_id));
    }
    if (call->extra) call->extra(commit);
    if (call->request) commit.Answer(*call->request, *call->result);
  }
  AddTimers(decided, commit);
  std::optional<Time> not_after;
  for (const TaskCall* call : decided) {
    if (call->not_after)
      not_after = std::min(not_after.value_or(*call->not_after), *call->not_after);
  }
  if (not_after) commit.NotAfter(*not_after);
  return commit;
}

}  // namespace baodao::dispatch
