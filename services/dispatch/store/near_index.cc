#include "services/dispatch/store/near_index.h"

#include <s2/s2closest_point_query.h>
#include <s2/s2earth.h>
#include <s2/s2latlng.h>

#include "services/dispatch/domain/states.h"
#include "services/dispatch/domain/times.h"
#include "services/dispatch/store/indexes.h"

namespace baodao::dispatch {
namespace {

S2Point PointOf(const common::v1::GeoPoint& point) {
  return S2LatLng::FromDegrees(point.latitude(), point.longitude()).Normalized().ToPoint();
}

}  // namespace

void NearIndex::Apply(const v1::Task& task) {
  const std::string& id = task.task_id();
  const auto held = places_.find(id);
  if (held != places_.end() && held->second.version > task.version()) return;
  if (!IsClaimable(task)) {
    Drop(id);
    return;
  }
  if (held != places_.end()) {
    held->second.version = task.version();  // a task does not move
    return;
  }
  const S2Point point = PointOf(task.place());
  index_.Add(point, id);
  places_[id] = {point, StartOf(task), task.version()};
}

bool NearIndex::ApplyBrief(const std::string& task_id, const events::v1::TaskBrief& brief) {
  const bool claimable = IsRecruiting(brief.state()) &&
                         brief.slots_max() > brief.accepted_count() + brief.held_count();
  const auto held = places_.find(task_id);
  if (held == places_.end()) return claimable;
  if (held->second.version > brief.version()) return false;
  held->second.version = brief.version();
  if (!claimable) Drop(task_id);
  return false;
}

bool NearIndex::Apply(const events::v1::Event& event) {
  if (event.has_task_changed()) {
    Apply(event.task_changed().task());
    return false;
  }
  if (!event.has_assignment_changed()) return false;
  const auto& changed = event.assignment_changed();
  return ApplyBrief(changed.assignment().task_id(), changed.task());
}

void NearIndex::Drop(const std::string& task_id) {
  const auto held = places_.find(task_id);
  if (held == places_.end()) return;
  index_.Remove(held->second.point, task_id);
  places_.erase(held);
}

// Tasks that have started stay in the index until they end; however many there are, they must not
// hide the others: the search widens until it has found enough or all.
std::vector<NearIndex::Hit> NearIndex::Find(const common::v1::GeoPoint& point, double radius_m,
                                            int limit, Time now) const {
  S2ClosestPointQuery<std::string> query(&index_);
  query.mutable_options()->set_inclusive_max_distance(
      S1ChordAngle(S2Earth::MetersToAngle(radius_m)));
  S2ClosestPointQuery<std::string>::PointTarget target(PointOf(point));
  for (int most = limit;; most *= 4) {
    query.mutable_options()->set_max_results(most);
    const auto results = query.FindClosestPoints(&target);
    std::vector<Hit> hits;
    for (const auto& result : results) {
      if (places_.find(result.data())->second.start <= now) continue;
      hits.push_back({result.data(), S2Earth::ToMeters(result.distance())});
      if (static_cast<int>(hits.size()) == limit) return hits;
    }
    if (static_cast<int>(results.size()) < most) return hits;
  }
}

}  // namespace baodao::dispatch
