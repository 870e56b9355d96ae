// Keys of lists that are no records (store/records.h has those).
#pragma once

#include <string>
#include <string_view>

#include "common/store/keys.h"

namespace baodao::lists {

// The kind of the timers that finish publications, by need.
inline constexpr std::string_view kPublishTimer = "publish";

// How many things a person added to a list in a day.
inline std::string AddedTodayKey(const store::Keys& keys, std::string_view type,
                                 std::string_view person_id) {
  const std::string id = std::string(type) + ":" + std::string(person_id);
  return keys.Of(keys.ShardOfId(person_id), "added", id);
}

// Who was shown which contact (Events), kept for audits when the outbox has long been trimmed.
inline std::string ReleasesKey(const store::Keys& keys, int shard) {
  return keys.Of(shard, "releases");
}

}  // namespace baodao::lists
