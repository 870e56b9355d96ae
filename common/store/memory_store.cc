#include "common/store/memory_store.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <asio/post.hpp>
#include <asio/this_coro.hpp>
#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/store/detail/binary.h"
#include "common/store/detail/wire.h"

namespace baodao::store {
namespace {

// Nothing else can conflict.
bool ExpectsVersions(const Commit& commit) {
  return !commit.checks().empty() ||
         std::ranges::any_of(commit.writes(), [](const Commit::Write& write) {
           return write.op == Commit::Op::kPut || write.op == Commit::Op::kDelete;
         });
}

}  // namespace

MemoryStore::MemoryStore(Keys keys, MemoryData& data, Clock& clock, size_t cached_records)
    : keys_(std::move(keys)), data_(data), clock_(clock), cache_(cached_records) {}

Task<absl::StatusOr<Fault>> MemoryStore::Enter(std::string_view method, std::string key) {
  if (!hook_) co_return Fault{};
  const Fault fault = hook_(method, key);
  if (fault.delay > Millis::zero()) {
    co_await clock_.SleepFor(fault.delay);
  } else if (fault.yield) {
    co_await asio::post(co_await asio::this_coro::executor, kAwait);
  }
  if (fault.fail_before) co_return Refuse(Reason::STORE_UNAVAILABLE);
  co_return fault;
}

Task<absl::StatusOr<Stored>> MemoryStore::Get(std::string key, Read read) {
  if (read == Read::kRecent) {
    if (std::optional<Stored> found = cache_.Find(key)) co_return *std::move(found);
  }
  std::function<Stored()> effect = [&] { return data_.ReadRecord(key, clock_.Now()); };
  absl::StatusOr<Stored> stored = co_await Run("Get", key, std::move(effect));
  if (stored.ok()) cache_.Refresh(key, *stored);
  co_return stored;
}

Task<absl::StatusOr<std::vector<Stored>>> MemoryStore::GetMany(std::vector<std::string> keys,
                                                               Read read) {
  std::function<std::vector<Stored>()> effect = [&] {
    std::vector<Stored> result;
    for (const std::string& key : keys) {
      std::optional<Stored> found;
      if (read == Read::kRecent) found = cache_.Find(key);
      if (!found) {
        found = data_.ReadRecord(key, clock_.Now());
        cache_.Refresh(key, *found);
      }
      result.push_back(*std::move(found));
    }
    return result;
  };
  std::string first = keys.empty() ? std::string() : keys.front();
  co_return co_await Run("GetMany", std::move(first), std::move(effect));
}

Task<absl::StatusOr<uint64_t>> MemoryStore::VersionOf(std::string key) {
  std::function<uint64_t()> effect = [&] { return data_.ReadRecord(key, clock_.Now()).version; };
  co_return co_await Run("VersionOf", key, std::move(effect));
}

Task<absl::StatusOr<CommitOutcome>> MemoryStore::Apply(Commit commit) {
  CO_RETURN_IF_ERROR(detail::CheckCommit(commit));
  if (commit.empty()) co_return CommitOutcome{};
  std::string first = commit.writes().empty() ? std::string() : commit.writes().front().key;
  absl::StatusOr<Fault> fault = co_await Enter("Apply", std::move(first));
  if (!fault.ok()) {
    cache_.Doubted(commit);
    co_return fault.status();
  }
  CommitOutcome outcome;
  if (fault->conflict && ExpectsVersions(commit)) {
    outcome.kind = CommitOutcome::Kind::kConflict;
  } else {
    outcome = data_.Apply(commit, keys_, clock_.Now());
    if (fault->twice) data_.Apply(commit, keys_, clock_.Now());
  }
  if (outcome.kind == CommitOutcome::Kind::kApplied) TellOfTimers(commit);
  if (fault->fail_after || outcome.kind == CommitOutcome::Kind::kConflict) {
    cache_.Doubted(commit);
  } else if (outcome.kind == CommitOutcome::Kind::kApplied) {
    cache_.Applied(std::move(commit));
  }
  if (fault->fail_after) co_return Refuse(Reason::STORE_UNAVAILABLE);
  co_return outcome;
}

Task<absl::StatusOr<std::optional<CommitOutcome::Replay>>> MemoryStore::FindAnswer(
    int shard, RequestKey request) {
  const std::string key = keys_.Answer(shard, request.caller, request.request_id);
  using Found = std::optional<CommitOutcome::Replay>;
  std::function<Found()> effect = [&]() -> Found {
    const std::optional<std::string> kept = data_.ReadText(key, clock_.Now());
    if (!kept) return std::nullopt;
    CommitOutcome::Replay replay = detail::ParseReplay(0, request.fingerprint, *kept);
    if (replay.same_payload && detail::IsMark(*kept)) return std::nullopt;
    return replay;
  };
  co_return co_await Run("FindAnswer", key, std::move(effect));
}

Task<absl::StatusOr<Marking>> MemoryStore::MarkRequest(int shard, RequestKey request) {
  const std::string key = keys_.Answer(shard, request.caller, request.request_id);
  std::function<Marking()> effect = [&] {
    const std::optional<std::string> kept = data_.ReadText(key, clock_.Now());
    if (kept) return detail::MarkingOf(*kept, request.fingerprint);
    data_.WriteText(key, detail::Fixed64(request.fingerprint), clock_.Now() + detail::kAnswerTtl);
    return Marking::kNew;
  };
  co_return co_await Run("MarkRequest", key, std::move(effect));
}

Task<absl::Status> MemoryStore::Unmark(int shard, RequestKey request) {
  const std::string key = keys_.Answer(shard, request.caller, request.request_id);
  std::function<bool()> effect = [&] {
    const bool mark = data_.ReadText(key, clock_.Now()) == detail::Fixed64(request.fingerprint);
    if (mark) data_.RemoveText(key);
    return mark;
  };
  co_return (co_await Run("Unmark", key, std::move(effect))).status();
}

Counted MemoryStore::CounterAt(const std::string& key) {
  Counted counted;
  const std::optional<std::string> kept = data_.ReadText(key, clock_.Now());
  if (!kept || !absl::SimpleAtoi(*kept, &counted.value)) return counted;
  if (const std::optional<Time> end = data_.ExpiryOf(key)) counted.left = *end - clock_.Now();
  return counted;
}

Task<absl::StatusOr<Counted>> MemoryStore::Increment(std::string key, Millis ttl) {
  std::function<Counted()> effect = [&] {
    Counted counted = CounterAt(key);
    if (counted.left == Millis(0)) counted.left = ttl;
    data_.WriteText(key, absl::StrCat(++counted.value), clock_.Now() + counted.left);
    return counted;
  };
  co_return co_await Run("Increment", key, std::move(effect));
}

Task<absl::Status> MemoryStore::Decrement(std::string key, Millis ttl) {
  std::function<bool()> effect = [&] {
    const Counted counted = CounterAt(key);
    const Millis left = counted.left == Millis(0) ? ttl : counted.left;
    data_.WriteText(key, absl::StrCat(counted.value - 1), clock_.Now() + left);
    return true;
  };
  co_return (co_await Run("Decrement", key, std::move(effect))).status();
}

Task<absl::StatusOr<Counted>> MemoryStore::ReadCounter(std::string key) {
  std::function<Counted()> effect = [&] { return CounterAt(key); };
  co_return co_await Run("ReadCounter", key, std::move(effect));
}

Task<void> MemoryStore::Backoff(int) {
  co_await asio::post(co_await asio::this_coro::executor, kAwait);
}

}  // namespace baodao::store
