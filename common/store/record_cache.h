// Records as this process last wrote or read them, for Read::kRecent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/containers/lru_cache.h"
#include "common/store/commit.h"

namespace baodao::store {

// Bounded by the number of records and, at 4 KB each on average, by their bytes; the longest unused
// go first. One loop.
class RecordCache {
 public:
  explicit RecordCache(size_t capacity);

  std::optional<Stored> Find(const std::string& key);
  // Takes over what was read, where an older version is held.
  void Refresh(const std::string& key, const Stored& stored);
  // A commit that was applied: keeps its records, forgets what it deleted. Takes the bytes.
  void Applied(Commit&& commit);
  // A commit that conflicted, or whose outcome is not known: forgets all it touched.
  void Doubted(const Commit& commit);

  size_t size() const { return records_.size(); }

 private:
  void Put(const std::string& key, Stored stored);

  size_t max_bytes_;  // 0: keeps nothing
  LruCache<Stored> records_;
};

}  // namespace baodao::store
