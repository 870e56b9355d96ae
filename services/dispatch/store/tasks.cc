#include "services/dispatch/store/tasks.h"

#include <algorithm>
#include <map>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/crypto/random.h"
#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/store/batch_commit.h"

namespace baodao::dispatch {
namespace {

// A reservation about to expire is not worth a try: the commit takes a moment too.
constexpr Millis kExpiryMargin{500};

void Finish(TaskCall& call, TaskCall::End end, absl::StatusOr<std::string> result) {
  call.end = end;
  call.result = std::move(result);
  if (end != TaskCall::End::kApplied) call.effects = {};
}

void FinishAll(std::vector<TaskCall*>& calls, TaskCall::End end, const absl::Status& status) {
  for (TaskCall* call : calls) Finish(*call, end, status);
  calls.clear();
}

std::string RequestName(const TaskCall& call) {
  return call.request ? call.request->caller + '\n' + call.request->request_id : std::string();
}

// Takes out the calls that carry the same request as an earlier one of the batch: a commit answers
// a request once. The pairs are (copy, first).
std::vector<std::pair<TaskCall*, TaskCall*>> TakeOutCopies(std::vector<TaskCall*>& calls) {
  std::vector<std::pair<TaskCall*, TaskCall*>> copies;
  std::map<std::string, TaskCall*> first;
  std::erase_if(calls, [&](TaskCall* call) {
    if (!call->request) return false;
    const auto [it, is_first] = first.try_emplace(RequestName(*call), call);
    if (!is_first) copies.emplace_back(call, it->second);
    return !is_first;
  });
  return copies;
}

void AnswerCopy(TaskCall& copy, const TaskCall& first) {
  if (copy.request->fingerprint != first.request->fingerprint) {
    Finish(copy, TaskCall::End::kReplayed, Refuse(Reason::REQUEST_ID_REUSED));
    return;
  }
  const bool applied = first.end == TaskCall::End::kApplied;
  Finish(copy, applied ? TaskCall::End::kReplayed : first.end, first.result);
}

// Takes out the calls whose requests are known.
void TakeReplays(const store::CommitOutcome& outcome, const std::vector<TaskCall*>& decided,
                 std::vector<TaskCall*>& calls) {
  std::vector<TaskCall*> asked;
  for (TaskCall* call : decided) {
    if (call->request) asked.push_back(call);
  }
  for (const store::CommitOutcome::Replay& replay : outcome.replays) {
    TaskCall* const call = asked.at(replay.request);
    absl::StatusOr<std::string> result = replay.answer;
    if (!replay.same_payload) result = Refuse(Reason::REQUEST_ID_REUSED);
    Finish(*call, TaskCall::End::kReplayed, std::move(result));
    std::erase(calls, call);
  }
}

}  // namespace

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
    Finish(call, TaskCall::End::kRefused, NotFound("task", task_id));
    co_return;
  }
  const int shard = keys_.ShardOf(task_id);
  const absl::Status ended = co_await queue_.Submit(std::move(task_id), call);
  if (!ended.ok()) Finish(call, TaskCall::End::kFailed, ended);
  if (call.end != TaskCall::End::kRefused || !call.request) co_return;
  // The first try of this request may have succeeded and its answer got lost.
  auto known = co_await store_.FindAnswer(shard, *call.request);
  if (!known.ok()) {
    Finish(call, TaskCall::End::kFailed, known.status());
  } else if (known->has_value() && !(*known)->same_payload) {
    Finish(call, TaskCall::End::kReplayed, Refuse(Reason::REQUEST_ID_REUSED));
  } else if (known->has_value() && !(*known)->answer.empty()) {
    Finish(call, TaskCall::End::kReplayed, (*known)->answer);
  }
}

Task<void> Tasks::RunBatch(std::string task_id, Calls calls) {
  if (observer_.on_batch) observer_.on_batch(calls.size());
  const auto copies = TakeOutCopies(calls);
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
  FinishAll(calls, TaskCall::End::kRefused, Refuse(Reason::CONFLICT_RETRY));
  for (const auto& [copy, first] : copies) AnswerCopy(*copy, *first);
}

