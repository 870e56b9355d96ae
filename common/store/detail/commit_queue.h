// Commits that are asked for in the same turn of the loop go to Redis in one call: the cost of a
// call there, and of its transaction in the append-only file, is shared.
#pragma once

#include <absl/status/statusor.h>

#include <asio/async_result.hpp>
#include <asio/io_context.hpp>
#include <asio/use_awaitable.hpp>
#include <map>
#include <memory>
#include <vector>

#include "common/async/task.h"
#include "common/redis/client.h"
#include "common/store/commit.h"
#include "common/store/keys.h"

namespace baodao::store::detail {

// One loop. Destroying it lets calls under way end; the client must outlive it.
class CommitQueue {
 public:
  // `by_shard`: commits of different shards go in different calls (Redis Cluster).
  CommitQueue(asio::io_context& loop, redis::Client& client, const Keys& keys, bool by_shard,
              int combined, Millis timeout);
  ~CommitQueue();

  // `commit` must live until it returns. Errors as redis::Client has them. Cannot be cancelled.
  Task<absl::StatusOr<CommitOutcome>> Apply(const Commit& commit);

 private:
  using Handler = asio::async_result<asio::use_awaitable_t<Executor>, void()>::handler_type;
  using Outcome = absl::StatusOr<CommitOutcome>;

  // A caller: commit and result lie in its frame, which lives as long as its handler does.
  struct Caller {
    const Commit* commit = nullptr;
    Outcome* result = nullptr;
    std::unique_ptr<Handler> handler;
  };
  using Callers = std::vector<Caller>;
  struct Core;

  static Task<void> Flush(std::shared_ptr<Core> core, int lane);
  static Task<void> Send(std::shared_ptr<Core> core, Callers callers);
  static Task<absl::StatusOr<redis::Reply>> Call(std::shared_ptr<Core> core, Callers* callers);

  std::shared_ptr<Core> core_;
};

}  // namespace baodao::store::detail
