// Keeps this replica's picture of all running tasks: the index of places, and how many are in which
// state. A snapshot at start and after a gap, dispatch's own events in between.
#pragma once

#include <absl/status/status.h>

#include <array>
#include <string>
#include <string_view>

#include "common/containers/string_map.h"
#include "common/events/consumer.h"
#include "services/dispatch/app/app.h"
#include "services/dispatch/app/metrics.h"
#include "services/dispatch/store/near_index.h"

namespace baodao::dispatch {

// Loop thread only.
class TaskFeed {
 public:
  // All outlive it.
  TaskFeed(App& app, NearIndex& near, Metrics& metrics)
      : app_(app), near_(near), metrics_(metrics) {}

  // Reads every task that has not ended.
  Task<absl::Status> Load();
  // For events::Tail; events of other services are ignored.
  Task<absl::Status> OnEvent(const events::Delivery& delivery);
  Task<void> OnGap(std::string service, int shard);

 private:
  struct Seen {
    v1::TaskState state = v1::TASK_STATE_UNSPECIFIED;
    uint64_t version = 0;
  };
  // The lists of that name (kLiveList, …), of every area.
  Task<absl::Status> LoadLists(std::string_view name);
  // All pages.
  Task<absl::Status> LoadAll(record::PageQuery query);
  void Note(const std::string& task_id, v1::TaskState state, uint64_t version);

  App& app_;
  NearIndex& near_;
  Metrics& metrics_;
  StringMap<Seen> seen_;
  std::array<size_t, v1::TaskState_ARRAYSIZE> counts_{};
};

}  // namespace baodao::dispatch
