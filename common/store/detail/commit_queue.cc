#include "common/store/detail/commit_queue.h"

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/post.hpp>
#include <utility>

#include "common/redis/errors.h"
#include "common/store/detail/functions.h"
#include "common/store/detail/wire.h"

namespace baodao::store::detail {

struct CommitQueue::Core : std::enable_shared_from_this<Core> {
  Core(asio::io_context& loop, redis::Client& client, const Keys& keys, bool by_shard, int combined,
       Millis timeout)
      : loop(loop),
        client(client),
        keys(keys),
        by_shard(by_shard),
        combined(static_cast<size_t>(std::max(combined, 1))),
        timeout(timeout) {}

  asio::io_context& loop;
  redis::Client& client;
  Keys keys;
  bool by_shard;
  size_t combined;
  Millis timeout;
  bool closed = false;
  std::map<int, Callers> waiting;  // by lane: a shard, or 0 for all
};

CommitQueue::CommitQueue(asio::io_context& loop, redis::Client& client, const Keys& keys,
                         bool by_shard, int combined, Millis timeout)
    : core_(std::make_shared<Core>(loop, client, keys, by_shard, combined, timeout)) {}

CommitQueue::~CommitQueue() { core_->closed = true; }

Task<absl::StatusOr<CommitOutcome>> CommitQueue::Apply(const Commit& commit) {
  Outcome result = absl::InternalError("not sent");
  const int lane = core_->by_shard ? commit.shard() : 0;
  // The first one of a turn has the others of that turn join it. (No reference to the core is kept
  // in this frame: the core holds the handler, and that holds the frame.)
  const auto initiate = [core = core_.get(), commit = &commit, result = &result,
                         lane](Handler handler) {
    Callers& callers = core->waiting[lane];
    callers.push_back({commit, result, std::make_unique<Handler>(std::move(handler))});
    if (callers.size() > 1) return;
    asio::co_spawn(core->loop, Flush(core->shared_from_this(), lane), asio::detached);
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(initiate, kAwait);
  co_return result;
}

Task<void> CommitQueue::Flush(std::shared_ptr<Core> core, int lane) {
  co_await asio::post(core->loop, kAwait);
  Callers callers = std::exchange(core->waiting[lane], {});
  while (callers.size() > core->combined) {
    const auto rest = callers.begin() + static_cast<ptrdiff_t>(core->combined);
    Callers part(std::make_move_iterator(callers.begin()), std::make_move_iterator(rest));
    callers.erase(callers.begin(), rest);
    asio::co_spawn(core->loop, Send(core, std::move(part)), asio::detached);
  }
  co_await Send(core, std::move(callers));
}

Task<absl::StatusOr<redis::Reply>> CommitQueue::Call(std::shared_ptr<Core> core, Callers* callers) {
  if (core->closed) co_return absl::UnavailableError("the store was closed");
  Wire wire(core->keys);
  for (const Caller& caller : *callers) wire.Add(*caller.commit);
  redis::Options options;
  options.timeout = core->timeout;
  redis::Command command = wire.Build();
  co_return co_await core->client.Call(std::move(command), options);
}

Task<void> CommitQueue::Send(std::shared_ptr<Core> core, Callers callers) {
  absl::StatusOr<redis::Reply> reply = co_await Call(core, &callers);
  if (!reply.ok() && redis::IsFunctionMissing(reply.status()) && !core->closed) {
    absl::Status loaded = co_await LoadFunctions(core->client);
    if (loaded.ok()) {
      reply = co_await Call(core, &callers);
    } else {
      reply = loaded;
    }
  }
  for (size_t i = 0; i < callers.size(); ++i) {
    const Caller& caller = callers[i];
    if (reply.ok()) {
      *caller.result = ParseOutcome(*reply, i, *caller.commit);
    } else {
      *caller.result = reply.status();
    }
  }
  for (Caller& caller : callers) asio::post(core->loop, std::move(*caller.handler));
}

}  // namespace baodao::store::detail