Task<bool> Tasks::Attempt(const std::string& task_id, Calls& calls, bool fresh) {
  const bool known = !fresh && cache_.Find(task_id) != nullptr;
  auto loading = co_await Load(task_id, calls, fresh);
  if (!loading.ok()) {
    const bool refusal = absl::IsNotFound(loading.status());
    FinishAll(calls, refusal ? TaskCall::End::kRefused : TaskCall::End::kFailed, loading.status());
    co_return false;
  }
  const std::shared_ptr<Loaded> loaded = *std::move(loading);
  if (!known) cache_.Put(loaded);
  Aggregate aggregate(loaded->record, loaded->people);
  Calls decided;
  std::vector<std::pair<TaskCall*, absl::Status>> refused;
  const Time now = clock_.Now();
  std::erase_if(calls, [&](TaskCall* call) {
    if (!call->not_after || now + kExpiryMargin < *call->not_after) return false;
    Finish(*call, TaskCall::End::kExpired, absl::AbortedError("the reservation is too old"));
    return true;
  });
  for (TaskCall* call : calls) {
    absl::StatusOr<Effects> effects = call->decide(aggregate, now);
    if (!effects.ok()) {
      refused.emplace_back(call, std::move(effects).status());
      continue;
    }
    call->effects = *std::move(effects);
    call->result = call->answer ? call->answer(aggregate) : std::string();
    decided.push_back(call);
  }
  if (decided.empty()) {
    if (known) co_return true;  // no refusal on what is only remembered
    for (auto& [call, status] : refused) Finish(*call, TaskCall::End::kRefused, status);
    calls.clear();
    co_return false;
  }

  store::Commit commit = BuildCommit(keys_, *loaded, aggregate, decided, now);
  absl::StatusOr<store::CommitOutcome> outcome = co_await store_.Apply(std::move(commit));
  if (!outcome.ok()) {
    cache_.Forget(task_id);
    FinishAll(calls, TaskCall::End::kFailed, outcome.status());
    co_return false;
  }
  using Kind = store::CommitOutcome::Kind;
  switch (outcome->kind) {
    case Kind::kConflict:
      co_return true;
    case Kind::kReplayed:
      TakeReplays(*outcome, decided, calls);
      co_return fresh;
    case Kind::kTooLate:
      std::erase_if(calls, [](TaskCall* call) {
        if (!call->not_after) return false;
        Finish(*call, TaskCall::End::kExpired, absl::AbortedError("the reservation is too old"));
        return true;
      });
      co_return fresh;
    case Kind::kApplied:
      break;
  }
  const bool changed = aggregate.task().version() != loaded->record.task().version();
  Observe(decided, aggregate);
  Applied(loaded, aggregate, changed);
  for (TaskCall* call : decided) call->end = TaskCall::End::kApplied;
  // The commit has shown that the refusals, too, were decided on the state as it is.
  for (auto& [call, status] : refused) Finish(*call, TaskCall::End::kRefused, status);
  calls.clear();
  co_return false;
}

void Tasks::Applied(const std::shared_ptr<Loaded>& loaded, const Aggregate& aggregate,
                    bool changed) {
  if (!changed) return;
  loaded->version += 1;
  loaded->record = aggregate.record();
  for (const auto& [person, record] : aggregate.changed()) loaded->people[person] = record;
  cache_.Put(loaded);
}

void Tasks::Observe(const Calls& decided, const Aggregate& aggregate) {
  for (const TaskCall* call : decided) {
    for (const Transition& transition : call->effects.transitions) {
      if (observer_.on_transition) observer_.on_transition(transition);
      if (transition.of_task && transition.to == v1::TASK_STATE_STAFFED && observer_.on_staffed) {
        observer_.on_staffed(ToTime(aggregate.task().update_time()) -
                             ToTime(aggregate.task().create_time()));
      }
    }
  }
}

}  // namespace baodao::dispatch
