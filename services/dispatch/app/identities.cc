#include "services/dispatch/app/identities.h"

#include <iterator>
#include <utility>

#include "baodao/registration/v1/person.grpc.pb.h"
#include "baodao/registration/v1/session.grpc.pb.h"
#include "baodao/registration/v1/unit.grpc.pb.h"
#include "common/status/macros.h"

namespace baodao::dispatch {
namespace {

using registration::v1::Identity;
using registration::v1::PersonService;
using registration::v1::SessionService;
using registration::v1::UnitService;

class RegistrationIdentities final : public Identities {
 public:
  explicit RegistrationIdentities(rpc::Channel& registration)
      : people_(registration), sessions_(registration), units_(registration) {}

  Task<absl::StatusOr<std::vector<Identity>>> List(rpc::CallOptions options,
                                                   std::vector<std::string> person_ids) override {
    registration::v1::BatchGetIdentitiesRequest request;
    request.mutable_person_ids()->Assign(std::make_move_iterator(person_ids.begin()),
                                         std::make_move_iterator(person_ids.end()));
    CO_ASSIGN_OR_RETURN(registration::v1::BatchGetIdentitiesResponse found,
                        co_await people_.Call(&rpc::AsyncOf<PersonService>::BatchGetIdentities,
                                              std::move(options), std::move(request)));
    co_return std::vector<Identity>(std::make_move_iterator(found.mutable_identities()->begin()),
                                    std::make_move_iterator(found.mutable_identities()->end()));
  }

  Task<absl::StatusOr<registration::v1::Unit>> Unit(rpc::CallOptions options,
                                                    std::string unit_id) override {
    registration::v1::GetUnitRequest request;
    request.set_unit_id(std::move(unit_id));
    co_return co_await units_.Call(&rpc::AsyncOf<UnitService>::GetUnit, std::move(options),
                                   std::move(request));
  }

  Task<absl::StatusOr<std::vector<auth::RoleGrant>>> Roles(rpc::CallOptions options,
                                                           std::string person_id) override {
    registration::v1::ListRolesRequest request;
    request.set_person_id(std::move(person_id));
    CO_ASSIGN_OR_RETURN(const registration::v1::ListRolesResponse found,
                        co_await sessions_.Call(&rpc::AsyncOf<SessionService>::ListRoles,
                                                std::move(options), std::move(request)));
    std::vector<auth::RoleGrant> grants;
    for (const auto& grant : found.grants()) grants.push_back({grant.role(), grant.area_code()});
    co_return grants;
  }

 private:
  rpc::Client<PersonService> people_;
  rpc::Client<SessionService> sessions_;
  rpc::Client<UnitService> units_;
};

}  // namespace

std::unique_ptr<Identities> IdentitiesAt(rpc::Channel& registration) {
  return std::make_unique<RegistrationIdentities>(registration);
}

}  // namespace baodao::dispatch
