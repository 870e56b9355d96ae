// The states of a registration (报到) and what moves it between them.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "baodao/registration/v1/registration.pb.h"

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
inline constexpr int kRegistrationEvents = 9;

struct RegistrationTransition {
  v1::RegistrationState from;
  RegistrationEvent event;
  v1::RegistrationState to;
};

// Every pair that is allowed; all others are not. Who is suspended neither withdraws nor moves on:
// a suspension is ended by a coordinator, or by time.
std::span<const RegistrationTransition> RegistrationTransitions();

// Empty when the event is not allowed in the state.
std::optional<v1::RegistrationState> Next(v1::RegistrationState state, RegistrationEvent event);

// Whether it still counts: it blocks a second one at the same area.
bool IsLive(v1::RegistrationState state);
// Whether it gives the coordinators of its area reach over its subject: once one of them has let
// the subject in.
bool GivesReach(v1::RegistrationState state);
// What a coordinator decides about somebody, and nobody about themself.
bool IsJudgement(RegistrationEvent event);

// "PENDING".
std::string StateName(v1::RegistrationState state);
// "withdraw": for metrics.
const char* EventName(RegistrationEvent event);

}  // namespace baodao::registration
