// A Lua script that goes over the wire in full only to servers that do not know it.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/async/task.h"
#include "common/redis/client.h"

namespace baodao::redis {

// Called by its digest, which is the same on every server; a server that has been started or has
// taken over since answers that it does not know it, and gets it in full once. Loop thread only.
class Script {
 public:
  using Replies = std::vector<absl::StatusOr<Reply>>;
  struct Call {
    std::vector<std::string> keys;  // of one shard, at least one
    std::vector<std::string> arguments;
  };

  // `text` outlives it.
  explicit Script(std::string_view text) : text_(text) {}

  // In one go, without atomicity. Answers stand in the order of the calls; errors as
  // Client::CallEach.
  Task<Replies> RunEach(Client& client, std::vector<Call> calls);
  Task<absl::StatusOr<Reply>> Run(Client& client, Call call);

 private:
  std::string_view text_;
  std::string digest_;  // empty: not asked for yet
};

}  // namespace baodao::redis
