// The one way to change a task. Calls on one task queue up in this replica, are decided one after
// the other on the aggregate in memory, and are written by one commit that checks the task's
// version: other replicas can only make it conflict, and then everything is decided again.
#pragma once

#include <absl/status/statusor.h>

#include <asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/clock/clock.h"
#include "common/record/archive.h"
#include "common/record/page.h"
#include "common/store/hot_queue.h"
#include "common/store/store.h"
#include "services/dispatch/store/batch.h"
#include "services/dispatch/store/keys.h"
#include "services/dispatch/store/task_cache.h"
#include "services/dispatch/store/task_call.h"

namespace baodao::dispatch {

// Callbacks for the metrics. All may be empty.
struct TaskObserver {
  std::function<void(size_t calls)> on_batch;
  std::function<void(const Transition&)> on_transition;
  // A task has got enough people for the first time, this long after it was published.
  std::function<void(Millis)> on_staffed;
};

// Loop thread only.
class Tasks {
 public:
  struct Options {
    size_t cache_weight = 200'000;
    size_t max_batch = 256;
    int max_tries = 10;  // commits of one batch before its calls end with CONFLICT_RETRY
    record::Retirement retirement;
    // 64 random bits, for the pauses between tries; none: the system's.
    std::function<uint64_t()> random;
  };

  Tasks(asio::io_context& loop, store::Store& store, const DispatchKeys& keys, Clock& clock)
      : Tasks(loop, store, keys, clock, Options()) {}
  // All outlive it.
  Tasks(asio::io_context& loop, store::Store& store, const DispatchKeys& keys, Clock& clock,
        Options options);

  void SetObserver(TaskObserver observer) { observer_ = std::move(observer); }

  // Decides and commits `call` with whatever else waits for this task. The outcome is in the call.
  // A refused call whose request is known answers as it did the first time. A task that has left
  // the store refuses as before, and with ARCHIVED what it would have allowed.
  Task<void> Run(std::string task_id, TaskCall& call);

  // The task as it is now, or was when it left the store; NOT_FOUND when there is none (or the id
  // is not one of a task).
  Task<absl::StatusOr<v1::TaskRecord>> Read(std::string task_id);
  // Whether there is or was a task of this well-formed id.
  Task<absl::StatusOr<bool>> Exists(std::string task_id);
  // The task with everybody on it; the two may be a commit apart.
  Task<absl::StatusOr<std::shared_ptr<const Loaded>>> ReadWithPeople(std::string task_id);
  // The task as it is now with these people, as far as they are on it.
  Task<absl::StatusOr<std::shared_ptr<const Loaded>>> ReadWithThese(
      std::string task_id, std::vector<std::string> person_ids);
  // One assignment as it is now; NOT_ASSIGNED when there is none.
  Task<absl::StatusOr<v1::AssignmentRecord>> ReadAssignment(std::string task_id,
                                                            std::string person_id);
  // Tasks that the person has an offer of or waits for, sorted by their TaskScore, or requests
  // credit for, by when that lapses; the soonest first, at most 50.
  Task<absl::StatusOr<std::vector<record::Position>>> ListAsked(std::string person_id);
  // Those of them whose tasks lie in one of `shards`: one read a shard.
  Task<absl::StatusOr<std::vector<record::Position>>> ListAskedIn(std::set<int> shards,
                                                                  std::string person_id);
  // As last known here, read if not known: a first guess, good for what can never change (area,
  // place, window) and for guessing what a decision will come to. The person's assignment is
  // included where it is known.
  Task<absl::StatusOr<std::shared_ptr<const Loaded>>> Peek(std::string task_id,
                                                           std::string person_id);
  // The same without reading; nullptr when not known here.
  std::shared_ptr<const Loaded> Known(std::string_view task_id) { return cache_.Find(task_id); }

  // Writes a new task. False when there is one with this id already.
  Task<absl::StatusOr<bool>> Create(const v1::TaskRecord& record, const Effects& effects,
                                    std::optional<store::RequestKey> request, std::string answer,
                                    std::string actor, std::string trace_id);

  // Copies a task that is over to the archive, without place and description where somebody asked
  // for it, and, once its time has come, deletes it here. Sets or clears `timer`, which fired for
  // it.
  Task<absl::Status> Retire(std::string task_id, std::string timer);

  const DispatchKeys& keys() const { return keys_; }
  store::Store& store() { return store_; }

 private:
  Task<void> LookForAnswer(int shard, TaskCall& call);
  Task<void> RunBatch(std::string task_id, Calls calls);
  // One attempt: leaves in `calls` what must be decided again. True when the next one must read
  // afresh.
  Task<bool> Attempt(const std::string& task_id, Calls& calls, bool fresh);
  Task<absl::StatusOr<std::shared_ptr<Loaded>>> Load(const std::string& task_id, const Calls& calls,
                                                     bool fresh);
  Task<absl::StatusOr<std::shared_ptr<Loaded>>> LoadRetired(const std::string& task_id);
  // Nothing is written for them.
  void FinishRetired(const Loaded& loaded, Calls& calls);
  // The writes of a timer that fired for a task that is over.
  Task<absl::StatusOr<store::Commit>> DecideRetire(const Loaded& loaded, std::string timer);
  // ABORTED where the task changed at the same moment.
  Task<absl::Status> ApplyRetire(std::string task_id, store::Commit commit);
  Task<absl::Status> LoadPeople(Loaded& loaded, const Calls& calls);
  Task<absl::Status> LoadEverybody(Loaded& loaded);
  // Ends the calls that the commit's outcome ends. True when the next attempt must read afresh.
  bool Conclude(const store::CommitOutcome& outcome, const Verdicts& verdicts,
                const std::shared_ptr<Loaded>& loaded, Aggregate& aggregate, Calls& calls);
  // Takes what a commit has written into the cache; the aggregate is used up.
  void Applied(const std::shared_ptr<Loaded>& loaded, Aggregate& aggregate);
  void Observe(const Calls& decided, const Loaded& before, const Aggregate& aggregate);

  store::Store& store_;
  const DispatchKeys& keys_;
  Clock& clock_;
  Options options_;
  TaskObserver observer_;
  TaskCache cache_;
  store::HotQueue<TaskCall> queue_;
};

// Fills in what Effects leave open and serializes.
std::string Stamp(events::v1::Event event, Time now, const std::string& actor,
                  const std::string& trace_id);

}  // namespace baodao::dispatch
