// The rest of MemoryStore: indexes, fields, streams, timers.
#include <algorithm>
#include <iterator>
#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/store/memory_store.h"

namespace baodao::store {
namespace {

double ScoreOf(Time time) { return static_cast<double>(time.time_since_epoch().count()); }
Time ToTime(double score) { return Time(Millis(static_cast<int64_t>(score))); }

std::vector<ScoredMember> Cut(const MemoryData::Index& index, const Store::Range& range) {
  std::vector<ScoredMember> found;
  for (auto entry = index.order.lower_bound({range.min, ""});
       entry != index.order.end() && entry->first <= range.max; ++entry) {
    found.push_back({entry->second, entry->first});
  }
  if (range.reverse) std::reverse(found.begin(), found.end());
  const auto size = static_cast<int64_t>(found.size());
  const auto from = std::clamp<int64_t>(range.offset, 0, size);
  const auto to = std::min(size, from + std::max<int64_t>(range.limit, 0));
  return {std::make_move_iterator(found.begin() + from),
          std::make_move_iterator(found.begin() + to)};
}

std::optional<Time> FirstDue(const MemoryData::Index* timers) {
  if (timers == nullptr || timers->order.empty()) return std::nullopt;
  return ToTime(timers->order.begin()->first);
}

}  // namespace

Task<absl::StatusOr<std::vector<ScoredMember>>> MemoryStore::RangeIndex(std::string key,
                                                                        Range range) {
  std::function<std::vector<ScoredMember>()> effect = [&]() -> std::vector<ScoredMember> {
    const MemoryData::Index* const index = data_.FindIndex(key);
    if (index == nullptr) return {};
    return Cut(*index, range);
  };
  co_return co_await Run("RangeIndex", key, std::move(effect));
}

Task<absl::StatusOr<int64_t>> MemoryStore::IndexSize(std::string key, double min) {
  std::function<int64_t()> effect = [&]() -> int64_t {
    const MemoryData::Index* const index = data_.FindIndex(key);
    if (index == nullptr) return 0;
    return std::distance(index->order.lower_bound({min, ""}), index->order.end());
  };
  co_return co_await Run("IndexSize", key, std::move(effect));
}

Task<absl::StatusOr<std::vector<std::optional<std::string>>>> MemoryStore::GetFields(
    std::string key, std::vector<std::string> fields) {
  std::function<std::vector<std::optional<std::string>>()> effect = [&] {
    std::vector<std::optional<std::string>> values(fields.size());
    const MemoryData::Hash* const hash = data_.FindHash(key);
    for (size_t i = 0; hash != nullptr && i < fields.size(); ++i) {
      const auto found = hash->find(fields[i]);
      if (found != hash->end()) values[i] = found->second;
    }
    return values;
  };
  co_return co_await Run("GetFields", key, std::move(effect));
}

Task<absl::StatusOr<std::vector<std::pair<std::string, std::string>>>> MemoryStore::ListFields(
    std::string key) {
  using Fields = std::vector<std::pair<std::string, std::string>>;
  std::function<Fields()> effect = [&]() -> Fields {
    const MemoryData::Hash* const hash = data_.FindHash(key);
    if (hash == nullptr) return {};
    return Fields(hash->begin(), hash->end());
  };
  co_return co_await Run("ListFields", key, std::move(effect));
}

Task<absl::StatusOr<std::vector<StreamEntry>>> MemoryStore::ReadStream(std::string key,
                                                                       std::string after,
                                                                       bool reverse,
                                                                       int64_t limit) {
  std::function<std::vector<StreamEntry>()> effect = [&] {
    std::vector<StreamEntry> found;
    const MemoryData::Stream* const stream = data_.FindStream(key);
    if (stream == nullptr) return found;
    const auto full = [&] { return static_cast<int64_t>(found.size()) >= limit; };
    const auto before = [](const StreamEntry& entry, const std::string& id) {
      return StreamIdLess(entry.id, id);
    };
    const auto& entries = stream->entries;
    // The first entry not before `after`.
    auto at = std::lower_bound(entries.begin(), entries.end(), after, before);
    if (reverse) {
      if (after.empty()) at = entries.end();
      while (at != entries.begin() && !full()) found.push_back(*--at);
    } else {
      if (at != entries.end() && at->id == after) ++at;
      for (; at != entries.end() && !full(); ++at) found.push_back(*at);
    }
    return found;
  };
  co_return co_await Run("ReadStream", key, std::move(effect));
}

Task<absl::StatusOr<std::vector<DueTimer>>> MemoryStore::TakeDueTimers(int shard, Time now,
                                                                       Millis lease, int limit) {
  const std::string key = keys_.Timers(shard);
  std::function<std::vector<DueTimer>()> effect = [&] {
    std::vector<DueTimer> due;
    const MemoryData::Index* const timers = data_.FindIndex(key);
    if (timers == nullptr) return due;
    Range range;
    range.max = ScoreOf(now);
    range.limit = std::clamp(limit, 1, 1000);
    for (ScoredMember& timer : Cut(*timers, range)) {
      data_.IndexAdd(key, ScoreOf(now + lease), timer.member);
      due.push_back({std::move(timer.member), ToTime(timer.score)});
    }
    return due;
  };
  co_return co_await Run("TakeDueTimers", key, std::move(effect));
}

Task<absl::StatusOr<std::optional<Time>>> MemoryStore::NextTimer(int shard) {
  const std::string key = keys_.Timers(shard);
  std::function<std::optional<Time>()> effect = [&] { return FirstDue(data_.FindIndex(key)); };
  co_return co_await Run("NextTimer", key, std::move(effect));
}

Task<absl::StatusOr<std::vector<std::optional<Time>>>> MemoryStore::NextTimers() {
  std::function<std::vector<std::optional<Time>>()> effect = [&] {
    std::vector<std::optional<Time>> next;
    next.reserve(static_cast<size_t>(shards()));
    for (int shard = 0; shard < shards(); ++shard) {
      next.push_back(FirstDue(data_.FindIndex(keys_.Timers(shard))));
    }
    return next;
  };
  co_return co_await Run("NextTimers", "", std::move(effect));
}

}  // namespace baodao::store
