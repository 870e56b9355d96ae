// Tasks with their people as this replica last read or wrote them. Only ever a first guess: every
// decision taken on it is checked by the commit's version, and no refusal is final on it.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "common/containers/string_map.h"
#include "services/dispatch/domain/aggregate.h"

namespace baodao::dispatch {

struct Loaded {
  uint64_t version = 0;  // of the record in the store
  v1::TaskRecord record;
  // Those read so far; everybody when IsComplete.
  People people;

  // Whether whoever is not in `people` has no assignment.
  bool IsComplete() const { return static_cast<int>(people.size()) >= record.people_count(); }
};

// Loop thread only. Bounded by tasks and by their people together; the longest unused go first.
class TaskCache {
 public:
  explicit TaskCache(size_t max_weight) : max_weight_(max_weight) {}

  // nullptr when not held. The object may be changed through the pointer by the batch of the task
  // that is under way.
  std::shared_ptr<Loaded> Find(std::string_view task_id);
  void Put(std::shared_ptr<Loaded> loaded);
  void Forget(std::string_view task_id);
  size_t size() const { return by_id_.size(); }

 private:
  struct Slot {
    std::shared_ptr<Loaded> loaded;
    size_t weight = 0;
  };
  using Slots = std::list<Slot>;  // most recently used first

  void Drop(Slots::iterator slot);

  size_t max_weight_;
  size_t weight_ = 0;
  Slots slots_;
  StringMap<Slots::iterator> by_id_;
};

}  // namespace baodao::dispatch
