// Keeps a ProfileCache current: the snapshot at start, events from then on, a snapshot of the shard
// again after a gap.
//
//   tail->Prepare();  co_await feed.Load();  Spawn(tail->Run());
//   tail handler: feed.OnEvent(delivery);  gap handler: feed.OnGap(service, shard)
#pragma once

#include <absl/status/status.h>

#include <string>

#include "common/clock/clock.h"
#include "common/events/consumer.h"
#include "common/profiles/profile_cache.h"

namespace baodao::profiles {

// Loop thread only.
class ProfileFeed {
 public:
  // All outlive it. `shards` is that of the deployment.
  ProfileFeed(ProfileCache& cache, Clock& clock, int shards)
      : cache_(cache), clock_(clock), shards_(shards) {}

  // Returns when all shards have been read, however long registration is down.
  Task<void> Load();
  // Takes over ProfileChanged and ignores everything else.
  Task<absl::Status> OnEvent(const events::Delivery& delivery);
  // Reads the shard again if the gap is registration's.
  Task<void> OnGap(std::string service, int shard);

 private:
  Task<void> LoadShard(int shard);

  ProfileCache& cache_;
  Clock& clock_;
  int shards_;
};

}  // namespace baodao::profiles
