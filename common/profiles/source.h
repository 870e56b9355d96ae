// Where profiles come from.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "baodao/registration/v1/person.pb.h"
#include "common/async/task.h"
#include "common/rpc/call_options.h"

namespace baodao::profiles {

using Profile = registration::v1::Profile;

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

}  // namespace baodao::profiles
