#include "services/matching/store/lease.h"

#include <utility>

#include "baodao/matching/v1/records.pb.h"
#include "common/record/parse.h"
#include "common/status/macros.h"

namespace baodao::matching {

Leases::Leases(store::Store& store, Clock& clock, std::string holder, Millis ttl)
    : store_(store), clock_(clock), holder_(std::move(holder)), ttl_(ttl) {}

std::string Leases::KeyOf(const std::string& district) const {
  const store::Keys& keys = store_.keys();
  return keys.Of(keys.ShardOfText(district), "lease", district);
}

Task<absl::StatusOr<Fence>> Leases::Hold(std::string district) {
  CO_ASSIGN_OR_RETURN(const store::Stored stored, co_await store_.Get(KeyOf(district)));
  CO_ASSIGN_OR_RETURN(const auto lease, record::Parse<v1::LeaseRecord>(stored));
  const Time now = clock_.Now();
  const bool free = !lease.exists() || Time(Millis(lease.record.expire_ms())) <= now;
  if (!free && lease.record.holder() != holder_) co_return Fence{};
  co_return co_await Write(std::move(district), lease.version, now + ttl_, now + ttl_);
}

Task<absl::StatusOr<Fence>> Leases::Confirm(Fence fence) {
  co_return co_await Write(std::move(fence.district), fence.token, fence.expires,
                           clock_.Now() + ttl_);
}

Task<absl::Status> Leases::Release(Fence fence) {
  if (!fence.held()) co_return absl::OkStatus();
  const absl::StatusOr<Fence> released =
      co_await Write(std::move(fence.district), fence.token, fence.expires, Time{});
  co_return released.status();
}

Task<absl::StatusOr<Fence>> Leases::Write(std::string district, uint64_t expected, Time not_after,
                                          Time expires) {
  v1::LeaseRecord lease;
  lease.set_holder(holder_);
  lease.set_expire_ms(expires.time_since_epoch().count());
  store::Commit commit(store_.keys().ShardOfText(district));
  commit.Put(KeyOf(district), expected, lease.SerializeAsString());
  commit.NotAfter(not_after);
  CO_ASSIGN_OR_RETURN(const store::CommitOutcome outcome, co_await store_.Apply(std::move(commit)));
  if (outcome.kind != store::CommitOutcome::Kind::kApplied) co_return Fence{};
  co_return Fence{std::move(district), expected + 1, expires};
}

}  // namespace baodao::matching
