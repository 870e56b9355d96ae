#include "services/records/store/claim.h"

#include "common/redis/script.h"
#include "common/status/macros.h"
#include "common/store/keys.h"

namespace baodao::records {
namespace {

constexpr int kClaimMs = 15'000;

// The key; the id and for how long. 1, or 0 where it is another's.
constexpr char kClaim[] = R"(
local now = redis.call('GET', KEYS[1])
if now and now ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
)";

}  // namespace

Task<absl::Status> ClaimDatabase(redis::Client& redis, std::string id) {
  const std::string key = store::Keys("records", 1).Of(0, "database");
  static redis::Script claim(kClaim);
  redis::Script::Call call{{key}, {std::move(id), std::to_string(kClaimMs)}};
  CO_ASSIGN_OR_RETURN(const redis::Reply reply, co_await claim.Run(redis, std::move(call)));
  if (reply.integer == 1) co_return absl::OkStatus();
  co_return absl::FailedPreconditionError(
      "replicas of records with another database are running: all must have the same");
}

}  // namespace baodao::records
