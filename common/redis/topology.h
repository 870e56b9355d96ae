// The nodes of a cluster and their slots, as the nodes tell it. Internal to common/redis.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/redis/client.h"
#include "common/redis/reply.h"
#include "common/redis/slot.h"

namespace baodao::redis {

// How often one command is sent on by MOVED and ASK before the answer is passed to the caller.
inline constexpr int kMaxRedirects = 5;

struct Topology {
  static constexpr int16_t kNobody = -1;
  std::vector<Endpoint> primaries;
  std::vector<int16_t> owner;  // of each slot: index into primaries, or kNobody
};

// From the answer to CLUSTER SLOTS. A node that does not know its own address is where we asked it.
absl::StatusOr<Topology> ParseSlots(const Reply& reply, const std::string& asked_host);

struct Redirect {
  bool ask = false;  // for this command only
  uint16_t slot = 0;
  Endpoint to;
};

// From "MOVED 3999 127.0.0.1:6381" or "ASK …"; nothing for any other error.
std::optional<Redirect> ParseRedirect(std::string_view line, const Endpoint& from);

}  // namespace baodao::redis
