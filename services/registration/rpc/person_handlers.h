// PersonService.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>
#include <vector>

#include "common/rpc/router.h"
#include "services/registration/app/app.h"

namespace baodao::registration {

class PersonHandlers {
 public:
  explicit PersonHandlers(App& app) : app_(app) {}
  void Register(rpc::Router& router);

  Task<absl::StatusOr<v1::Person>> GetPerson(rpc::CallContext context,
                                             v1::GetPersonRequest request);
  Task<absl::StatusOr<v1::Person>> UpdatePerson(rpc::CallContext context,
                                                v1::UpdatePersonRequest request);
  Task<absl::StatusOr<v1::Person>> GrantCredential(rpc::CallContext context,
                                                   v1::GrantCredentialRequest request);
  Task<absl::StatusOr<v1::Person>> RevokeCredential(rpc::CallContext context,
                                                    v1::RevokeCredentialRequest request);
  Task<absl::StatusOr<v1::ListPeopleResponse>> ListPeople(rpc::CallContext context,
                                                          v1::ListPeopleRequest request);
  Task<absl::StatusOr<v1::Profile>> GetProfile(rpc::CallContext context,
                                               v1::GetProfileRequest request);
  Task<absl::StatusOr<v1::ListProfilesResponse>> ListProfiles(rpc::CallContext context,
                                                              v1::ListProfilesRequest request);

 private:
  // A change of the record alone, none of its areas. Answers what to announce besides the profile.
  using PersonEdit = std::function<absl::StatusOr<events::v1::Event>(v1::PersonRecord*, Time)>;
  template <class Request>
  Task<absl::StatusOr<v1::Person>> EditCredentials(rpc::CallContext context, const Request& request,
                                                   PersonEdit edit);
  Task<absl::Status> CheckUnit(std::string unit_id);
  Task<absl::Status> CheckBlocked(std::vector<std::string> person_ids);

  App& app_;
};

}  // namespace baodao::registration
