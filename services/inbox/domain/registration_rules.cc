// Registrations, roles and credentials.
#include <array>

#include "baodao/registration/v1/registration.pb.h"
#include "services/inbox/domain/rules.h"

namespace baodao::inbox {
namespace {

using enum registration::v1::RegistrationState;
using enum How;
using enum Party;

constexpr std::string_view kDecided = "a coordinator decided it";
constexpr std::string_view kMembers = "who comes through the unit is for the person to tell it";

constexpr Rule kRegistrationRules[] = {
    {kAny, REGISTRATION_STATE_PENDING, kPlain, kArea, "registration_pending"},
    {kAny, REGISTRATION_STATE_PENDING, kPlain, kPerson, "registration_entered"},
    {kAny, REGISTRATION_STATE_ACTIVE, kPlain, kPerson, "registration_active"},
    {REGISTRATION_STATE_SUSPENDED, REGISTRATION_STATE_ACTIVE, kPlain, kPerson,
     "registration_resumed"},
    {kAny, REGISTRATION_STATE_ACTIVE, kPlain, kArea, "", kDecided},
    {kAny, REGISTRATION_STATE_REJECTED, kPlain, kPerson, "registration_rejected"},
    {kAny, REGISTRATION_STATE_REJECTED, kPlain, kArea, "", kDecided},
    {kAny, REGISTRATION_STATE_SUSPENDED, kPlain, kPerson, "registration_suspended"},
    {kAny, REGISTRATION_STATE_SUSPENDED, kPlain, kArea, "", kDecided},
    {kAny, REGISTRATION_STATE_ENDED, kPlain, kPerson, "registration_ended"},
    {kAny, REGISTRATION_STATE_ENDED, kTransferred, kPerson, "registration_transferred"},
    {kAny, REGISTRATION_STATE_ENDED, kByTime, kPerson, "registration_expired"},
    {kAny, REGISTRATION_STATE_ENDED, kUnreviewed, kPerson, "registration_lapsed"},
    {kAny, REGISTRATION_STATE_ENDED, kPlain, kArea, "", kDecided},
    {kAny, REGISTRATION_STATE_ENDED, kOwnDoing, kArea, "registration_left"},
    {kAny, REGISTRATION_STATE_ENDED, kByTime, kArea, "registration_left"},
    {kAny, REGISTRATION_STATE_ENDED, kUnreviewed, kArea, "registration_unreviewed"},
    {kAny, kAny, kPlain, kLiaison, "", kMembers},
};
constexpr std::array kRegistrationParties = {kArea, kPerson, kLiaison};

constexpr std::string_view kAudited = "who has which powers is in the audit";

constexpr Rule kRoleRules[] = {
    {kAny, 1, kPlain, kPerson, "role_granted"},
    {kAny, 0, kPlain, kPerson, "role_revoked"},
    {kAny, kAny, kPlain, kArea, "", kAudited},
};
constexpr Rule kCredentialRules[] = {
    {kAny, 1, kPlain, kPerson, "credential_granted"},
    {kAny, 0, kPlain, kPerson, "credential_revoked"},
    {kAny, kAny, kPlain, kArea, "", kDecided},
};
constexpr std::array kPersonAndArea = {kPerson, kArea};

}  // namespace

const RuleBook& RegistrationRules() {
  static constexpr RuleBook kBook{kRegistrationRules, kRegistrationParties};
  return kBook;
}
const RuleBook& RoleRules() {
  static constexpr RuleBook kBook{kRoleRules, kPersonAndArea};
  return kBook;
}
const RuleBook& CredentialRules() {
  static constexpr RuleBook kBook{kCredentialRules, kPersonAndArea};
  return kBook;
}

}  // namespace baodao::inbox
