// RegistrationService.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "common/rpc/router.h"
#include "services/registration/app/app.h"
#include "services/registration/app/moves.h"
#include "services/registration/app/subject.h"

namespace baodao::registration {

class RegistrationHandlers {
 public:
  explicit RegistrationHandlers(App& app) : app_(app) {}
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
  // What is new is given as a registration without id, state and times.
  Answer Create(record::Transaction& transaction, const v1::Registration& wanted,
                rpc::CallContext context);
  Answer Transfer(record::Transaction& transaction, rpc::CallContext context,
                  const v1::TransferRegistrationRequest& request);
  // Whether the person may come through the unit to the area.
  Task<absl::StatusOr<bool>> ComesThrough(const Subject& person, std::string unit_id,
                                          std::string area_code, AreaBook::Tree tree);
  template <class Request>
  Answer MoveBy(rpc::CallContext context, const Request& request, RegistrationEvent event,
                Edit edit);
  template <class Request>
  Task<absl::StatusOr<v1::ListRegistrationsResponse>> ListFrom(rpc::CallContext context,
                                                               const Request& request,
                                                               record::PageQuery query);

  App& app_;
};

}  // namespace baodao::registration
