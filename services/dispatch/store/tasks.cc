#include "services/dispatch/store/tasks.h"

#include <algorithm>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/crypto/random.h"
#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/states.h"
#include "services/dispatch/store/batch_commit.h"
#include "services/dispatch/store/marks.h"
#include "services/dispatch/store/retire.h"

namespace baodao::dispatch {

Tasks::Tasks(asio::io_context& loop, store::Store& store, const DispatchKeys& keys, Clock& clock,
             Options options)
    : store_(store),
      keys_(keys),
      clock_(clock),
      options_(options),
      cache_(options.cache_weight),
      queue_(
          loop,
          [this](std::string id, Calls calls) { return RunBatch(std::move(id), std::move(calls)); },
          options.max_batch) {
  if (!options_.random) options_.random = crypto::RandomBits;
}

Task<void> Tasks::Run(std::string task_id, TaskCall& call) {
  if (!ids::IsValid(task_id, "tsk")) {
    FinishCall(call, TaskCall::End::kRefused, NotFound("task", task_id));
    co_return;
  }
  const int shard = keys_.ShardOf(task_id);
  const absl::Status ended = co_await queue_.Submit(std::move(task_id), call);
  if (!ended.ok()) FinishCall(call, TaskCall::End::kFailed, ended);
  if (!call.request) co_return;
  if (call.end == TaskCall::End::kRefused) co_await LookForAnswer(shard, call);
  co_await SettleMark(store_, shard, call);
}

// The first try of a refused request may have succeeded and its answer got lost.
Task<void> Tasks::LookForAnswer(int shard, TaskCall& call) {
  auto known = co_await store_.FindAnswer(shard, *call.request);
  if (!known.ok()) {
    FinishCall(call, TaskCall::End::kFailed, known.status());
  } else if (known->has_value() && !(*known)->same_payload) {
    FinishCall(call, TaskCall::End::kReplayed, Refuse(Reason::REQUEST_ID_REUSED));
  } else if (known->has_value() && !(*known)->answer.empty()) {
    FinishCall(call, TaskCall::End::kReplayed, (*known)->answer);
  }
}

Task<void> Tasks::RunBatch(std::string task_id, Calls calls) {
  if (observer_.on_batch) observer_.on_batch(calls.size());
  const std::vector<CopiedCall> copies = TakeOutCopies(calls);
  bool fresh = false;
  for (int attempt = 0; attempt < options_.max_tries && !calls.empty(); ++attempt) {
    fresh = co_await Attempt(task_id, calls, fresh);
    if (calls.empty()) break;
    // Another replica is on the same task: let it finish, a little longer each time.
    if (attempt >= 2) {
      const auto most = uint64_t{1} << std::min(attempt, 6);
      co_await clock_.SleepFor(Millis(1 + options_.random() % most));
    }
  }
  if (!calls.empty()) {
    FinishCalls(calls, TaskCall::End::kRefused, Refuse(Reason::CONFLICT_RETRY));
  }
  FinishCopies(copies);
}

Task<bool> Tasks::Attempt(const std::string& task_id, Calls& calls, bool fresh) {
  const bool known = !fresh && cache_.Find(task_id) != nullptr;
  auto loading = co_await Load(task_id, calls, fresh);
  if (!loading.ok()) {
    const bool refusal = absl::IsNotFound(loading.status());
    FinishCalls(calls, refusal ? TaskCall::End::kRefused : TaskCall::End::kFailed,
                loading.status());
    co_return false;
  }
  const std::shared_ptr<Loaded> loaded = *std::move(loading);
  if (!known) cache_.Put(loaded);
  if (loaded->retired) {
    if (known) co_return true;  // no refusal on what is only remembered
    FinishRetired(*loaded, calls);
    co_return false;
  }
  const Time now = clock_.Now();
  FinishExpiring(calls, now);
  Aggregate aggregate(loaded->record, loaded->people);
  const Verdicts verdicts = DecideAll(calls, aggregate, now);
  if (verdicts.decided.empty()) {
    if (known) co_return true;  // no refusal on what is only remembered
    FinishRefused(verdicts);
    calls.clear();
    co_return false;
  }
  if (!co_await MarkDecided(store_, verdicts.decided, calls)) co_return fresh;
  // Nobody is told any more where it was, and of whom.
  if (IsFinal(aggregate.task().state())) aggregate.record().clear_sealed_contact();
  store::Commit commit = BuildCommit(keys_, *loaded, aggregate, verdicts.decided, now);
  SetRetireTimer(options_.retirement, loaded->record.task(), aggregate.task(), &commit);
  const absl::StatusOr<store::CommitOutcome> outcome = co_await store_.Apply(std::move(commit));
  if (!outcome.ok()) {
    cache_.Forget(task_id);
    FinishCalls(calls, TaskCall::End::kFailed, outcome.status());
    co_return false;
  }
  co_return Conclude(*outcome, verdicts, loaded, aggregate, calls) || fresh;
}

bool Tasks::Conclude(const store::CommitOutcome& outcome, const Verdicts& verdicts,
                     const std::shared_ptr<Loaded>& loaded, Aggregate& aggregate, Calls& calls) {
  switch (outcome.kind) {
    case store::CommitOutcome::Kind::kConflict:
      return true;
    case store::CommitOutcome::Kind::kReplayed:
      FinishReplayed(calls, outcome, verdicts.decided);
      return false;
    case store::CommitOutcome::Kind::kTooLate:
      FinishTooLate(calls);
      return false;
    case store::CommitOutcome::Kind::kApplied:
      break;
  }
  Observe(verdicts.decided, *loaded, aggregate);
  Applied(loaded, aggregate);
  for (TaskCall* call : verdicts.decided) call->end = TaskCall::End::kApplied;
  // The commit has shown that the refusals, too, were decided on the state as it is.
  FinishRefused(verdicts);
  calls.clear();
  return false;
}

void Tasks::Applied(const std::shared_ptr<Loaded>& loaded, Aggregate& aggregate) {
  const bool changed = aggregate.task().version() != loaded->record.task().version();
  if (!changed) return;
  loaded->version += 1;
  for (const auto& [person, record] : aggregate.changed()) loaded->people[person] = record;
  loaded->record = std::move(aggregate.record());
  cache_.Put(loaded);
}

void Tasks::Observe(const Calls& decided, const Loaded& before, const Aggregate& aggregate) {
  for (const TaskCall* call : decided) {
    for (const Transition& transition : call->effects.transitions) {
      if (observer_.on_transition) observer_.on_transition(transition);
    }
  }
  if (!observer_.on_staffed) return;
  if (before.record.staffed_once() || !aggregate.record().staffed_once()) return;
  observer_.on_staffed(ToTime(aggregate.task().update_time()) -
                       ToTime(aggregate.task().create_time()));
}

}  // namespace baodao::dispatch
