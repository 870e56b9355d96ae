#include "common/profiles/profile_cache.h"

#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::profiles {

ProfilePtr ProfileCache::Find(std::string_view person_id) const {
  const auto it = profiles_.find(person_id);
  return it == profiles_.end() ? nullptr : it->second;
}

Task<absl::StatusOr<ProfilePtr>> ProfileCache::Get(rpc::CallOptions options,
                                                   std::string person_id) {
  if (ProfilePtr known = Find(person_id)) co_return known;
  absl::StatusOr<Profile> fetched = co_await source_.Get(std::move(options), person_id);
  if (!fetched.ok()) {
    if (absl::IsNotFound(fetched.status())) co_return NotFound("person", person_id);
    co_return Refuse(Reason::PEER_UNAVAILABLE);
  }
  Apply(*std::move(fetched));
  // An event may have brought a newer one while the answer was on its way.
  if (ProfilePtr known = Find(person_id)) co_return known;
  co_return NotFound("person", person_id);
}

Task<ProfilePtr> ProfileCache::Newest(rpc::CallOptions options, std::string person_id) {
  absl::StatusOr<Profile> fetched = co_await source_.Get(std::move(options), person_id);
  if (fetched.ok()) Apply(*std::move(fetched));
  // Not what was fetched: an event may have brought a newer one meanwhile.
  co_return Find(person_id);
}

bool ProfileCache::Apply(Profile profile) {
  if (profile.person_id().empty()) return false;
  ProfilePtr& held = profiles_[profile.person_id()];
  if (held != nullptr && held->version() >= profile.version()) return false;
  held = std::make_shared<const Profile>(std::move(profile));
  const ProfilePtr taken = held;  // an observer may make the table grow
  for (const Observer& observer : observers_) observer(taken);
  return true;
}

Task<absl::Status> ProfileCache::LoadShard(int shard) {
  std::string token;
  do {
    absl::StatusOr<registration::v1::ListProfilesResponse> page =
        co_await source_.List(shard, token);
    if (!page.ok()) co_return std::move(page).status();
    for (Profile& profile : *page->mutable_profiles()) Apply(std::move(profile));
    token = page->next_page_token();
  } while (!token.empty());
  co_return absl::OkStatus();
}

}  // namespace baodao::profiles
