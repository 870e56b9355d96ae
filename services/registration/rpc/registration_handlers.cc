#include "services/registration/rpc/registration_handlers.h"

namespace baodao::registration {

void RegistrationHandlers::Register(rpc::Router& router) {
  using Self = RegistrationHandlers;
  const std::string service = "baodao.registration.v1.RegistrationService/";
  router.Unary(service + "CreateRegistration", this, &Self::CreateRegistration);
  router.Unary(service + "GetRegistration", this, &Self::GetRegistration);
  router.Unary(service + "ListRegistrations", this, &Self::ListRegistrations);
  router.Unary(service + "ListSubjectRegistrations", this, &Self::ListSubjectRegistrations);
  router.Unary(service + "ReviewRegistration", this, &Self::ReviewRegistration);
  router.Unary(service + "SuspendRegistration", this, &Self::SuspendRegistration);
  router.Unary(service + "ResumeRegistration", this, &Self::ResumeRegistration);
  router.Unary(service + "WithdrawRegistration", this, &Self::WithdrawRegistration);
  router.Unary(service + "TransferRegistration", this, &Self::TransferRegistration);
}

}  // namespace baodao::registration
