// Professional qualifications that a coordinator has checked.
#pragma once

#include <absl/status/status.h>

#include <string>

#include "baodao/registration/v1/person.pb.h"
#include "baodao/registration/v1/records.pb.h"
#include "common/clock/clock.h"

namespace baodao::registration {

// Puts the credential on record, in place of one of the same kind. Refusals: OWN_CREDENTIAL,
// TOO_MANY_CREDENTIALS, an expiry that has passed or lies more than 50 years ahead.
absl::Status GrantCredential(const v1::GrantCredentialRequest& request,
                             const std::string& verifier_id, Time now, v1::PersonRecord* person);
// NOT_FOUND when the person has none of the kind.
absl::Status RevokeCredential(const v1::RevokeCredentialRequest& request, Time now,
                              v1::PersonRecord* person);

}  // namespace baodao::registration
