// baodao.registration.v1.RegistrationService.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

#include "baodao/registration/v1/registration.pb.h"
#include "common/async/task.h"
#include "common/rpc/context.h"
#include "common/rpc/router.h"
#include "services/registration/domain/registration_machine.h"
#include "services/registration/rpc/environment.h"
#include "services/registration/store/moves.h"
#include "services/registration/store/subject.h"

namespace baodao::registration {

class RegistrationHandlers {
 public:
  explicit RegistrationHandlers(Environment& environment) : env_(environment) {}
  void Register(rpc::Router& router);

  using Answer = Task<absl::StatusOr<v1::Registration>>;
  Answer CreateRegistration(rpc::CallContext context, v1::CreateRegistrationRequest request);
  Answer GetRegistration(rpc::CallContext context, v1::GetRegistrationRequest request);
  Answer ReviewRegistration(rpc::CallContext context, v1::ReviewRegistrationRequest request);
  Answer SuspendRegistration(rpc::CallContext context, v1::ChangeRegistrationRequest request);
  Answer ResumeRegistration(rpc::CallContext context, v1::ChangeRegistrationRequest request);
  Answer WithdrawRegistration(rpc::CallContext context, v1::ChangeRegistrationRequest request);
  Answer TransferRegistration(rpc::CallContext context, v1::TransferRegistrationRequest request);
  Task<absl::StatusOr<v1::ListRegistrationsResponse>> ListRegistrations(
      rpc::CallContext context, v1::ListRegistrationsRequest request);
  Task<absl::StatusOr<v1::ListRegistrationsResponse>> ListSubjectRegistrations(
      rpc::CallContext context, v1::ListSubjectRegistrationsRequest request);

 private:
  using Decision = store::Decision<v1::Registration>;

  // What is new is given as a registration without id, state and times.
  Task<absl::StatusOr<Decision>> DecideCreate(const v1::Registration& wanted,
                                              rpc::CallContext context);
  Task<absl::StatusOr<Decision>> DecideTransfer(const v1::TransferRegistrationRequest& request,
                                                Stamp stamp);
  // Whether the person may come through the unit to the area.
  Task<absl::StatusOr<bool>> ComesThrough(const Subject& person, std::string unit_id,
                                          std::string area_code, AreaBook::Tree tree);
  template <class Request>
  Answer Move(rpc::CallContext context, const Request& request, RegistrationEvent event, Edit edit);
  Task<absl::StatusOr<std::vector<v1::Registration>>> LoadAll(std::vector<std::string> ids);

  Environment& env_;
};

}  // namespace baodao::registration
