// Consumers of the events in a MemoryData, for simulations: deterministic, on an injected clock.
#pragma once

#include <asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "common/events/consumer.h"
#include "common/store/memory_data.h"

namespace baodao::events {

struct MemoryConsumerOptions {
  // A group keeps its cursors in the data, so that the next consumer of that name goes on where
  // this one was (one at a time). Empty: a tail, which starts where the streams end now and skips
  // what fails.
  std::string group;
  std::vector<std::string> services;
  int shards = 0;
  int max_deliveries = 8;  // then a group drops the event into MemoryDeadLetters
  Millis retry{1'000};     // between two tries
};

// `data` and `clock` outlive it; `data` must not be trimmed past a group's cursors.
std::unique_ptr<Consumer> NewMemoryConsumer(asio::io_context& loop, store::MemoryData& data,
                                            Clock& clock, MemoryConsumerOptions options,
                                            Handler handler);

// The names "{NN}service:events id" of the events a group gave up, in order.
std::vector<std::string> MemoryDeadLetters(const store::MemoryData& data, const std::string& group);

}  // namespace baodao::events
