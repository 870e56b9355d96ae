// Records as this process last wrote or read them, for Read::kRecent.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/store/commit.h"

namespace baodao::store {

// Bounded by the number of records and, at 4 KB each on average, by their bytes; the longest unused
// go first. One loop.
class RecordCache {
 public:
  explicit RecordCache(size_t capacity) : capacity_(capacity) {}

  std::optional<Stored> Find(const std::string& key);
  // What was read: only refreshes what is here already and older.
  void Refresh(const std::string& key, const Stored& stored);
  // A commit that was applied: keeps its records, forgets what it deleted. Takes the bytes.
  void Applied(Commit&& commit);
  // A commit that conflicted, or whose outcome is not known: forgets all it touched.
  void Doubted(const Commit& commit);

  size_t size() const { return records_.size(); }
  uint64_t hits() const { return hits_; }
  uint64_t misses() const { return misses_; }

 private:
  struct Record {
    std::string key;
    Stored stored;
  };
  using Position = std::list<Record>::iterator;

  void Put(std::string key, uint64_t version, std::string bytes);
  void Forget(const std::string& key);
  void Evict();

  size_t capacity_;
  std::list<Record> records_;                              // most recently used first
  std::unordered_map<std::string_view, Position> by_key_;  // views of Record::key
  size_t bytes_ = 0;
  uint64_t hits_ = 0;
  uint64_t misses_ = 0;
};

}  // namespace baodao::store
