// Registrations, roles, credentials and verified categories.
#include <array>

#include "baodao/registration/v1/registration.pb.h"
#include "baodao/registration/v1/verification.pb.h"
#include "services/inbox/domain/rules.h"

namespace baodao::inbox {
namespace {

using enum registration::v1::RegistrationState;
using enum registration::v1::VerificationState;
using enum How;
using enum Party;

constexpr std::string_view kDecided = "a coordinator decided it";
constexpr std::string_view kMembers = "the unit hears who comes and who goes";

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
    {REGISTRATION_STATE_PENDING, REGISTRATION_STATE_ACTIVE, kPlain, kLiaison, "unit_member_joined"},
    {REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_ENDED, kPlain, kLiaison, "unit_member_left"},
    {REGISTRATION_STATE_SUSPENDED, REGISTRATION_STATE_ENDED, kPlain, kLiaison, "unit_member_left"},
};
constexpr std::array kRegistrationParties = {kArea, kPerson, kLiaison};

constexpr std::string_view kAudited = "who has which powers is in the audit";

constexpr Rule kRoleRules[] = {
    {kAny, 1, kPlain, kPerson, "role_granted"},
    {kAny, 0, kPlain, kPerson, "role_revoked"},
    {kAny, kAny, kPlain, kArea, "", kAudited},
};
constexpr Rule kPhoneRules[] = {{kAny, 0, kPlain, kPerson, "phone_changed"}};
constexpr Rule kSignInRules[] = {{kAny, 0, kPlain, kPerson, "new_sign_in"}};
constexpr Rule kDeletionRules[] = {
    {kAny, 1, kPlain, kPerson, "account_deletion_requested"},
    {kAny, 0, kPlain, kPerson, "account_deletion_cancelled"},
};
constexpr Rule kCredentialRules[] = {
    {kAny, 1, kPlain, kPerson, "credential_granted"},
    {kAny, 0, kPlain, kPerson, "credential_revoked"},
    {kAny, kExpiring, kPlain, kPerson, "credential_expiring"},
    {kAny, kAny, kPlain, kArea, "", kDecided},
};
constexpr Rule kCategoryRules[] = {
    {kAny, kAny, kPlain, kPerson, "category_revoked"},
    {kAny, kAny, kPlain, kArea, "", kDecided},
};

constexpr std::string_view kUnqueued = "it waits for them no more";
constexpr std::string_view kApplied = "they made the application";

constexpr Rule kVerificationRules[] = {
    {kAny, VERIFICATION_STATE_PENDING, kPlain, kArea, "verification_pending"},
    {kAny, VERIFICATION_STATE_PENDING, kPlain, kLiaison, "verification_of_member"},
    {kAny, VERIFICATION_STATE_PENDING, kPlain, kPerson, "verification_nominated"},
    {kAny, VERIFICATION_STATE_PENDING, kPlain, kProposer, "", kApplied},
    {kAny, VERIFICATION_STATE_APPROVED, kPlain, kPerson, "verification_approved"},
    {kAny, VERIFICATION_STATE_APPROVED, kCredential, kPerson, "",
     "that the credential is on record is told as such"},
    {kAny, VERIFICATION_STATE_APPROVED, kPlain, kProposer, "verification_approved"},
    {kAny, VERIFICATION_STATE_REJECTED, kPlain, kPerson, "verification_rejected"},
    {kAny, VERIFICATION_STATE_REJECTED, kPlain, kProposer, "verification_rejected"},
    {kAny, VERIFICATION_STATE_WITHDRAWN, kPlain, kPerson, "verification_withdrawn"},
    {kAny, VERIFICATION_STATE_WITHDRAWN, kPlain, kProposer, "verification_withdrawn"},
    {kAny, VERIFICATION_STATE_LAPSED, kPlain, kPerson, "verification_lapsed"},
    {kAny, VERIFICATION_STATE_LAPSED, kPlain, kProposer, "verification_lapsed"},
    {kAny, VERIFICATION_STATE_LAPSED, kPlain, kArea, "verification_unanswered"},
    {kAny, kAny, kPlain, kArea, "", kUnqueued},
    {kAny, kAny, kPlain, kLiaison, "", kUnqueued},
};
constexpr std::array kVerificationParties = {kArea, kLiaison, kPerson, kProposer};
constexpr std::array kPersonAndArea = {kPerson, kArea};
constexpr std::array kPersonAlone = {kPerson};

}  // namespace

const RuleBook& RegistrationRules() {
  static constexpr RuleBook kBook{kRegistrationRules, kRegistrationParties};
  return kBook;
}
const RuleBook& RoleRules() {
  static constexpr RuleBook kBook{kRoleRules, kPersonAndArea};
  return kBook;
}
const RuleBook& PhoneRules() {
  static constexpr RuleBook kBook{kPhoneRules, kPersonAlone};
  return kBook;
}
const RuleBook& SignInRules() {
  static constexpr RuleBook kBook{kSignInRules, kPersonAlone};
  return kBook;
}
const RuleBook& DeletionRules() {
  static constexpr RuleBook kBook{kDeletionRules, kPersonAlone};
  return kBook;
}
const RuleBook& CredentialRules() {
  static constexpr RuleBook kBook{kCredentialRules, kPersonAndArea};
  return kBook;
}
const RuleBook& CategoryRules() {
  static constexpr RuleBook kBook{kCategoryRules, kPersonAndArea};
  return kBook;
}
const RuleBook& VerificationRules() {
  static constexpr RuleBook kBook{kVerificationRules, kVerificationParties};
  return kBook;
}

}  // namespace baodao::inbox
