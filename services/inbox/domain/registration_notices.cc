#include <absl/strings/str_join.h>

#include "baodao/registration/v1/registration.pb.h"
#include "services/inbox/domain/collector.h"
#include "services/inbox/domain/kinds.h"

namespace baodao::inbox {
namespace {

using registration::v1::Registration;
using registration::v1::Verification;

How WayOf(const Registration& registration, bool own_doing, Party party) {
  if (registration.state() != registration::v1::REGISTRATION_STATE_ENDED) return How::kPlain;
  switch (registration.end_reason()) {
    case registration::v1::REGISTRATION_END_REASON_EXPIRED:
      return How::kByTime;
    case registration::v1::REGISTRATION_END_REASON_LAPSED:
      return How::kUnreviewed;
    case registration::v1::REGISTRATION_END_REASON_TRANSFERRED:
      if (party == Party::kPerson) return How::kTransferred;
      break;
    default:
      break;
  }
  return party == Party::kArea && own_doing ? How::kOwnDoing : How::kPlain;
}

// Why it is as it is now: a review has its comment, every other change its own.
const std::string& CommentOf(const Registration& registration,
                             registration::v1::RegistrationState before) {
  const bool reviewed = before == registration::v1::REGISTRATION_STATE_PENDING &&
                        registration.state() != registration::v1::REGISTRATION_STATE_ENDED;
  return reviewed ? registration.review_comment() : registration.change_comment();
}

}  // namespace

void TellOfRegistration(const events::v1::RegistrationChanged& changed, Collector* tell) {
  const Registration& registration = changed.registration();
  if (registration.state() == changed.before()) return;
  const bool of_unit = registration.subject_id().starts_with("unt_");
  const std::string& speaker = of_unit ? changed.liaison_id() : registration.subject_id();
  // One who reports and withdraws in a loop makes new registrations, and is still one.
  tell->About(registration.registration_id(),
              {{"area", registration.area_code()},
               {"note", registration.note()},
               {"comment", CommentOf(registration, changed.before())}},
              registration.subject_id());
  const auto way_to = [&](Party party) { return WayOf(registration, tell->Did(speaker), party); };
  const auto to = [&](Party party, const std::string& id) {
    tell->Tell(RegistrationRules(), changed.before(), registration.state(), way_to(party), party,
               id);
  };
  if (changed.before() == registration::v1::REGISTRATION_STATE_PENDING) {
    tell->TellOn(kRegistrationFamily, RegistrationRules(), changed.before(), registration.state(),
                 way_to(Party::kArea), Party::kArea, registration.area_code());
  } else {
    to(Party::kArea, registration.area_code());
  }
  // All who speak for it.
  to(Party::kPerson, registration.subject_id());
  to(Party::kLiaison, registration.through_unit_id());
}

void TellOfRole(const events::v1::RoleChanged& changed, Collector* tell) {
  const bool coordinator = changed.role() == auth::v1::ROLE_COORDINATOR;
  tell->About(changed.person_id(),
              {{"area", changed.area_code()}, {"role", coordinator ? "coordinator" : "operator"}});
  const int after = changed.granted() ? 1 : 0;
  tell->Tell(RoleRules(), kAny, after, How::kPlain, Party::kPerson, changed.person_id());
  tell->Tell(RoleRules(), kAny, after, How::kPlain, Party::kArea, changed.area_code());
}

void TellOfPhone(const events::v1::PhoneChanged& changed, Collector* tell) {
  tell->About(changed.person_id(), {{"reason", changed.reason()}});
  tell->Tell(PhoneRules(), kAny, 0, How::kPlain, Party::kPerson, changed.person_id());
}

void TellOfSignIn(const events::v1::SignedIn& signed_in, Collector* tell) {
  const int64_t start = tell->time().time_since_epoch().count();
  tell->About(signed_in.session_id(),
              {{"device", signed_in.device_name()}, {"start", std::to_string(start)}});
  tell->Tell(SignInRules(), kAny, 0, How::kPlain, Party::kPerson, signed_in.person_id());
}

void TellOfDeletion(const events::v1::AccountDeletionChanged& changed, Collector* tell) {
  const int64_t due = ToTime(changed.delete_time()).time_since_epoch().count();
  tell->About(changed.person_id(), {{"expire", std::to_string(due)},
                                    {"obligations", absl::StrJoin(changed.obligations(), ",")}});
  tell->Tell(DeletionRules(), kAny, changed.has_delete_time() ? 1 : 0, How::kPlain, Party::kPerson,
             changed.person_id());
}

void TellOfCredential(const events::v1::CredentialChanged& changed, Collector* tell) {
  const registration::v1::Credential& credential = changed.credential();
  tell->About(changed.person_id(), {{"credential", credential.kind()},
                                    {"area", credential.area_code()},
                                    {"reason", changed.reason()}});
  const int after = changed.granted() ? 1 : 0;
  tell->Tell(CredentialRules(), kAny, after, How::kPlain, Party::kPerson, changed.person_id());
  tell->Tell(CredentialRules(), kAny, after, How::kPlain, Party::kArea, credential.area_code());
}

void TellOfExpiry(const events::v1::CredentialExpiring& expiring, Collector* tell) {
  const registration::v1::Credential& credential = expiring.credential();
  const int64_t expire = ToTime(credential.expire_time()).time_since_epoch().count();
  tell->About(expiring.person_id(),
              {{"credential", credential.kind()}, {"expire", std::to_string(expire)}});
  tell->Tell(CredentialRules(), kAny, kExpiring, How::kPlain, Party::kPerson, expiring.person_id());
}

void TellOfVerification(const events::v1::VerificationChanged& changed, Collector* tell) {
  const Verification& verification = changed.verification();
  const bool credential = verification.category().empty();
  // One who applies and withdraws in a loop makes new applications, and is still one.
  tell->About(verification.verification_id(),
              {{"area", verification.area_code()},
               {"tag", credential ? verification.credential_kind() : verification.category()},
               {"comment", verification.comment()}},
              verification.person_id());
  const How way = credential ? How::kCredential : How::kPlain;
  const auto to = [&](Party party, const std::string& id) {
    tell->Tell(VerificationRules(), changed.before(), verification.state(), way, party, id);
  };
  const auto queue = [&](Party party, const std::string& id) {
    tell->TellOn(kVerificationFamily, VerificationRules(), changed.before(), verification.state(),
                 way, party, id);
  };
  queue(Party::kArea, verification.area_code());
  // Nobody answers what they applied for.
  const bool nominated = verification.source() == registration::v1::VERIFICATION_SOURCE_NOMINATED;
  if (!nominated) queue(Party::kLiaison, verification.unit_id());
  to(Party::kPerson, verification.person_id());
  if (nominated) to(Party::kProposer, verification.applicant_id());
}

void TellOfCategory(const events::v1::CategoryRevoked& revoked, Collector* tell) {
  const registration::v1::VerifiedCategory& category = revoked.category();
  tell->About(
      revoked.person_id(),
      {{"tag", category.category()}, {"area", category.area_code()}, {"reason", revoked.reason()}});
  tell->Tell(CategoryRules(), kAny, 0, How::kPlain, Party::kPerson, revoked.person_id());
  tell->Tell(CategoryRules(), kAny, 0, How::kPlain, Party::kArea, category.area_code());
}

}  // namespace baodao::inbox
