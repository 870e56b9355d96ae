// Effectful consumers: each event is handled by one replica of the group, in the order of its
// stream.
//
// A group keeps one cursor per stream, behind which everything is handled, and its live replicas
// share the shards out among themselves. That costs Redis a fifth of what consumer groups of Redis
// Streams cost (an entry, its transfer and its acknowledgement are three writes there), and keeps
// the order of a stream across replicas and crashes.
#pragma once

#include <absl/status/statusor.h>

#include <asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/events/consumer.h"
#include "common/redis/client.h"

namespace baodao::events {

struct GroupOptions {
  std::string group;                  // "inbox"; one per service and purpose
  std::vector<std::string> services;  // whose events
  int shards = 0;                     // Keys::shards()
  // Names this process among the replicas; made up when empty. One that stays the same over
  // restarts makes them quicker.
  std::string consumer;
  int batch = 64;            // events of a stream taken at once
  Millis linger{10};         // under load, between two reads: gathers larger batches
  Millis heartbeat{1'000};   // of a live replica
  Millis claim_idle{4'000};  // without one for this long, its shards are taken over
  Millis save_every{200};    // what a crash may let be handled again
  int max_deliveries = 8;    // then the event becomes a dead letter
  // Outages (UNAVAILABLE, ABORTED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED) make dead letters only
  // after this long.
  Millis outage_patience{600'000};
  Millis retry_min{50};     // before a failed event is tried again, doubling …
  Millis retry_max{5'000};  // … up to this
};

struct GroupStats {
  uint64_t handled = 0;       // here
  uint64_t failed = 0;        // errors of the handler
  uint64_t dead_letters = 0;  // put there by this process
  int shards = 0;             // this replica's share
};

// How far a group is behind, over all of its streams, for metrics.
struct GroupLag {
  int64_t unread = 0;        // events not handled yet
  Millis oldest{0};          // age of the oldest of them; 0: none
  int64_t dead_letters = 0;  // waiting for an operator
};

// Events of one stream are handled one after the other; a failing event holds its stream back until
// it succeeds or is a dead letter. An event is handled within 100 ms when the group is not behind.
// It may be handled again after a crash, and, for a moment, by two replicas when one joins or is
// taken for dead.
class GroupConsumer : public Consumer {
 public:
  virtual GroupStats stats() const = 0;
};

// `client` and `clock` outlive the consumer. A new group starts at the beginning of what the
// streams hold.
std::unique_ptr<GroupConsumer> NewGroupConsumer(asio::io_context& loop, redis::Client& client,
                                                Clock& clock, GroupOptions options,
                                                Handler handler);

// The same for a handler of batches. Where one fails its events come again one by one, so that only
// the guilty one becomes a dead letter. A cursor that is set back (see rewind.h) is noticed within
// two heartbeats, also by a replica that has nothing to save.
std::unique_ptr<GroupConsumer> NewBatchConsumer(asio::io_context& loop, redis::Client& client,
                                                Clock& clock, GroupOptions options,
                                                BatchHandler handler);

Task<absl::StatusOr<GroupLag>> ReadGroupLag(redis::Client& client, Clock& clock, std::string group,
                                            std::vector<std::string> services, int shards);

}  // namespace baodao::events
