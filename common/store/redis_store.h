// The store in Redis: standalone (Sentinel included) or Cluster, through one redis::Client.
#pragma once

#include <absl/status/statusor.h>

#include <asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "common/crypto/key_ring.h"
#include "common/redis/client.h"
#include "common/store/record_cache.h"
#include "common/store/store.h"

namespace baodao::store {

// The number of shards the data was first started with, kept in Redis for ever. `wanted` (1–1024)
// is put down at the first start; 0 takes what is there (16 when nothing is). Errors:
// FAILED_PRECONDITION when the data has another number of shards than wanted, UNAVAILABLE.
Task<absl::StatusOr<int>> OpenShards(redis::Client& client, int wanted);

// FAILED_PRECONDITION when the data was first written with a ring of another lookup key: nobody
// would be found by their phone, and everybody made anew. Adding keys to a ring changes nothing
// here.
Task<absl::Status> CheckRing(redis::Client& client, const crypto::KeyRing& ring);

namespace detail {
class CommitQueue;
}

class RedisStore final : public Store {
 public:
  struct Options {
    size_t cached_records = 10'000;  // for Read::kRecent; 0: none
    int combined_commits = 32;       // at most this many go in one call; 1: each by itself
    Millis timeout{2000};            // of one call
  };

  // Loads the functions on every primary. `client` outlives the store.
  static Task<absl::StatusOr<std::unique_ptr<RedisStore>>> Open(asio::io_context& loop,
                                                                redis::Client& client, Keys keys,
                                                                Options options);
  static Task<absl::StatusOr<std::unique_ptr<RedisStore>>> Open(asio::io_context& loop,
                                                                redis::Client& client, Keys keys) {
    return Open(loop, client, std::move(keys), Options());
  }
  ~RedisStore() override;

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
  RedisStore(asio::io_context& loop, redis::Client& client, Keys keys, Options options,
             bool cluster);

  Task<absl::StatusOr<redis::Reply>> Call(redis::Command command);
  // The same for a function of commit.lua: loads the functions first where they are missing.
  Task<absl::StatusOr<redis::Reply>> CallFunction(redis::Command command);
  Task<std::vector<absl::StatusOr<redis::Reply>>> CallEach(std::vector<redis::Command> commands);

  redis::Client& client_;
  Keys keys_;
  Options options_;
  RecordCache cache_;
  std::unique_ptr<detail::CommitQueue> commits_;
};

}  // namespace baodao::store
