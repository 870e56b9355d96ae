#include "services/dispatch/store/task_cache.h"

#include <utility>

namespace baodao::dispatch {
namespace {

// A task's record weighs about as much as ten assignments.
constexpr size_t kTaskWeight = 10;

}  // namespace

std::shared_ptr<Loaded> TaskCache::Find(std::string_view task_id) {
  const auto it = by_id_.find(task_id);
  if (it == by_id_.end()) return nullptr;
  slots_.splice(slots_.begin(), slots_, it->second);
  return it->second->loaded;
}

void TaskCache::Put(std::shared_ptr<Loaded> loaded) {
  const std::string& id = loaded->record.task().task_id();
  Forget(id);
  Slot slot{std::move(loaded), 0};
  slot.weight = kTaskWeight + slot.loaded->people.size();
  weight_ += slot.weight;
  slots_.push_front(std::move(slot));
  by_id_[slots_.front().loaded->record.task().task_id()] = slots_.begin();
  while (weight_ > max_weight_ && slots_.size() > 1) Drop(std::prev(slots_.end()));
}

void TaskCache::Forget(std::string_view task_id) {
  const auto it = by_id_.find(task_id);
  if (it != by_id_.end()) Drop(it->second);
}

void TaskCache::Drop(Slots::iterator slot) {
  weight_ -= slot->weight;
  by_id_.erase(slot->loaded->record.task().task_id());
  slots_.erase(slot);
}

}  // namespace baodao::dispatch
