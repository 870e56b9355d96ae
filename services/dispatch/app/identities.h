// Who people are, and units, as registration tells other services. It is asked anew each time:
// names and phones in clear are kept nowhere here.
#pragma once

#include <absl/status/statusor.h>

#include <memory>
#include <string>
#include <vector>

#include "baodao/registration/v1/person.pb.h"
#include "baodao/registration/v1/unit.pb.h"
#include "common/async/task.h"
#include "common/auth/principal.h"
#include "common/rpc/client.h"

namespace baodao::dispatch {

// Registration, or a double in tests. Its errors are those of a call to another service:
// PEER_UNAVAILABLE where it cannot be reached.
class Identities {
 public:
  virtual ~Identities() = default;
  // Those of at most 100 people who exist.
  virtual Task<absl::StatusOr<std::vector<registration::v1::Identity>>> List(
      rpc::CallOptions options, std::vector<std::string> person_ids) = 0;
  // NOT_FOUND.
  virtual Task<absl::StatusOr<registration::v1::Unit>> Unit(rpc::CallOptions options,
                                                            std::string unit_id) = 0;
  // The roles that a person who exists holds now.
  virtual Task<absl::StatusOr<std::vector<auth::RoleGrant>>> Roles(rpc::CallOptions options,
                                                                   std::string person_id) = 0;
};

// `registration` outlives it.
std::unique_ptr<Identities> IdentitiesAt(rpc::Channel& registration);

}  // namespace baodao::dispatch
