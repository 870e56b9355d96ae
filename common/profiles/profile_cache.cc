#include "common/profiles/profile_cache.h"

#include <algorithm>
#include <utility>

#include "common/status/status.h"

namespace baodao::profiles {

ProfilePtr ProfileCache::Find(std::string_view person_id) const {
  const auto it = profiles_.find(person_id);
  if (it == profiles_.end()) return nullptr;
  auto profile = std::make_shared<Profile>();
  profile->ParseFromString(it->second.bytes);  // made by Apply
  return profile;
}

Task<absl::StatusOr<ProfilePtr>> ProfileCache::Get(rpc::CallOptions options,
                                                   std::string person_id) {
  if (ProfilePtr known = Find(person_id)) co_return known;
  const absl::StatusOr<Profile> fetched = co_await source_.Get(std::move(options), person_id);
  if (!fetched.ok()) {
    if (absl::IsNotFound(fetched.status())) co_return NotFound("person", person_id);
    co_return Refuse(Reason::PEER_UNAVAILABLE);
  }
  Apply(*fetched);
  // An event may have brought a newer one while the answer was on its way.
  if (ProfilePtr known = Find(person_id)) co_return known;
  co_return NotFound("person", person_id);
}

Task<ProfilePtr> ProfileCache::Newest(rpc::CallOptions options, std::string person_id) {
  const absl::StatusOr<Profile> fetched = co_await source_.Get(std::move(options), person_id);
  if (fetched.ok()) Apply(*fetched);
  // Not what was fetched: an event may have brought a newer one meanwhile.
  co_return Find(person_id);
}

bool ProfileCache::Blocks(std::string_view by, std::string_view person_id) const {
  const auto it = profiles_.find(by);
  if (it == profiles_.end() || !it->second.blocks) return false;
  const ProfilePtr profile = Find(by);
  const auto& blocked = profile->blocked_person_ids();
  return std::ranges::find(blocked, person_id) != blocked.end();
}

bool ProfileCache::Apply(const Profile& profile) {
  if (profile.person_id().empty()) return false;
  Packed& held = profiles_[profile.person_id()];
  if (!held.bytes.empty() && held.version >= profile.version()) return false;
  held.version = profile.version();
  held.blocks = profile.blocked_person_ids_size() > 0;
  held.bytes = profile.SerializeAsString();
  return true;
}

}  // namespace baodao::profiles
