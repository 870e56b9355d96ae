// The text that people consent to: the one about privacy that is in force, known by its version; an
// empty version: there is none, and nobody is asked.
#pragma once

#include <absl/status/status.h>

#include <string>
#include <string_view>

#include "baodao/registration/v1/person.pb.h"
#include "common/clock/clock.h"

namespace baodao::registration {

// For a person; the oldest go first.
inline constexpr int kMaxConsents = 20;

// Whether the person is still to be asked.
bool NeedsConsent(const v1::Person& person, std::string_view in_force);
// CONSENT_REQUIRED where they are.
absl::Status CheckConsent(const v1::Person& person, const std::string& in_force);

// The person agrees to the text of this version. NO_PRIVACY_TERMS, PRIVACY_VERSION_OUTDATED. Given
// again, it stays as it is.
absl::Status Consent(std::string_view version, const std::string& in_force, Time now,
                     v1::Person* person);
// Takes back all that stand. NO_CONSENT where none does.
absl::Status WithdrawConsents(Time now, v1::Person* person);

}  // namespace baodao::registration
