// The rules of roles: who may grant and revoke them.
#pragma once

#include <absl/status/status.h>

#include <functional>
#include <string_view>
#include <vector>

#include "baodao/registration/v1/records.pb.h"
#include "common/auth/principal.h"
#include "services/registration/domain/registration_rules.h"

namespace baodao::registration {

// How many roles one person may hold: they travel in every token.
inline constexpr int kMaxGrants = 16;

// A role at an area is given or taken by an operator whose own area covers it; COORDINATOR also by
// a coordinator of an area above, not of that area itself. Services may do both. GRANT_TOO_WIDE for
// anybody else.
absl::Status CheckMayChangeRole(const auth::Principal& caller, auth::v1::Role role,
                                std::string_view area_code, const Covers& covers);

// Adds the grant; false when the person has it already.
bool AddGrant(auth::v1::Role role, std::string_view area_code, v1::PersonRecord* person);
// Removes it; false when the person does not have it.
bool RemoveGrant(auth::v1::Role role, std::string_view area_code, v1::PersonRecord* person);

// As tokens carry them.
std::vector<auth::RoleGrant> GrantsOf(const v1::PersonRecord& person);

}  // namespace baodao::registration
