// The store in memory, for tests and simulations: the same contract, one thread, nothing random.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/clock/clock.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/store/memory_data.h"
#include "common/store/record_cache.h"
#include "common/store/store.h"

namespace baodao::store {

// The faults injected into one call.
struct Fault {
  bool fail_before = false;  // STORE_UNAVAILABLE, nothing happened
  bool fail_after = false;   // STORE_UNAVAILABLE, but it did happen
  // Apply only, where the commit expects a version: answers kConflict, nothing happened.
  bool conflict = false;
  bool twice = false;  // Apply only: the commit comes a second time, after its outcome
  bool yield = false;  // lets others on the loop run first, also when there is no delay
  Millis delay{0};     // before it happens, on the store's clock
};

// Asked before every call: the method's name ("Apply", "Get", …) and its key (the first record of a
// commit; empty where there is none). Deterministic simulations draw from their seed here.
using FaultHook = std::function<Fault(std::string_view method, std::string_view key)>;

// One replica's view of data that others share. `data` and `clock` outlive it.
class MemoryStore final : public Store {
 public:
  MemoryStore(Keys keys, MemoryData& data, Clock& clock, size_t cached_records = 10'000);

  void SetFaults(FaultHook hook) { hook_ = std::move(hook); }
  MemoryData& data() { return data_; }

  using Store::Get;
  using Store::GetMany;
  using Store::IndexSize;
  const Keys& keys() const override { return keys_; }
  Task<absl::StatusOr<Stored>> Get(std::string key, Read read) override;
  Task<absl::StatusOr<std::vector<Stored>>> GetMany(std::vector<std::string> keys,
                                                    Read read) override;
  Task<absl::StatusOr<uint64_t>> VersionOf(std::string key) override;
  Task<absl::StatusOr<CommitOutcome>> Apply(Commit commit) override;
  Task<absl::StatusOr<std::optional<CommitOutcome::Replay>>> FindAnswer(
      int shard, RequestKey request) override;
  Task<absl::StatusOr<Marking>> MarkRequest(int shard, RequestKey request) override;
  Task<absl::Status> Unmark(int shard, RequestKey request) override;
  Task<absl::StatusOr<Counted>> Increment(std::string key, Millis ttl) override;
  Task<absl::Status> Decrement(std::string key, Millis ttl) override;
  Task<absl::StatusOr<Counted>> ReadCounter(std::string key) override;
  // Only yields: time is the simulation's.
  Task<void> Backoff(int attempt) override;
  Task<absl::StatusOr<std::vector<ScoredMember>>> RangeIndex(std::string key, Range range) override;
  Task<absl::StatusOr<int64_t>> IndexSize(std::string key, double min) override;
  Task<absl::StatusOr<std::vector<std::optional<std::string>>>> GetFields(
      std::string key, std::vector<std::string> fields) override;
  Task<absl::StatusOr<std::vector<std::pair<std::string, std::string>>>> ListFields(
      std::string key) override;
  Task<absl::StatusOr<std::vector<StreamEntry>>> ReadStream(std::string key, std::string after,
                                                            bool reverse, int64_t limit) override;
  Task<absl::StatusOr<std::vector<DueTimer>>> TakeDueTimers(int shard, Time now, Millis lease,
                                                            int limit) override;
  Task<absl::StatusOr<std::optional<Time>>> NextTimer(int shard) override;
  Task<absl::StatusOr<std::vector<std::optional<Time>>>> NextTimers() override;

 private:
  // Delays, yields; fail_before is already the error.
  Task<absl::StatusOr<Fault>> Enter(std::string_view method, std::string key);
  Counted CounterAt(const std::string& key);
  template <class Result>
  Task<absl::StatusOr<Result>> Run(std::string_view method, std::string key,
                                   std::function<Result()> effect);

  Keys keys_;
  MemoryData& data_;
  Clock& clock_;
  RecordCache cache_;
  FaultHook hook_;
};

template <class Result>
Task<absl::StatusOr<Result>> MemoryStore::Run(std::string_view method, std::string key,
                                              std::function<Result()> effect) {
  CO_ASSIGN_OR_RETURN(const Fault fault, co_await Enter(method, std::move(key)));
  Result result = effect();
  if (fault.fail_after) co_return Refuse(Reason::STORE_UNAVAILABLE);
  co_return result;
}

}  // namespace baodao::store
