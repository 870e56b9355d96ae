#include "common/profiles/profile_feed.h"

#include <algorithm>

#include "common/log/log.h"

namespace baodao::profiles {
namespace {

constexpr Millis kFirstRetry{100};
constexpr Millis kLastRetry{2'000};

}  // namespace

Task<void> ProfileFeed::LoadShard(int shard) {
  Millis pause = kFirstRetry;
  for (;;) {
    const absl::Status status = co_await cache_.LoadShard(shard);
    if (status.ok()) co_return;
    if (pause == kLastRetry) log::Warn("profiles.waiting", {{"shard", shard}, {"status", status}});
    co_await clock_.SleepFor(pause);
    pause = std::min(2 * pause, kLastRetry);
  }
}

Task<void> ProfileFeed::Load() {
  for (int shard = 0; shard < shards_; ++shard) co_await LoadShard(shard);
}

Task<absl::Status> ProfileFeed::OnEvent(const events::Delivery& delivery) {
  if (delivery.event.has_profile_changed()) {
    cache_.Apply(delivery.event.profile_changed().profile());
  }
  co_return absl::OkStatus();
}

Task<void> ProfileFeed::OnGap(std::string service, int shard) {
  if (service == "registration") co_await LoadShard(shard);
}

}  // namespace baodao::profiles
