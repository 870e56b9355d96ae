// People's profiles, which claims are judged by, in memory. Versions make every source safe to
// apply twice and in any order.
//
// Loop thread only. A replica holds every profile of its deployment, packed: some 300 bytes each.
#pragma once

#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/async/task.h"
#include "common/containers/string_map.h"
#include "common/profiles/source.h"
#include "common/rpc/call_options.h"

namespace baodao::profiles {

using ProfilePtr = std::shared_ptr<const Profile>;

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

  // Whether the one keeps apart from the other, as far as this replica has heard.
  bool Blocks(std::string_view by, std::string_view person_id) const;

  // Takes a profile over unless the one held is as new. True when it was newer.
  bool Apply(const Profile& profile);

  size_t size() const { return profiles_.size(); }

 private:
  // As it goes over the wire: a message in memory takes three times as much, and is made of this in
  // a microsecond or two.
  struct Packed {
    uint64_t version = 0;
    bool blocks = false;  // somebody: asked of many people at once, and true of few
    std::string bytes;
  };

  Source& source_;
  StringMap<Packed> profiles_;
};

}  // namespace baodao::profiles
