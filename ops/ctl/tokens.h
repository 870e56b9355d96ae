// Access tokens made with a deployment's own key, for local use.
#pragma once

#include <absl/status/statusor.h>

#include <chrono>
#include <string>

#include "common/auth/principal.h"

namespace baodao::ctl {

// An operator everywhere, with a person id of its own.
auth::Principal OperatorPrincipal();

// INVALID_ARGUMENT naming the file when the key cannot be read.
absl::StatusOr<std::string> MintToken(const std::string& keys_dir, const auth::Principal& principal,
                                      std::chrono::seconds ttl);

// "coordinator@310110" or "operator"; INVALID_ARGUMENT otherwise.
absl::StatusOr<auth::RoleGrant> ParseGrant(const std::string& text);

}  // namespace baodao::ctl
