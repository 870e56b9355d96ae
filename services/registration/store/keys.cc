#include "services/registration/store/keys.h"

#include "common/ids/ids.h"
#include "services/registration/domain/registration_machine.h"

namespace baodao::registration {

std::optional<int> RecordKeys::ShardOf(std::string_view id, std::string_view prefix) const {
  if (!ids::IsValid(id, prefix)) return std::nullopt;
  const std::optional<int> shard = ids::ShardOf(id);
  if (!shard.has_value() || *shard >= keys_.shards()) return std::nullopt;
  return shard;
}

int RecordKeys::CallerShard(const auth::Principal& caller) const {
  const std::optional<int> own = ShardOf(caller.person_id, "per");
  return own.has_value() ? *own : keys_.ShardOfText(caller.Caller());
}

std::string RecordKeys::RegistrationsAt(int shard, v1::RegistrationState state,
                                        std::string_view area) const {
  return keys_.Of(shard, "registrations-" + StateName(state), area);
}

}  // namespace baodao::registration
