// The places of tasks that can be claimed: in memory, fed by a snapshot and by dispatch's own
// events. It may be a moment behind, so a handler looks at the records before it shows what it
// finds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "baodao/events/v1/events.pb.h"
#include "common/areas/point_index.h"
#include "common/clock/clock.h"
#include "common/containers/string_map.h"

namespace baodao::dispatch {

// 15 minutes on foot.
inline constexpr int kWalkM = 1'200;

// Loop thread only. Places are those everybody may see, rounded to about 100 m.
class NearIndex {
 public:
  struct Hit {
    std::string task_id;
    double distance_m = 0;
  };

  NearIndex() = default;
  NearIndex(const NearIndex&) = delete;  // by_entry_ points into places_
  NearIndex& operator=(const NearIndex&) = delete;

  // Takes the task over, or drops it when it cannot be claimed. Older versions than the one held
  // change nothing.
  void Apply(const v1::Task& task);
  // Takes over what an event says.
  void Apply(const events::v1::Event& event);

  // Nearest first, at most `limit`, of those that people can join after `now`.
  std::vector<Hit> Find(const common::v1::GeoPoint& point, double radius_m, int limit,
                        Time now) const;
  size_t size() const { return places_.size(); }

 private:
  struct Place {
    areas::PointIndex::Entry entry;
    Time until;  // people can join
    uint64_t version = 0;
  };
  // A task as a task or an event tells it.
  struct Sight {
    const common::v1::GeoPoint& place;
    Time until;
    uint64_t version;
    bool claimable;
  };
  void Apply(const std::string& task_id, const Sight& sight);
  void Drop(const std::string& task_id);

  areas::PointIndex index_;
  StringMap<Place> places_;
  std::unordered_map<int32_t, const StringMap<Place>::value_type*> by_entry_;  // of places_
  int32_t next_ = 0;
};

}  // namespace baodao::dispatch
