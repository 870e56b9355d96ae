#include "services/inbox/domain/collector.h"

namespace baodao::inbox {
namespace {

// What the subject hears; empty: nothing.
std::string_view KindOf(registration::v1::RegistrationState before,
                        const registration::v1::Registration& registration) {
  switch (registration.state()) {
    case registration::v1::REGISTRATION_STATE_ACTIVE:
      return before == registration::v1::REGISTRATION_STATE_SUSPENDED ? "registration_resumed"
                                                                      : "registration_active";
    case registration::v1::REGISTRATION_STATE_REJECTED:
      return "registration_rejected";
    case registration::v1::REGISTRATION_STATE_SUSPENDED:
      return "registration_suspended";
    case registration::v1::REGISTRATION_STATE_ENDED:
      if (registration.end_reason() == registration::v1::REGISTRATION_END_REASON_EXPIRED) {
        return "registration_expired";
      }
      if (registration.end_reason() == registration::v1::REGISTRATION_END_REASON_LAPSED) {
        return "registration_lapsed";
      }
      return "registration_ended";
    default:
      return "";
  }
}

// In the words of whoever decided: a review has its own, what came after it another.
const std::string& CommentOf(registration::v1::RegistrationState before,
                             const registration::v1::Registration& registration) {
  const bool reviewed = before == registration::v1::REGISTRATION_STATE_PENDING &&
                        registration.state() != registration::v1::REGISTRATION_STATE_ENDED;
  return reviewed ? registration.review_comment() : registration.change_comment();
}

}  // namespace

void TellOfRegistration(const events::v1::RegistrationChanged& changed, Collector* tell) {
  const registration::v1::Registration& registration = changed.registration();
  const std::string& id = registration.registration_id();
  const std::string& area = registration.area_code();
  if (registration.state() == changed.before()) return;
  if (registration.state() == registration::v1::REGISTRATION_STATE_PENDING) {
    tell->Area(area, "registration_pending", id, {{"area", area}, {"note", registration.note()}});
    return;
  }
  const std::string_view kind = KindOf(changed.before(), registration);
  const bool of_unit = registration.subject_id().starts_with("unt_");
  const std::string& subject = of_unit ? changed.liaison_id() : registration.subject_id();
  // Nobody needs to hear what they have just done themselves.
  if (kind.empty() || subject == tell->actor()) return;
  tell->Person(subject, kind, id,
               {{"area", area}, {"comment", CommentOf(changed.before(), registration)}});
}

void TellOfCredential(const events::v1::CredentialChanged& changed, Collector* tell) {
  const registration::v1::Credential& credential = changed.credential();
  const auto until = ToTime(credential.expire_time()).time_since_epoch().count();
  tell->Person(changed.person_id(), changed.granted() ? "credential_granted" : "credential_revoked",
               changed.person_id(),
               {{"credential", credential.kind()},
                {"area", credential.area_code()},
                {"until", std::to_string(until)},
                {"reason", changed.reason()}});
}

void TellOfRole(const events::v1::RoleChanged& changed, Collector* tell) {
  const bool coordinator = changed.role() == auth::v1::ROLE_COORDINATOR;
  tell->Person(changed.person_id(), changed.granted() ? "role_granted" : "role_revoked",
               changed.person_id(),
               {{"area", changed.area_code()}, {"role", coordinator ? "coordinator" : "operator"}});
}

}  // namespace baodao::inbox
