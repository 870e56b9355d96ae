#include "services/dispatch/store/task_cache.h"

#include <utility>

namespace baodao::dispatch {
namespace {

// A task's record weighs about as much as ten assignments.
constexpr size_t kTaskWeight = 10;

}  // namespace

std::shared_ptr<Loaded> TaskCache::Find(std::string_view task_id) {
  const std::shared_ptr<Loaded>* const held = tasks_.Find(task_id);
  return held == nullptr ? nullptr : *held;
}

void TaskCache::Put(std::shared_ptr<Loaded> loaded) {
  const size_t weight = kTaskWeight + loaded->people.size();
  const std::string& id = loaded->record.task().task_id();
  tasks_.Put(id, std::move(loaded), weight);
}

}  // namespace baodao::dispatch
