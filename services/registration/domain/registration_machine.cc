#include "services/registration/domain/registration_machine.h"

#include <string_view>

namespace baodao::registration {
namespace {

using enum RegistrationEvent;
constexpr auto kPending = v1::REGISTRATION_STATE_PENDING;
constexpr auto kActive = v1::REGISTRATION_STATE_ACTIVE;
constexpr auto kSuspended = v1::REGISTRATION_STATE_SUSPENDED;
constexpr auto kEnded = v1::REGISTRATION_STATE_ENDED;
constexpr auto kRejected = v1::REGISTRATION_STATE_REJECTED;

constexpr RegistrationTransition kTransitions[] = {
    {kPending, kApprove, kActive},  {kPending, kReject, kRejected},  {kPending, kWithdraw, kEnded},
    {kPending, kDismiss, kEnded},   {kPending, kTransfer, kEnded},   {kPending, kExpire, kEnded},
    {kPending, kLapse, kEnded},     {kActive, kSuspend, kSuspended}, {kActive, kWithdraw, kEnded},
    {kActive, kDismiss, kEnded},    {kActive, kTransfer, kEnded},    {kActive, kExpire, kEnded},
    {kSuspended, kResume, kActive}, {kSuspended, kDismiss, kEnded},  {kSuspended, kExpire, kEnded},
};

}  // namespace

std::span<const RegistrationTransition> RegistrationTransitions() { return kTransitions; }

std::optional<v1::RegistrationState> Next(v1::RegistrationState state, RegistrationEvent event) {
  for (const RegistrationTransition& row : kTransitions) {
    if (row.from == state && row.event == event) return row.to;
  }
  return std::nullopt;
}

bool IsLive(v1::RegistrationState state) {
  return state == kPending || state == kActive || state == kSuspended;
}

bool GivesReach(v1::RegistrationState state) { return state == kActive || state == kSuspended; }

bool IsJudgement(RegistrationEvent event) {
  return event == kApprove || event == kReject || event == kSuspend || event == kResume;
}

std::string StateName(v1::RegistrationState state) {
  constexpr std::string_view kPrefix = "REGISTRATION_STATE_";
  const std::string& name = v1::RegistrationState_Name(state);
  return name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : name;
}

const char* EventName(RegistrationEvent event) {
  switch (event) {
    case kApprove:
      return "approve";
    case kReject:
      return "reject";
    case kSuspend:
      return "suspend";
    case kResume:
      return "resume";
    case kWithdraw:
      return "withdraw";
    case kDismiss:
      return "dismiss";
    case kTransfer:
      return "transfer";
    case kExpire:
      return "expire";
    case kLapse:
      return "lapse";
  }
  return "unknown";
}

}  // namespace baodao::registration
