// Files that hold secrets: readable by their owner only, and never half written.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>
#include <string_view>

namespace baodao::crypto {

// NOT_FOUND, PERMISSION_DENIED (also when group or others may access it and `secret` is set), or
// FAILED_PRECONDITION for anything else; the message names the file. At most 1 MiB is read.
absl::StatusOr<std::string> ReadFile(const std::string& path, bool secret);

// Creates the file with this content, mode 0600 when `secret`, else 0644, on disk before it
// returns. ALREADY_EXISTS, with nothing changed, when there is one already, even if another process
// made it a moment ago. Missing directories are created with mode 0700.
absl::Status CreateFile(const std::string& path, std::string_view content, bool secret);

}  // namespace baodao::crypto
