#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include "common/ids/ids.h"
#include "common/store/detail/errors.h"
#include "common/store/redis_store.h"

namespace baodao::store {
namespace {

constexpr std::string_view kShardsKey = "baodao:shards";
// In the slot of the other: a start needs one node for both.
constexpr std::string_view kRingKey = "{baodao:shards}:ring";
constexpr int kDefaultShards = 16;

}  // namespace

Task<absl::StatusOr<int>> OpenShards(redis::Client& client, int wanted) {
  if (wanted < 0 || wanted > ids::kMaxShards) {
    co_return absl::InvalidArgumentError(
        absl::StrCat("the number of shards must be 1 to ", ids::kMaxShards, ", not ", wanted));
  }
  const int offered = wanted == 0 ? kDefaultShards : wanted;
  redis::Command command =
      redis::Command::On(kShardsKey, "SET", kShardsKey, std::to_string(offered), "NX", "GET");
  absl::StatusOr<redis::Reply> reply = co_await client.Call(std::move(command));
  if (!reply.ok()) co_return detail::StoreError(reply.status());
  if (reply->IsNil()) co_return offered;
  int kept = 0;
  if (!absl::SimpleAtoi(reply->text, &kept) || kept < 1 || kept > ids::kMaxShards) {
    co_return absl::FailedPreconditionError(
        absl::StrCat("the key baodao:shards holds no number of shards: ", reply->text));
  }
  if (wanted != 0 && kept != wanted) {
    co_return absl::FailedPreconditionError(absl::StrCat("the data was started with ", kept,
                                                         " shards and cannot be opened with ",
                                                         wanted, ": the number never changes"));
  }
  co_return kept;
}

Task<absl::Status> CheckRing(redis::Client& client, const crypto::KeyRing& ring) {
  const std::string mark = ring.LookupHash("ring");
  redis::Command command = redis::Command::On(kRingKey, "SET", kRingKey, mark, "NX", "GET");
  absl::StatusOr<redis::Reply> reply = co_await client.Call(std::move(command));
  if (!reply.ok()) co_return detail::StoreError(reply.status());
  if (reply->IsNil() || reply->text == mark) co_return absl::OkStatus();
  co_return absl::FailedPreconditionError("the data was written with another ring.json");
}

}  // namespace baodao::store
