// The states of a registration (报到) and what moves it between them.
#pragma once

#include "baodao/registration/v1/registration.pb.h"
#include "common/record/machine.h"

namespace baodao::registration {

enum class RegistrationEvent {
  kApprove,
  kReject,
  kSuspend,
  kResume,
  kWithdraw,  // by whoever speaks for the subject
  kDismiss,   // the same by a coordinator
  kTransfer,
  kExpire,  // its end has come
  kLapse,   // nobody reviewed it in time
};

// Who is suspended neither withdraws nor moves on: a suspension is ended by a coordinator, or by
// time.
inline constexpr record::Machine<v1::RegistrationState, RegistrationEvent> kRegistrationMachine =
    [] {
      using enum RegistrationEvent;
      return record::Machine<v1::RegistrationState, RegistrationEvent>(
          v1::REGISTRATION_STATE_PENDING,
          {
              {v1::REGISTRATION_STATE_PENDING, kApprove, v1::REGISTRATION_STATE_ACTIVE},
              {v1::REGISTRATION_STATE_PENDING, kReject, v1::REGISTRATION_STATE_REJECTED},
              {v1::REGISTRATION_STATE_PENDING, kWithdraw, v1::REGISTRATION_STATE_ENDED},
              {v1::REGISTRATION_STATE_PENDING, kDismiss, v1::REGISTRATION_STATE_ENDED},
              {v1::REGISTRATION_STATE_PENDING, kTransfer, v1::REGISTRATION_STATE_ENDED},
              {v1::REGISTRATION_STATE_PENDING, kExpire, v1::REGISTRATION_STATE_ENDED},
              {v1::REGISTRATION_STATE_PENDING, kLapse, v1::REGISTRATION_STATE_ENDED},
              {v1::REGISTRATION_STATE_ACTIVE, kSuspend, v1::REGISTRATION_STATE_SUSPENDED},
              {v1::REGISTRATION_STATE_ACTIVE, kWithdraw, v1::REGISTRATION_STATE_ENDED},
              {v1::REGISTRATION_STATE_ACTIVE, kDismiss, v1::REGISTRATION_STATE_ENDED},
              {v1::REGISTRATION_STATE_ACTIVE, kTransfer, v1::REGISTRATION_STATE_ENDED},
              {v1::REGISTRATION_STATE_ACTIVE, kExpire, v1::REGISTRATION_STATE_ENDED},
              {v1::REGISTRATION_STATE_SUSPENDED, kResume, v1::REGISTRATION_STATE_ACTIVE},
              {v1::REGISTRATION_STATE_SUSPENDED, kDismiss, v1::REGISTRATION_STATE_ENDED},
              {v1::REGISTRATION_STATE_SUSPENDED, kExpire, v1::REGISTRATION_STATE_ENDED},
          });
    }();

// Whether it still counts: it blocks a second one at the same area.
bool IsLive(v1::RegistrationState state);
// Whether it gives the coordinators of its area reach over its subject: once one of them has let
// the subject in.
bool GivesReach(v1::RegistrationState state);
// Whether the event is a coordinator's judgement, which nobody makes about themself.
bool IsJudgement(RegistrationEvent event);

}  // namespace baodao::registration
