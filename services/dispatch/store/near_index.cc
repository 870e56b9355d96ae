#include "services/dispatch/store/near_index.h"

#include "services/dispatch/domain/states.h"
#include "services/dispatch/domain/times.h"
#include "services/dispatch/store/indexes.h"

namespace baodao::dispatch {
void NearIndex::Apply(const std::string& task_id, const Sight& sight) {
  const auto held = places_.find(task_id);
  if (held != places_.end() && held->second.version > sight.version) return;
  if (!sight.claimable) {
    Drop(task_id);
  } else if (held != places_.end()) {
    held->second.version = sight.version;  // a task does not move
    held->second.until = sight.until;
  } else {
    const areas::PointIndex::Entry entry{areas::PointOf(sight.place), next_++};
    index_.Add(entry);
    const auto added = places_.emplace(task_id, Place{entry, sight.until, sight.version}).first;
    by_entry_[entry.id] = &*added;
  }
}

void NearIndex::Apply(const v1::Task& task) {
  Apply(task.task_id(), {task.place(), JoinUntil(task), task.version(), IsClaimable(task)});
}

void NearIndex::Apply(const events::v1::Event& event) {
  if (event.has_task_changed()) return Apply(event.task_changed().task());
  const auto apply = [this](const std::string& task_id, const events::v1::TaskBrief& brief) {
    const bool claimable = work::TakesPeople(brief) && work::FreeSlots(brief) > 0;
    Apply(task_id, {brief.place(), JoinUntil(brief), brief.version(), claimable});
  };
  if (event.has_assignment_changed()) {
    const auto& changed = event.assignment_changed();
    apply(changed.assignment().task_id(), changed.task());
  } else if (event.has_unit_claim_changed()) {
    const auto& changed = event.unit_claim_changed();
    apply(changed.claim().task_id(), changed.task());
  }
}

void NearIndex::Drop(const std::string& task_id) {
  const auto held = places_.find(task_id);
  if (held == places_.end()) return;
  index_.Remove(held->second.entry);
  by_entry_.erase(held->second.entry.id);
  places_.erase(held);
}

// Tasks that have started stay in the index until they end; they must not hide the others.
std::vector<NearIndex::Hit> NearIndex::Find(const common::v1::GeoPoint& point, double radius_m,
                                            int limit, Time now) const {
  const auto ahead = [&](int32_t entry) { return by_entry_.at(entry)->second.until > now; };
  std::vector<Hit> hits;
  for (const areas::PointIndex::Hit& hit :
       index_.Nearest(areas::PointOf(point), radius_m, static_cast<size_t>(limit), ahead)) {
    hits.push_back({by_entry_.at(hit.id)->first, hit.distance_m});
  }
  return hits;
}

}  // namespace baodao::dispatch
