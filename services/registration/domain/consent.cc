#include "services/registration/domain/consent.h"

#include <algorithm>

#include "common/clock/timestamp.h"
#include "common/status/status.h"

namespace baodao::registration {
namespace {

bool Stands(const v1::PrivacyConsent& consent) { return !consent.has_withdraw_time(); }

}  // namespace

bool NeedsConsent(const v1::Person& person, std::string_view in_force) {
  return !in_force.empty() &&
         std::ranges::none_of(person.privacy_consents(), [&](const v1::PrivacyConsent& consent) {
           return consent.version() == in_force && Stands(consent);
         });
}

absl::Status CheckConsent(const v1::Person& person, const std::string& in_force) {
  if (!NeedsConsent(person, in_force)) return absl::OkStatus();
  return Refuse(Reason::CONSENT_REQUIRED, {{"version", in_force}});
}

absl::Status Consent(std::string_view version, const std::string& in_force, Time now,
                     v1::Person* person) {
  if (in_force.empty()) return Refuse(Reason::NO_PRIVACY_TERMS);
  if (version != in_force) {
    return Refuse(Reason::PRIVACY_VERSION_OUTDATED, {{"version", in_force}});
  }
  if (!NeedsConsent(*person, in_force)) return absl::OkStatus();
  auto& consents = *person->mutable_privacy_consents();
  if (consents.size() >= kMaxConsents) consents.erase(consents.begin());
  v1::PrivacyConsent& consent = *consents.Add();
  consent.set_version(in_force);
  *consent.mutable_give_time() = ToTimestamp(now);
  *person->mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

absl::Status WithdrawConsents(Time now, v1::Person* person) {
  if (std::ranges::none_of(person->privacy_consents(), Stands)) return Refuse(Reason::NO_CONSENT);
  for (v1::PrivacyConsent& consent : *person->mutable_privacy_consents()) {
    if (Stands(consent)) *consent.mutable_withdraw_time() = ToTimestamp(now);
  }
  *person->mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

}  // namespace baodao::registration
