#include "common/store/record_cache.h"

#include <utility>

namespace baodao::store {
namespace {

constexpr size_t kBytesPerRecord = 4096;

}  // namespace

std::optional<Stored> RecordCache::Find(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) {
    ++misses_;
    return std::nullopt;
  }
  ++hits_;
  records_.splice(records_.begin(), records_, found->second);
  return found->second->stored;
}

void RecordCache::Refresh(const std::string& key, const Stored& stored) {
  if (capacity_ == 0) return;
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  if (!stored.exists()) {
    Forget(key);
  } else if (stored.version > found->second->stored.version) {
    Put(key, stored.version, stored.bytes);
  }
}

void RecordCache::Applied(Commit&& commit) {
  if (capacity_ == 0) return;
  for (Commit::Write& write : commit.writes_) {
    if (write.op == Commit::Op::kPut) {
      Put(std::move(write.key), write.version, std::move(write.bytes));
    } else if (write.op == Commit::Op::kDelete) {
      Forget(write.key);
    }
  }
}

void RecordCache::Doubted(const Commit& commit) {
  if (capacity_ == 0) return;
  for (const Commit::Write& write : commit.writes()) {
    if (write.op == Commit::Op::kPut || write.op == Commit::Op::kDelete) Forget(write.key);
  }
  for (const Commit::Check& check : commit.checks()) Forget(check.key);
}

void RecordCache::Put(std::string key, uint64_t version, std::string bytes) {
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) {
    // Answers of overlapping commits may be handled in another order than they were applied.
    Stored& stored = found->second->stored;
    if (version < stored.version) return;
    bytes_ += bytes.size();
    bytes_ -= stored.bytes.size();
    stored = {version, std::move(bytes)};
    records_.splice(records_.begin(), records_, found->second);
  } else {
    bytes_ += bytes.size();
    records_.push_front({std::move(key), {version, std::move(bytes)}});
    by_key_.emplace(records_.front().key, records_.begin());
  }
  Evict();
}

void RecordCache::Forget(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  const Position position = found->second;
  by_key_.erase(found);
  bytes_ -= position->stored.bytes.size();
  records_.erase(position);
}

void RecordCache::Evict() {
  while (!records_.empty() &&
         (records_.size() > capacity_ || bytes_ > capacity_ * kBytesPerRecord)) {
    Forget(std::string(records_.back().key));
  }
}

}  // namespace baodao::store
