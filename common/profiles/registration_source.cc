#include "common/profiles/registration_source.h"

#include <utility>

namespace baodao::profiles {
namespace {

using People = rpc::AsyncOf<registration::v1::PersonService>;

}  // namespace

Task<absl::StatusOr<registration::v1::ListProfilesResponse>> RegistrationSource::List(
    int shard, std::string page_token) {
  registration::v1::ListProfilesRequest request;
  request.set_shard(shard);
  request.set_page_size(1000);
  request.set_page_token(std::move(page_token));
  co_return co_await people_.Call(&People::ListProfiles, rpc::CallOptions(), std::move(request));
}

Task<absl::StatusOr<Profile>> RegistrationSource::Get(rpc::CallOptions options,
                                                      std::string person_id) {
  registration::v1::GetProfileRequest request;
  request.set_person_id(std::move(person_id));
  co_return co_await people_.Call(&People::GetProfile, std::move(options), std::move(request));
}

}  // namespace baodao::profiles
