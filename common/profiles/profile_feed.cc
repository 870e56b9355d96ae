#include "common/profiles/profile_feed.h"

#include <algorithm>
#include <utility>

#include "common/async/for_each.h"
#include "common/log/log.h"
#include "common/status/macros.h"

namespace baodao::profiles {
namespace {

constexpr Millis kFirstRetry{100};
constexpr Millis kLastRetry{2'000};
// So that registration makes one page while another is taken over here.
constexpr size_t kShardsAtOnce = 3;

}  // namespace

Task<void> ProfileFeed::Load() {
  co_await ForEach(static_cast<size_t>(shards_), kShardsAtOnce,
                   [this](size_t shard) { return LoadShard(static_cast<int>(shard)); });
}

Task<void> ProfileFeed::LoadShard(int shard) {
  Millis pause = kFirstRetry;
  for (;;) {
    const absl::Status status = co_await ReadShard(shard);
    if (status.ok()) co_return;
    if (pause == kLastRetry) log::Warn("profiles.waiting", {{"shard", shard}, {"status", status}});
    co_await clock_.SleepFor(pause);
    pause = std::min(2 * pause, kLastRetry);
  }
}

Task<absl::Status> ProfileFeed::ReadShard(int shard) {
  std::string token;
  do {
    CO_ASSIGN_OR_RETURN(const registration::v1::ListProfilesResponse page,
                        co_await source_.List(shard, token));
    for (const Profile& profile : page.profiles()) take_(profile);
    token = page.next_page_token();
  } while (!token.empty());
  co_return absl::OkStatus();
}

Task<absl::Status> ProfileFeed::OnEvent(const events::Delivery& delivery) {
  if (delivery.event.has_profile_changed()) take_(delivery.event.profile_changed().profile());
  co_return absl::OkStatus();
}

Task<void> ProfileFeed::OnGap(std::string service, int shard) {
  if (service == "registration") co_await LoadShard(shard);
}

}  // namespace baodao::profiles
