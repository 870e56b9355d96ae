// Caches: every replica sees every event, from a position on, and keeps no state in Redis.
#pragma once

#include <absl/status/statusor.h>

#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/events/consumer.h"
#include "common/redis/client.h"

namespace baodao::events {

struct TailOptions {
  std::vector<std::string> services;  // whose events
  int shards = 0;                     // Keys::shards()
  int batch = 256;                    // events of a stream taken at once
  Millis linger{10};                  // under load, between two reads
};

// Events may have been missed: the stream was trimmed past the position. Load a snapshot again. The
// tail goes on from what is left when it returns.
using GapHandler = std::function<Task<void>(std::string service, int shard)>;

class Tail : public Consumer {
 public:
  // Puts every stream's position down as "now": call before loading the snapshot, then Run. Run
  // does it itself otherwise. Errors: UNAVAILABLE.
  virtual Task<absl::Status> Prepare() = 0;
  // Whether all that was in the streams when it was last read has been handled.
  virtual bool caught_up() const = 0;
};

// A handler's error is logged and the event skipped: a cache that cannot apply an event must heal
// itself (e.g. by dropping the entry). `client` outlives the tail.
std::unique_ptr<Tail> NewTail(asio::io_context& loop, redis::Client& client, Clock& clock,
                              TailOptions options, Handler handler, GapHandler gap);

}  // namespace baodao::events
