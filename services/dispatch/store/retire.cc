#include "services/dispatch/store/retire.h"

#include <algorithm>
#include <map>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/close.h"
#include "services/dispatch/domain/credit_request.h"
#include "services/dispatch/domain/states.h"
#include "services/dispatch/store/indexes.h"
#include "services/dispatch/store/tasks.h"

namespace baodao::dispatch {
namespace {

// Until a task is looked at again of which somebody's hours are not credited yet, or somebody waits
// for an answer.
constexpr Millis kLookAgain = std::chrono::hours(24);

Time OverSince(const v1::Task& task) { return ToTime(task.update_time()); }

bool AwaitsCredit(const Loaded& loaded) {
  return std::ranges::any_of(loaded.people, [&](const auto& person) {
    return IsDue(loaded.record, person.second) || IsPending(&person.second);
  });
}

// Whether the task leads to the home of somebody who asked for help, or holds their words. The
// archive keeps it of nobody: what is kept there of a task is everybody's who was on it, and goes
// with no account.
bool HoldsPrivate(const v1::TaskRecord& record) {
  const v1::Task& task = record.task();
  if (!record.sealed_contact().empty()) return true;
  return !task.requester_id().empty() && (task.has_place() || !task.description().empty());
}

void DropPrivate(v1::TaskRecord* record) {
  record->clear_sealed_contact();
  if (record->task().requester_id().empty()) return;
  record->mutable_task()->clear_place();
  record->mutable_task()->clear_description();
}

// The same task has the same bytes. Where people signed is compared with where they sign next, for
// a day: it does not stay for good.
std::string BytesOf(const Loaded& loaded) {
  v1::RetiredTask retired;
  *retired.mutable_record() = loaded.record;
  const std::map<std::string, v1::AssignmentRecord> people(loaded.people.begin(),
                                                           loaded.people.end());
  for (const auto& [id, person] : people) {
    v1::AssignmentRecord& part = *retired.add_people();
    part = person;
    part.clear_sealed_sign_place();
  }
  return retired.SerializeAsString();
}

}  // namespace

void SetRetireTimer(const record::Retirement& retirement, const v1::Task& before,
                    const v1::Task& after, store::Commit* commit) {
  if (retirement.archive == nullptr || IsFinal(before.state()) == IsFinal(after.state())) return;
  std::string timer = TimerName(kRetireTimer, after.task_id());
  if (IsFinal(after.state())) {
    commit->SetTimer(std::move(timer), retirement.CopyAt("task", OverSince(after)));
  } else {
    commit->ClearTimer(std::move(timer));
  }
}

Task<absl::Status> Tasks::Retire(std::string task_id, std::string timer) {
  CO_ASSIGN_OR_RETURN(std::shared_ptr<const Loaded> loaded, co_await ReadWithPeople(task_id));
  const v1::Task& task = loaded->record.task();
  const bool leaves = !loaded->retired && IsFinal(task.state()) &&
                      clock_.Now() >= options_.retirement.CopyAt("task", OverSince(task));
  // In a commit of its own: a version is copied as it is here, and as it was copied before.
  if (leaves && HoldsPrivate(loaded->record)) {
    v1::TaskRecord record = loaded->record;
    DropPrivate(&record);
    store::Commit drop(keys_.ShardOf(task_id));
    drop.Put(keys_.Task(task_id), loaded->version, record.SerializeAsString());
    CO_RETURN_IF_ERROR(co_await ApplyRetire(task_id, std::move(drop)));
    CO_ASSIGN_OR_RETURN(loaded, co_await ReadWithPeople(task_id));
  }
  CO_ASSIGN_OR_RETURN(store::Commit commit, co_await DecideRetire(*loaded, std::move(timer)));
  co_return co_await ApplyRetire(std::move(task_id), std::move(commit));
}

Task<absl::Status> Tasks::ApplyRetire(std::string task_id, store::Commit commit) {
  CO_ASSIGN_OR_RETURN(const store::CommitOutcome outcome, co_await store_.Apply(std::move(commit)));
  cache_.Forget(task_id);
  if (outcome.kind == store::CommitOutcome::Kind::kApplied) co_return absl::OkStatus();
  co_return absl::AbortedError("the task changed at the same moment");
}

Task<absl::StatusOr<store::Commit>> Tasks::DecideRetire(const Loaded& loaded, std::string timer) {
  const v1::Task& task = loaded.record.task();
  const record::Retirement& retirement = options_.retirement;
  const Time now = clock_.Now();
  const Time since = OverSince(task);
  const std::string key = keys_.Task(task.task_id());
  store::Commit commit(keys_.ShardOf(task.task_id()));
  if (loaded.retired || !IsFinal(task.state())) {
    commit.Expect(key, loaded.retired ? 0 : loaded.version);
    commit.ClearTimer(std::move(timer));
    co_return commit;
  }
  const bool too_early = now < retirement.CopyAt("task", since);
  if (too_early || AwaitsCredit(loaded)) {
    commit.Expect(key, loaded.version);
    commit.SetTimer(std::move(timer),
                    too_early ? retirement.CopyAt("task", since) : now + kLookAgain);
    co_return commit;
  }
  store::Stored copy{loaded.version, BytesOf(loaded)};
  // It is everybody's who was on it.
  const Time leave =
      co_await retirement.Copy("task", task.task_id(), "", std::move(copy), since, now);
  if (now < leave) {
    commit.Expect(key, loaded.version);
    commit.SetTimer(std::move(timer), leave);
    co_return commit;
  }
  commit.Delete(key, loaded.version);
  commit.Remove(keys_.People(task.task_id()));
  commit.Remove(keys_.Messages(task.task_id()));
  commit.Remove(keys_.Photos(task.task_id()));
  RemoveFromIndexes(keys_, loaded.record, commit);
  commit.ClearTimer(std::move(timer));
  co_return commit;
}

Task<absl::StatusOr<std::shared_ptr<Loaded>>> Tasks::LoadRetired(const std::string& task_id) {
  CO_ASSIGN_OR_RETURN(const store::Stored stored,
                      co_await options_.retirement.Find("task", task_id, clock_.Now()));
  v1::RetiredTask retired;
  if (!retired.ParseFromString(stored.bytes)) {
    co_return absl::DataLossError("a retired task cannot be parsed");
  }
  auto loaded = std::make_shared<Loaded>();
  loaded->retired = true;
  loaded->version = stored.version;
  loaded->record = std::move(*retired.mutable_record());
  for (v1::AssignmentRecord& person : *retired.mutable_people()) {
    const std::string id = person.assignment().person_id();
    loaded->people[id] = std::move(person);
  }
  co_return loaded;
}

void Tasks::FinishRetired(const Loaded& loaded, Calls& calls) {
  const std::string& id = loaded.record.task().task_id();
  for (TaskCall* call : calls) {
    Aggregate aggregate(loaded.record, loaded.people);
    absl::Status status = call->decide(aggregate, clock_.Now()).status();
    if (status.ok()) status = Refuse(Reason::ARCHIVED, {{"type", "task"}, {"id", id}});
    FinishCall(*call, TaskCall::End::kRefused, std::move(status));
  }
  calls.clear();
}

}  // namespace baodao::dispatch
