// registration's people, played: all in the first shard.
#pragma once

#include <string>
#include <vector>

#include "common/profiles/source.h"
#include "common/status/status.h"
#include "services/matching/domain/model.h"

namespace baodao::matching::testing {

class FakePeople final : public profiles::Source {
 public:
  std::vector<Profile> profiles;

  Task<absl::StatusOr<registration::v1::ListProfilesResponse>> List(int shard,
                                                                    std::string) override {
    registration::v1::ListProfilesResponse response;
    if (shard == 0) response.mutable_profiles()->Add(profiles.begin(), profiles.end());
    co_return response;
  }
  Task<absl::StatusOr<Profile>> Get(rpc::CallOptions, std::string person_id) override {
    co_return NotFound("person", person_id);
  }
};

}  // namespace baodao::matching::testing
