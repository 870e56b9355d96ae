// Reading the events of services. See Commit::Emit for the writing side.
#pragma once

#include <absl/status/status.h>

#include <functional>
#include <string>
#include <vector>

#include "baodao/events/v1/events.pb.h"
#include "common/async/task.h"
#include "common/clock/clock.h"

namespace baodao::events {

struct Delivery {
  std::string service;  // whose stream
  int shard = 0;
  std::string id;   // stream id; (service, shard, id) is unique for ever
  int attempt = 1;  // how often it has been delivered
  // A dead letter that an operator sends again: later events of the stream may have been handled.
  // All others come in the order of the stream, or again from some point on.
  bool requeued = false;
  // A group only: the event before this one in its stream, "0-0" for the first. That one has been
  // handled, or is a dead letter.
  std::string previous;
  v1::Event event;
};

// Applies an effect. Must be idempotent: an event comes again after a crash. An error means "again
// later".
using Handler = std::function<Task<absl::Status>(const Delivery&)>;

// Applies the effects of events of one stream, in their order; after an error all of them come
// again, those that were applied too. Idempotent as a Handler. It owns what it was called with. An
// event that became a dead letter comes as well, alone and empty (no change), so that whoever keeps
// a position of its own can pass it.
using BatchHandler = std::function<Task<absl::Status>(std::vector<Delivery>)>;

// A loop that runs until it is stopped. One thread:
//   asio::co_spawn(loop, consumer->Run(), asio::detached);  …  consumer->Stop();
// It must outlive its Run, so await that after Stop (or let the loop end first).
class Consumer {
 public:
  virtual ~Consumer() = default;
  // Returns after Stop (which cancelling the coroutine also means), when the event under way is
  // done. Outages of the store are waited out.
  virtual Task<void> Run() = 0;
  virtual void Stop() = 0;
};

}  // namespace baodao::events
