// Events that failed too often, kept until an operator decides.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/events/consumer.h"
#include "common/redis/client.h"

namespace baodao::events {

struct DeadLetter {
  std::string id;       // of the letter itself; unique within group and shard
  std::string service;  // whose event it was
  int shard = 0;
  std::string event_id;  // its stream id
  int attempts = 0;
  std::string error;  // why the last try failed
  Time failed_at;
  v1::Event event;
};

// Oldest first within a shard, shards in order; at most `limit`.
Task<absl::StatusOr<std::vector<DeadLetter>>> ListDeadLetters(redis::Client& client,
                                                              std::string group, int shards,
                                                              int limit);
// Delivers the event again to this group only. False when there is no such letter (any more).
Task<absl::StatusOr<bool>> RequeueDeadLetter(redis::Client& client, std::string group, int shard,
                                             std::string id);
// False when there is no such letter.
Task<absl::StatusOr<bool>> DropDeadLetter(redis::Client& client, std::string group, int shard,
                                          std::string id);

}  // namespace baodao::events
