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
  // A primary that is down gets them with the first commit it is asked for (RedisStore); the shards
  // of all others are served meanwhile.
  absl::Status missed;
  size_t loaded = 0;
  for (const auto& reply : replies) {
    if (reply.ok()) {
      ++loaded;
    } else if (missed.ok() || absl::IsUnavailable(missed)) {
      missed = reply.status();
    }
  }
  if (loaded > 0 && absl::IsUnavailable(missed)) co_return absl::OkStatus();
  co_return missed;
}

}  // namespace baodao::store::detail
