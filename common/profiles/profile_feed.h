// Tells of every profile there is: the snapshot at start, events from then on, a snapshot of the
// shard again after a gap.
//
//   tail->Prepare();  co_await feed.Load();  Spawn(tail->Run());
//   tail handler: feed.OnEvent(delivery);  gap handler: feed.OnGap(service, shard)
#pragma once

#include <absl/status/status.h>

#include <functional>
#include <string>
#include <utility>

#include "common/clock/clock.h"
#include "common/events/consumer.h"
#include "common/profiles/source.h"

namespace baodao::profiles {

// Loop thread only.
class ProfileFeed {
 public:
  // Versions tell what is newer: it may be told of a profile twice, and of an older one later.
  using Take = std::function<void(const Profile&)>;

  // `source` and `clock` outlive it. `shards` is that of the deployment.
  ProfileFeed(Source& source, Take take, Clock& clock, int shards)
      : source_(source), take_(std::move(take)), clock_(clock), shards_(shards) {}

  // Returns when all shards have been read, however long registration is down.
  Task<void> Load();
  // Takes over ProfileChanged and ignores everything else.
  Task<absl::Status> OnEvent(const events::Delivery& delivery);
  // Reads the shard again if the gap is registration's.
  Task<void> OnGap(std::string service, int shard);

 private:
  Task<void> LoadShard(int shard);
  // Profiles read before an error have been told of.
  Task<absl::Status> ReadShard(int shard);

  Source& source_;
  Take take_;
  Clock& clock_;
  int shards_;
};

}  // namespace baodao::profiles
