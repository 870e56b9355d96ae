#include "common/store/redis_store.h"

#include <algorithm>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <map>
#include <utility>

#include "common/crypto/random.h"
#include "common/redis/errors.h"
#include "common/redis/slot.h"
#include "common/status/macros.h"
#include "common/store/detail/binary.h"
#include "common/store/detail/commit_queue.h"
#include "common/store/detail/errors.h"
#include "common/store/detail/functions.h"
#include "common/store/detail/wire.h"

namespace baodao::store {
namespace {

constexpr int kMaxBackoffMs = 64;

Task<absl::StatusOr<bool>> IsCluster(redis::Client& client) {
  redis::Command command = redis::Command::Any("INFO", "server");
  absl::StatusOr<redis::Reply> reply = co_await client.Call(std::move(command));
  if (!reply.ok()) co_return detail::StoreError(reply.status());
  co_return reply->text.find("redis_mode:cluster") != std::string::npos;
}

}  // namespace

RedisStore::RedisStore(asio::io_context& loop, redis::Client& client, Keys keys, Options options,
                       bool cluster)
    : client_(client),
      keys_(std::move(keys)),
      options_(options),
      cache_(options.cached_records),
      commits_(std::make_unique<detail::CommitQueue>(loop, client, keys_, cluster,
                                                     options.combined_commits, options.timeout)) {}

RedisStore::~RedisStore() = default;

Task<absl::StatusOr<std::unique_ptr<RedisStore>>> RedisStore::Open(asio::io_context& loop,
                                                                   redis::Client& client, Keys keys,
                                                                   Options options) {
  absl::Status loaded = co_await detail::LoadFunctions(client);
  if (!loaded.ok()) co_return detail::StoreError(loaded);
  CO_ASSIGN_OR_RETURN(const bool cluster, co_await IsCluster(client));
  co_return std::unique_ptr<RedisStore>(
      new RedisStore(loop, client, std::move(keys), options, cluster));
}

Task<absl::StatusOr<redis::Reply>> RedisStore::Call(redis::Command command) {
  redis::Options options;
  options.timeout = options_.timeout;
  absl::StatusOr<redis::Reply> reply = co_await client_.Call(std::move(command), options);
  if (!reply.ok()) co_return detail::StoreError(reply.status());
  co_return reply;
}

Task<std::vector<absl::StatusOr<redis::Reply>>> RedisStore::CallEach(
    std::vector<redis::Command> commands) {
  redis::Options options;
  options.timeout = options_.timeout;
  std::vector<absl::StatusOr<redis::Reply>> replies =
      co_await client_.CallEach(std::move(commands), options);
  for (absl::StatusOr<redis::Reply>& reply : replies) {
    if (!reply.ok()) reply = detail::StoreError(reply.status());
  }
  co_return replies;
}

Task<absl::StatusOr<Stored>> RedisStore::Get(std::string key, Read read) {
  if (read == Read::kRecent) {
    if (std::optional<Stored> found = cache_.Find(key)) co_return *std::move(found);
  }
  redis::Command command = redis::Command::On(key, "GET", key);
  CO_ASSIGN_OR_RETURN(const redis::Reply reply, co_await Call(std::move(command)));
  Stored stored = detail::ParseRecord(reply.text);
  cache_.Refresh(key, stored);
  co_return stored;
}

Task<absl::StatusOr<std::vector<Stored>>> RedisStore::GetMany(std::vector<std::string> keys,
                                                              Read read) {
  std::vector<Stored> result(keys.size());
  // Those that memory does not have. Keys of a shard lie in one slot: one command asks for them.
  std::map<uint16_t, std::vector<size_t>> asked;
  for (size_t i = 0; i < keys.size(); ++i) {
    std::optional<Stored> found;
    if (read == Read::kRecent) found = cache_.Find(keys[i]);
    if (found) {
      result[i] = *std::move(found);
    } else {
      asked[redis::KeySlot(keys[i])].push_back(i);
    }
  }
  if (asked.empty()) co_return result;
  std::vector<redis::Command> commands;
  for (const auto& [slot, places] : asked) {
    redis::Command& command = commands.emplace_back(keys[places.front()]);
    command.Add("MGET");
    for (const size_t i : places) command.Add(keys[i]);
  }
  std::vector<absl::StatusOr<redis::Reply>> replies = co_await CallEach(std::move(commands));
  auto reply = replies.begin();
  for (const auto& [slot, places] : asked) {
    CO_RETURN_IF_ERROR(reply->status());
    for (size_t j = 0; j < places.size(); ++j) {
      Stored& stored = result[places[j]];
      stored = detail::ParseRecord((*reply)->items.at(j).text);
      cache_.Refresh(keys[places[j]], stored);
    }
    ++reply;
  }
  co_return result;
}

Task<absl::StatusOr<uint64_t>> RedisStore::VersionOf(std::string key) {
  redis::Command command = redis::Command::On(key, "GETRANGE", key, 0, 7);
  CO_ASSIGN_OR_RETURN(const redis::Reply reply, co_await Call(std::move(command)));
  co_return detail::ParseRecord(reply.text).version;
}

Task<absl::StatusOr<CommitOutcome>> RedisStore::Apply(Commit commit) {
  CO_RETURN_IF_ERROR(detail::CheckCommit(commit));
  if (commit.empty()) co_return CommitOutcome{};
  absl::StatusOr<CommitOutcome> outcome = co_await commits_->Apply(commit);
  if (!outcome.ok()) {
    TellOfTimers(commit);
    cache_.Doubted(commit);
    co_return detail::StoreError(outcome.status());
  }
  if (outcome->kind == CommitOutcome::Kind::kApplied) {
    TellOfTimers(commit);
    cache_.Applied(std::move(commit));
  } else if (outcome->kind == CommitOutcome::Kind::kConflict) {
    cache_.Doubted(commit);
  }
  co_return outcome;
}

Task<absl::StatusOr<std::optional<CommitOutcome::Replay>>> RedisStore::FindAnswer(
    int shard, RequestKey request) {
  const std::string key = keys_.Answer(shard, request.caller, request.request_id);
  redis::Command command = redis::Command::On(key, "GET", key);
  CO_ASSIGN_OR_RETURN(const redis::Reply reply, co_await Call(std::move(command)));
  if (reply.IsNil()) co_return std::nullopt;
  CommitOutcome::Replay replay = detail::ParseReplay(0, request.fingerprint, reply.text);
  if (replay.same_payload && detail::IsMark(reply.text)) co_return std::nullopt;
  co_return replay;
}

Task<absl::StatusOr<Marking>> RedisStore::MarkRequest(int shard, RequestKey request) {
  const std::string key = keys_.Answer(shard, request.caller, request.request_id);
  redis::Command command = redis::Command::On(key, "SET", key, detail::Fixed64(request.fingerprint),
                                              "NX", "GET", "PX", detail::kAnswerTtl.count());
  CO_ASSIGN_OR_RETURN(const redis::Reply reply, co_await Call(std::move(command)));
  if (reply.IsNil()) co_return Marking::kNew;
  co_return detail::MarkingOf(reply.text, request.fingerprint);
}

Task<absl::Status> RedisStore::Unmark(int shard, RequestKey request) {
  const std::string key = keys_.Answer(shard, request.caller, request.request_id);
  redis::Command command = redis::Command::On(key, "FCALL", detail::kUnmarkFunction, 1, key,
                                              detail::Fixed64(request.fingerprint));
  co_return (co_await CallFunction(std::move(command))).status();
}

Task<absl::StatusOr<redis::Reply>> RedisStore::CallFunction(redis::Command command) {
  redis::Options options;
  options.timeout = options_.timeout;
  redis::Command again = command;
  absl::StatusOr<redis::Reply> reply = co_await client_.Call(std::move(command), options);
  if (!reply.ok() && redis::IsFunctionMissing(reply.status())) {
    absl::Status loaded = co_await detail::LoadFunctions(client_);
    if (!loaded.ok()) co_return detail::StoreError(loaded);
    reply = co_await client_.Call(std::move(again), options);
  }
  if (!reply.ok()) co_return detail::StoreError(reply.status());
  co_return reply;
}

Task<void> RedisStore::Backoff(int attempt) {
  const int limit = std::min(kMaxBackoffMs, 1 << std::clamp(attempt, 1, 10));
  const auto ms = crypto::RandomBits() % static_cast<uint64_t>(limit * 1000);
  asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::microseconds(ms));
  co_await timer.async_wait(kAwait);
}

}  // namespace baodao::store
