#include "common/store/record_cache.h"

#include <utility>

namespace baodao::store {
namespace {

constexpr size_t kBytesPerRecord = 4096;

}  // namespace

RecordCache::RecordCache(size_t capacity)
    : max_bytes_(capacity * kBytesPerRecord), records_(capacity, max_bytes_) {}

std::optional<Stored> RecordCache::Find(const std::string& key) {
  const Stored* const known = records_.Find(key);
  return known == nullptr ? std::nullopt : std::optional(*known);
}

void RecordCache::Refresh(const std::string& key, const Stored& stored) {
  const Stored* const known = records_.Peek(key);
  if (known == nullptr) return;
  if (!stored.exists()) {
    records_.Erase(key);
  } else if (known->version < stored.version) {  // Put copies the bytes
    Put(key, stored);
  }
}

void RecordCache::Applied(Commit&& commit) {
  for (Commit::Write& write : commit.writes_) {
    if (write.op == Commit::Op::kPut) {
      Put(write.key, {write.version, std::move(write.bytes)});
    } else if (write.op == Commit::Op::kDelete) {
      records_.Erase(write.key);
    }
  }
}

void RecordCache::Doubted(const Commit& commit) {
  for (const Commit::Write& write : commit.writes()) {
    if (write.op == Commit::Op::kPut || write.op == Commit::Op::kDelete) records_.Erase(write.key);
  }
  for (const Commit::Check& check : commit.checks()) records_.Erase(check.key);
}

void RecordCache::Put(const std::string& key, Stored stored) {
  // Answers of overlapping commits may be handled in another order than they were applied.
  const Stored* const known = records_.Peek(key);
  if (known != nullptr && known->version >= stored.version) return;
  const size_t bytes = stored.bytes.size();
  if (bytes > max_bytes_ || max_bytes_ == 0) {
    records_.Erase(key);
  } else {
    records_.Put(key, std::move(stored), bytes);
  }
}

}  // namespace baodao::store
