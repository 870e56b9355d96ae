// The text about privacy that is in force, as the operator has set it.
#pragma once

#include <absl/status/statusor.h>

#include <vector>

#include "baodao/registration/v1/account.pb.h"
#include "common/config/config.h"

namespace baodao::registration {

// The settings beside privacy_version, which all services know.
std::vector<config::Row> PrivacyRows();

// Without a version: there is none. An error where some of the settings are there, and others not.
absl::StatusOr<v1::PrivacyTerms> PrivacyTermsOf(const config::Config& config);

}  // namespace baodao::registration
