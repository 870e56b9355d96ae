// One value: from text to its type and back; private to common/config and its tests.
#pragma once

#include <absl/status/statusor.h>

#include <span>
#include <string>
#include <string_view>

#include "common/config/config.h"

namespace baodao::config {

// INVALID_ARGUMENT whose message says what was expected: "expected a duration such as 30s, got
// \"x\"".
absl::StatusOr<Value> ParseValue(Type type, std::string_view text);
// "string", "duration", … for --help.
std::string_view TypeName(Type type);
// The candidate fewest edits away, if it is near enough to be a slip; empty otherwise.
std::string Nearest(std::string_view name, std::span<const std::string> candidates);

}  // namespace baodao::config
