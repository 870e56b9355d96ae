// Where the tasks are that can be claimed: in memory, fed by a snapshot and by dispatch's own
// events. It may be a moment behind, so whoever shows what it finds looks at the records first.
#pragma once

#include <s2/s2point_index.h>

#include <cstddef>
#include <string>
#include <vector>

#include "baodao/events/v1/events.pb.h"
#include "common/clock/clock.h"
#include "common/containers/string_map.h"

namespace baodao::dispatch {

// Loop thread only. Places are those everybody may see, rounded to about 100 m.
class NearIndex {
 public:
  struct Hit {
    std::string task_id;
    double distance_m = 0;
  };

  // Takes the task over, or drops it when it cannot be claimed. Older versions than the one held
  // change nothing.
  void Apply(const v1::Task& task);
  // What an event says; true when the task is not held but can be claimed, so that it must be read
  // and applied.
  bool Apply(const events::v1::Event& event);

  // Nearest first, at most `limit`, of those that start after `now`.
  std::vector<Hit> Find(const common::v1::GeoPoint& point, double radius_m, int limit,
                        Time now) const;
  size_t size() const { return places_.size(); }

 private:
  struct Place {
    S2Point point;
    Time start;
    uint64_t version = 0;
  };
  bool ApplyBrief(const std::string& task_id, const events::v1::TaskBrief& brief);
  void Drop(const std::string& task_id);

  S2PointIndex<std::string> index_;
  StringMap<Place> places_;
};

}  // namespace baodao::dispatch
