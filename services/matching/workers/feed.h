// Keeps the candidate index current: snapshots of areas, people and tasks first, then their events.
// Every source may come twice and in any order; versions and times decide.
#pragma once

#include <absl/status/status.h>

#include <string>
#include <vector>

#include "common/areas/feed.h"
#include "common/clock/clock.h"
#include "common/events/consumer.h"
#include "common/profiles/profile_feed.h"
#include "common/profiles/source.h"
#include "services/matching/app/dispatch.h"
#include "services/matching/domain/index.h"

namespace baodao::matching {

// How far back it counts what came of accepted work; fairness looks back 30 days of these.
inline constexpr std::chrono::days kHistory{90};
// Between two looks at the house, and before what failed is read again.
inline constexpr std::chrono::seconds kFeedPause{10};

// Loop thread only. Everything handed in outlives it.
class IndexFeed {
 public:
  struct Options {
    int shards = 0;        // of the store
    int concurrency = 16;  // calls to dispatch at the same time
    // Between attempts of Load: doubled each time up to the maximum.
    Millis retry_min{200};
    Millis retry_max{5'000};
  };

  IndexFeed(CandidateIndex& index, areas::AreaTreeFeed& areas, profiles::Source& people,
            Dispatch& dispatch, Clock& clock, Options options);

  // Returns once everything that matching decides on is in the index, however long the other
  // services are down. The tail's positions must have been noted before.
  Task<void> Load();
  // Reads the accepted work of the last 90 days, which only moves costs, at the start and after a
  // gap; beside it keeps house: takes over refreshed trees and forgets what no longer counts. After
  // Load, for ever: cancel the task to end it.
  Task<void> Run();

  // For events::Tail.
  Task<absl::Status> OnEvent(const events::Delivery& delivery);
  Task<void> OnGap(std::string service, int shard);

 private:
  Task<absl::Status> LoadAll();
  Task<absl::Status> LoadTasks();
  Task<void> LoadHistory();
  // Pages through what `request` lists; notes what it saw where that is asked for. After an error
  // the request goes on where it stopped.
  Task<absl::Status> LoadTasks(dispatch::v1::ListTasksRequest* request,
                               std::vector<std::string>* seen);
  Task<absl::Status> LoadPage(const dispatch::v1::ListTasksResponse& page);
  Task<absl::Status> LoadAssignments(rpc::CallOptions options, dispatch::v1::Task task);
  // Asks again for what the snapshot did not list: tasks that ended unheard.
  Task<absl::Status> Recheck(std::vector<std::string> seen);
  Task<absl::Status> Refetch(rpc::CallOptions options, std::string task_id);
  Task<absl::Status> OnAssignment(const events::v1::Event& event);
  Task<absl::Status> OnUnitClaim(const events::v1::Event& event);
  std::vector<std::string> Roots() const;
  void TakeTree();
  void KeepHouse();

  CandidateIndex& index_;
  areas::AreaTreeFeed& areas_;
  profiles::ProfileFeed profiles_;
  Dispatch& dispatch_;
  Clock& clock_;
  Options options_;
  bool history_due_ = true;
  Time forget_{};  // when it is time to
};

}  // namespace baodao::matching
