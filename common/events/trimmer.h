// Keeps event streams short, without losing what a group has not handled.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <map>
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
  // Groups that are to read the streams. Events for one that has never started are kept, but not
  // for ever: for `keep_unstarted`.
  std::vector<std::string> readers;
  Millis keep_unstarted{7LL * 24 * 3'600'000};
};

struct Trimmed {
  int64_t removed = 0;  // events
  // The readers for which some shard keeps events longer than `keep`, because they have never
  // started; each with the age of the oldest of these.
  std::map<std::string, Millis> unstarted;
};

// Hears of every round.
using TrimObserver = std::function<void(const Trimmed&)>;

// Trims what is older than `keep` and, for every group of the stream, read and acknowledged. A
// group that is stuck keeps its events for ever: watch its lag. Any number of replicas may run it.
std::unique_ptr<Consumer> NewTrimmer(redis::Client& client, Clock& clock, TrimmerOptions options,
                                     TrimObserver observer = nullptr);

// One round over all shards.
Task<absl::StatusOr<Trimmed>> TrimOnce(redis::Client& client, Clock& clock, TrimmerOptions options);

}  // namespace baodao::events
