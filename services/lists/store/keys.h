// Keys of lists that are no records (store/records.h has those).
#pragma once

#include <string>
#include <string_view>

#include "common/store/keys.h"

namespace baodao::lists {

// The kind of the timers that finish publications, by need.
inline constexpr std::string_view kPublishTimer = "publish";

// Releases of contacts (Events), kept for audits when the outbox has long been trimmed.
inline std::string ReleasesKey(const store::Keys& keys, int shard) {
  return keys.Of(shard, "releases");
}

}  // namespace baodao::lists
