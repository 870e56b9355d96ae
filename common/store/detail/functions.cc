#include "common/store/detail/functions.h"

#include <vector>

namespace baodao::store::detail {
namespace {

constexpr char kCommitLua[] =
#include "common/store/commit_lua.inc"
    ;

}  // namespace

std::string_view CommitLibrary() { return kCommitLua; }

Task<absl::Status> LoadFunctions(redis::Client& client) {
  redis::Command command = redis::Command::Any("FUNCTION", "LOAD", "REPLACE", CommitLibrary());
  const std::vector<absl::StatusOr<redis::Reply>> replies =
      co_await client.CallPrimaries(std::move(command));
  for (const auto& reply : replies) {
    if (!reply.ok()) co_return reply.status();
  }
  co_return absl::OkStatus();
}

}  // namespace baodao::store::detail
