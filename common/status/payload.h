// How a refusal is kept in an absl::Status; private to common/status.
#pragma once

#include <absl/status/status.h>

#include <optional>
#include <string>

#include "baodao/status/v1/refusal.pb.h"
#include "common/status/status.h"

namespace baodao::status_internal {

// Empty when the status is no refusal.
std::optional<status::v1::Refusal> PayloadOf(const absl::Status& status);
// A status with this code, text and payload.
absl::Status WithPayload(absl::StatusCode code, const std::string& text,
                         const status::v1::Refusal& refusal);

void ToProto(const Violation& violation, status::v1::Violation* out);
// Empty for a kind this build does not know.
std::optional<Violation> FromProto(const status::v1::Violation& violation);

}  // namespace baodao::status_internal
