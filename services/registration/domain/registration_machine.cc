#include "services/registration/domain/registration_machine.h"

namespace baodao::registration {

bool IsLive(v1::RegistrationState state) {
  return state == v1::REGISTRATION_STATE_PENDING || state == v1::REGISTRATION_STATE_ACTIVE ||
         state == v1::REGISTRATION_STATE_SUSPENDED;
}

bool GivesReach(v1::RegistrationState state) {
  return state == v1::REGISTRATION_STATE_ACTIVE || state == v1::REGISTRATION_STATE_SUSPENDED;
}

bool IsJudgement(RegistrationEvent event) {
  return event == RegistrationEvent::kApprove || event == RegistrationEvent::kReject ||
         event == RegistrationEvent::kSuspend || event == RegistrationEvent::kResume;
}

}  // namespace baodao::registration
