// The Redis functions of commit.lua.
#pragma once

#include <absl/status/status.h>

#include <string_view>

#include "common/async/task.h"
#include "common/redis/client.h"

namespace baodao::store::detail {

inline constexpr std::string_view kCommitFunction = "baodao_commit_5";
inline constexpr std::string_view kUnmarkFunction = "baodao_unmark_5";
inline constexpr std::string_view kTakeTimersFunction = "baodao_take_timers_5";

// The library's source.
std::string_view CommitLibrary();

// Loads the library on every primary, replacing what is there under its name: builds that differ in
// more than the comments of it have different names. One primary that takes it is enough while the
// others cannot be reached.
Task<absl::Status> LoadFunctions(redis::Client& client);

}  // namespace baodao::store::detail
