// Professional qualifications that a coordinator has checked.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "baodao/registration/v1/person.pb.h"
#include "baodao/registration/v1/records.pb.h"
#include "common/auth/principal.h"
#include "common/clock/clock.h"

namespace baodao::registration {

// Who grants or revokes, and where they may; whoever may do so everywhere coordinates "", too.
struct Verifier {
  std::string id;
  std::function<bool(std::string_view area)> coordinates;
  auth::Covers covers;
};

// RETIRED_TAG of `field` for a retired kind that the person does not have: what there is can be
// renewed.
absl::Status CheckCredentialKind(std::string field, const std::string& kind,
                                 const v1::Person& person);
// Puts the credential on record, in place of one of the same kind, bound to the area that the
// request names, else to that of the one it renews, else to where the person is ACTIVE in the
// verifier's reach. One that has expired, or whose holder is not ACTIVE under its area any more, is
// not renewed but granted anew, by whoever may grant one. Refusals: OWN_CREDENTIAL,
// TOO_MANY_CREDENTIALS, an expiry that has passed or lies more than 50 years ahead,
// CREDENTIAL_OF_ANOTHER_AREA, PERMISSION_DENIED for an area that the verifier does not coordinate,
// NOT_REGISTERED when the person has no ACTIVE registration there, area_code REQUIRED where they
// have several.
absl::StatusOr<v1::Credential> GrantCredential(const v1::GrantCredentialRequest& request,
                                               const Verifier& verifier, Time now,
                                               v1::PersonRecord* person);
// That it has not passed and lies at most 50 years ahead: IN_THE_PAST, TOO_FAR_AHEAD.
absl::Status CheckCredentialExpiry(Time expires, Time now);
// Returns the revoked credential. NOT_FOUND when the person has none of the kind,
// CREDENTIAL_OF_ANOTHER_AREA.
absl::StatusOr<v1::Credential> RevokeCredential(const v1::RevokeCredentialRequest& request,
                                                const Verifier& verifier, Time now,
                                                v1::PersonRecord* person);

// When the person is next reminded of a credential that expires: 30 and 7 days before, of those
// that lay ahead when it was granted.
std::optional<Time> NextReminder(const v1::PersonRecord& person);
// The credentials to remind of now, those that have expired meanwhile left out; notes that it was
// done.
std::vector<v1::Credential> Remind(Time now, v1::PersonRecord* person);

}  // namespace baodao::registration
