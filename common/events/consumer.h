// Reading the events of services. See Commit::Emit for the writing side.
#pragma once

#include <absl/status/status.h>

#include <functional>
#include <string>

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
  v1::Event event;
};

// Applies an effect. Must be idempotent: an event comes again after a crash. An error means "again
// later".
using Handler = std::function<Task<absl::Status>(const Delivery&)>;

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
