// Which replicas of a group are alive.
#pragma once

#include <absl/status/status.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/clock/clock.h"
#include "common/redis/client.h"

namespace baodao::events::detail {

// Every replica counts its own number up with each heartbeat and watches the others' change: no two
// clocks are ever compared.
class Members {
 public:
  Members(redis::Client& client, std::string group, std::string self, Millis claim_idle);

  // Counts up and looks at the others.
  Task<absl::Status> Beat();
  // Whether the last heartbeat was sent recently enough for the others to believe in this replica.
  // False also after it has slept (stopped, swapped out, without Redis): others have its shards.
  bool Alive() const;
  // Tells the others at once.
  Task<void> Leave();

  // Sorted, with this replica; only this one before the first Beat. Empty when it is not Alive.
  std::vector<std::string> Live() const;

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Member {
    std::string beats;
    Instant changed;
  };

  redis::Client& client_;
  std::string key_;
  std::string self_;
  Millis claim_idle_;
  Instant last_beat_;  // when it was sent
  std::map<std::string, Member> others_;
};

}  // namespace baodao::events::detail
