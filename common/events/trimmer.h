// Keeps event streams short, without losing what a group has not handled.
#pragma once

#include <absl/status/statusor.h>

#include <memory>
#include <string>
#include <vector>

#include "common/events/consumer.h"
#include "common/redis/client.h"

namespace baodao::events {

struct TrimmerOptions {
  std::string service;  // whose streams: every service trims its own
  int shards = 0;
  Millis keep{3'600'000};  // tails must find at least this much
  Millis every{60'000};
};

// Trims what is older than `keep` and, for every group of the stream, read and acknowledged. A
// group that is stuck keeps its events for ever: watch its lag. Any number of replicas may run it.
std::unique_ptr<Consumer> NewTrimmer(redis::Client& client, Clock& clock, TrimmerOptions options);

// One round over all shards; the number of events removed.
Task<absl::StatusOr<int64_t>> TrimOnce(redis::Client& client, Clock& clock, TrimmerOptions options);

}  // namespace baodao::events
