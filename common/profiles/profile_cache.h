// People's profiles, which claims and matching judge by, in memory: a snapshot from registration,
// then its events. Versions make every source safe to apply twice and in any order.
//
// Loop thread only. A replica holds every profile of its deployment: some 400 bytes each.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "baodao/registration/v1/person.pb.h"
#include "common/async/task.h"
#include "common/containers/string_map.h"
#include "common/rpc/call_options.h"

namespace baodao::profiles {

using Profile = registration::v1::Profile;
using ProfilePtr = std::shared_ptr<const Profile>;

// The owner of the data: registration, or a double in tests.
class Source {
 public:
  virtual ~Source() = default;
  // One page of PersonService.ListProfiles.
  virtual Task<absl::StatusOr<registration::v1::ListProfilesResponse>> List(
      int shard, std::string page_token) = 0;
  // NOT_FOUND when there is no such person. In the trace and within the deadline of `options`.
  virtual Task<absl::StatusOr<Profile>> Get(rpc::CallOptions options, std::string person_id) = 0;
};

class ProfileCache {
 public:
  // `source` outlives the cache.
  explicit ProfileCache(Source& source) : source_(source) {}

  // nullptr when the person is not (yet) known here.
  ProfilePtr Find(std::string_view person_id) const;
  // Asks the owner, as `options` say, when the person is not known here. NOT_FOUND for nobody,
  // PEER_UNAVAILABLE when the owner cannot be asked.
  Task<absl::StatusOr<ProfilePtr>> Get(rpc::CallOptions options, std::string person_id);

  // The newest profile there is, asked of the owner: before somebody is refused for what this
  // replica may only not have heard of yet. The one held when the owner cannot be asked; nullptr
  // when there is none either.
  Task<ProfilePtr> Newest(rpc::CallOptions options, std::string person_id);

  // Takes a profile over unless the one held is as new. True when it was newer.
  bool Apply(Profile profile);
  // Reads all profiles of one shard from the owner. The profiles held stay valid meanwhile; an
  // error leaves what was read so far.
  Task<absl::Status> LoadShard(int shard);

  // Called after every profile that Apply took over. All observers live as long as the cache.
  using Observer = std::function<void(const ProfilePtr&)>;
  void Observe(Observer observer) { observers_.push_back(std::move(observer)); }

  size_t size() const { return profiles_.size(); }

 private:
  Source& source_;
  StringMap<ProfilePtr> profiles_;
  std::vector<Observer> observers_;
};

}  // namespace baodao::profiles
