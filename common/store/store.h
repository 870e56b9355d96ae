// Everything a service keeps, behind one interface: Redis in production, memory in simulations and
// tests. Both pass the same contract tests (tests/integration/store).
//
// All methods run on the service loop. Errors are UNAVAILABLE refusals (STORE_UNAVAILABLE,
// STORE_FULL): after one, a write may or may not have happened, and the same request_id is safe to
// send again. INTERNAL and INVALID_ARGUMENT are mistakes of the program: a key of another kind or
// shard.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/async/task.h"
#include "common/store/commit.h"
#include "common/store/keys.h"

namespace baodao::store {

struct ScoredMember {
  std::string member;
  double score = 0;
};

struct StreamEntry {
  std::string id;  // "<milliseconds>-<sequence>"
  std::string bytes;
};

// A counter, and how long it goes on living.
struct Counted {
  int64_t value = 0;
  Millis left{0};
};

struct DueTimer {
  std::string member;
  Time due;  // as it was set; after a lease that ran out, the end of that lease
};

// The state of a request_id before it was marked.
enum class Marking {
  kNew,     // nothing: the mark is this call's
  kKnown,   // the same payload, marked or answered by an earlier call or a copy
  kReused,  // another payload
};

// The freshness that a read of records asks for.
enum class Read {
  kFresh,   // what the store holds now
  kRecent,  // perhaps from memory, as this process last wrote it: another replica may have written
            // since. Only to decide a commit that expects the version: it then conflicts, and the
            // next read is fresh. Never refuse on it (Mutate takes care of that) nor show it.
};

class Store {
 public:
  virtual ~Store() = default;

  virtual const Keys& keys() const = 0;
  int shards() const { return keys().shards(); }

  Task<absl::StatusOr<Stored>> Get(std::string key) { return Get(std::move(key), Read::kFresh); }
  virtual Task<absl::StatusOr<Stored>> Get(std::string key, Read read) = 0;
  // In the order asked; keys may lie in different shards.
  Task<absl::StatusOr<std::vector<Stored>>> GetMany(std::vector<std::string> keys) {
    return GetMany(std::move(keys), Read::kFresh);
  }
  virtual Task<absl::StatusOr<std::vector<Stored>>> GetMany(std::vector<std::string> keys,
                                                            Read read) = 0;
  // The version of a record without its bytes; 0 when there is none. Tells cheaply whether a copy
  // in memory is still the newest.
  virtual Task<absl::StatusOr<uint64_t>> VersionOf(std::string key) = 0;
  virtual Task<absl::StatusOr<CommitOutcome>> Apply(Commit commit) = 0;

  // The answer of an earlier commit of the shard to this request; nullopt when there is none.
  virtual Task<absl::StatusOr<std::optional<CommitOutcome::Replay>>> FindAnswer(
      int shard, RequestKey request) = 0;
  // Puts the request's fingerprint down in the caller's shard, unless something stands there.
  virtual Task<absl::StatusOr<Marking>> MarkRequest(int shard, RequestKey request) = 0;
  // Takes back a mark that nothing came of. Answers, and marks of other payloads, stay.
  virtual Task<absl::Status> Unmark(int shard, RequestKey request) = 0;

  // Adds to a counter with a life time counted from its first increment; answers it as it is then.
  // For rate limits.
  virtual Task<absl::StatusOr<Counted>> Increment(std::string key, Millis ttl) = 0;
  // Takes an increment back.
  virtual Task<absl::Status> Decrement(std::string key, Millis ttl) = 0;
  // The same without adding; 0 where there is no such counter.
  virtual Task<absl::StatusOr<Counted>> ReadCounter(std::string key) = 0;

  // Members with score in [min, max], ascending (or descending with reverse), skipping `offset`, at
  // most `limit`.
  struct Range {
    double min = -1e300;
    double max = 1e300;
    bool reverse = false;
    int64_t offset = 0;
    int64_t limit = 100;
  };
  virtual Task<absl::StatusOr<std::vector<ScoredMember>>> RangeIndex(std::string key,
                                                                     Range range) = 0;
  // The members of an index; with `min`: those with a score of at least that.
  Task<absl::StatusOr<int64_t>> IndexSize(std::string key) {
    return IndexSize(std::move(key), Range().min);
  }
  virtual Task<absl::StatusOr<int64_t>> IndexSize(std::string key, double min) = 0;

  // Waits a little before a commit that conflicted is decided again: longer, and at random,
  // with each attempt (1, 2, …).
  virtual Task<void> Backoff(int attempt) = 0;

  // In the order asked; nullopt where a field does not exist.
  virtual Task<absl::StatusOr<std::vector<std::optional<std::string>>>> GetFields(
      std::string key, std::vector<std::string> fields) = 0;
  // All fields. Unordered: sort what you show.
  virtual Task<absl::StatusOr<std::vector<std::pair<std::string, std::string>>>> ListFields(
      std::string key) = 0;

  // Entries of a stream strictly after `after` (or strictly before it, newest first, with reverse);
  // empty: from the start (the end).
  virtual Task<absl::StatusOr<std::vector<StreamEntry>>> ReadStream(std::string key,
                                                                    std::string after, bool reverse,
                                                                    int64_t limit) = 0;

  // Takes at most `limit` timers due at `now`: each stays hidden for `lease`, and comes back unless
  // the commit that handles it clears (or moves) it.
  virtual Task<absl::StatusOr<std::vector<DueTimer>>> TakeDueTimers(int shard, Time now,
                                                                    Millis lease, int limit) = 0;
  // When the next timer of the shard is due, leased ones at the end of their lease.
  virtual Task<absl::StatusOr<std::optional<Time>>> NextTimer(int shard) = 0;
  // The same for every shard, in one round trip.
  virtual Task<absl::StatusOr<std::vector<std::optional<Time>>>> NextTimers() = 0;
  // Called with each timer that a commit of this process has set, or may have. There is one
  // watcher: a new one takes its place, an empty one ends it.
  using TimerWatcher = std::function<void(int shard, Time due)>;
  void WatchTimers(TimerWatcher watcher) { timer_watcher_ = std::move(watcher); }

 protected:
  // By Apply, once the commit is applied or may be.
  void TellOfTimers(const Commit& commit) const;

 private:
  TimerWatcher timer_watcher_;
};

}  // namespace baodao::store
