// Entries of streams as deliveries, and what becomes of those that fail.
#pragma once

#include <absl/status/status.h>

#include <vector>

#include "common/events/consumer.h"
#include "common/events/detail/streams.h"
#include "common/redis/client.h"

namespace baodao::events::detail {

// INVALID_ARGUMENT when the entry holds no event this build can read. `service` and `shard` are
// set already.
absl::Status ParseEvent(const Entry& entry, Delivery& delivery);

// Run the handler; what it throws is INTERNAL.
Task<absl::Status> Deliver(const Handler& handler, const Delivery& delivery);
Task<absl::Status> DeliverTogether(const BatchHandler& handler, std::vector<Delivery> batch);

// Whether the error may pass by itself.
bool IsOutage(const absl::Status& status);

// Puts the event into the group's dead letters. `bytes` is the event as it was.
Task<absl::Status> DeadLetter(redis::Client& client, std::string group, const Delivery& delivery,
                              std::string bytes, std::string error, Time now);

}  // namespace baodao::events::detail
