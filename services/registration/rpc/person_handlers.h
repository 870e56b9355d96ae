// baodao.registration.v1.PersonService.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "baodao/registration/v1/person.pb.h"
#include "common/async/task.h"
#include "common/rpc/context.h"
#include "common/rpc/router.h"
#include "services/registration/rpc/environment.h"

namespace baodao::registration {

class PersonHandlers {
 public:
  explicit PersonHandlers(Environment& environment) : env_(environment) {}
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
  using PersonDecision = store::Decision<v1::PersonRecord>;
  Task<absl::StatusOr<PersonDecision>> DecideUpdate(const v1::UpdatePersonRequest& request,
                                                    Stamp stamp);
  // Areas must be as they were: any tree files the person as before. `event` is announced besides
  // the profile.
  PersonDecision Decided(const Loaded<v1::PersonRecord>& before, v1::PersonRecord after,
                         Stamp stamp, std::optional<events::v1::Event> event = std::nullopt);
  // A change of the record alone: nothing private, no area. Answers what to announce.
  using PersonEdit =
      std::function<absl::StatusOr<events::v1::Event>(const Stamp&, v1::PersonRecord*)>;
  template <class Request>
  Task<absl::StatusOr<v1::Person>> Edit(rpc::CallContext context, const Request& request,
                                        PersonEdit edit);
  Task<absl::StatusOr<PersonDecision>> DecideEdit(std::string person_id, const PersonEdit& edit,
                                                  Stamp stamp);
  Task<absl::StatusOr<Loaded<v1::PersonRecord>>> LoadPerson(std::string id);
  Task<absl::Status> CheckUnit(std::string unit_id);
  Task<absl::Status> CheckBlocked(std::vector<std::string> person_ids);
  // Everybody of these ids that exists, in their order.
  Task<absl::StatusOr<std::vector<Loaded<v1::PersonRecord>>>> LoadPeople(
      const std::vector<std::string>& ids);

  Environment& env_;
};

}  // namespace baodao::registration
