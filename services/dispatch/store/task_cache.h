// Tasks with their people as this replica last read or wrote them. Only ever a first guess: every
// decision taken on it is checked by the commit's version, and no refusal is final on it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/containers/lru_cache.h"
#include "services/dispatch/domain/aggregate.h"

namespace baodao::dispatch {

struct Loaded {
  uint64_t version = 0;  // of the record in the store
  v1::TaskRecord record;
  // Those read so far; everybody when IsComplete.
  People people;
  // Read from the archive: it cannot be changed any more.
  bool retired = false;

  // Whether whoever is not in `people` has no assignment.
  bool IsComplete() const { return static_cast<int>(people.size()) >= record.people_count(); }
};

// Loop thread only. Bounded by tasks and by their people together; the longest unused go first.
class TaskCache {
 public:
  explicit TaskCache(size_t max_weight) : tasks_(Cache::kUnbounded, max_weight) {}

  // nullptr when not held. The object may be changed through the pointer by the batch of the task
  // that is under way.
  std::shared_ptr<Loaded> Find(std::string_view task_id);
  void Put(std::shared_ptr<Loaded> loaded);
  void Forget(std::string_view task_id) { tasks_.Erase(task_id); }

 private:
  using Cache = LruCache<std::shared_ptr<Loaded>>;
  Cache tasks_;
};

}  // namespace baodao::dispatch
