// Profiles from registration's PersonService.
#pragma once

#include <memory>
#include <string>

#include "baodao/registration/v1/person.grpc.pb.h"
#include "common/profiles/source.h"
#include "common/rpc/client.h"

namespace baodao::profiles {

class RegistrationSource final : public Source {
 public:
  // `channel` must outlive the source.
  explicit RegistrationSource(rpc::Channel& channel) : people_(channel) {}

  Task<absl::StatusOr<registration::v1::ListProfilesResponse>> List(
      int shard, std::string page_token) override;
  Task<absl::StatusOr<Profile>> Get(rpc::CallOptions options, std::string person_id) override;

 private:
  rpc::Client<registration::v1::PersonService> people_;
};

}  // namespace baodao::profiles
