// Reads what a stream of events still holds.
#pragma once

#include <absl/status/status.h>

#include <string>

#include "common/events/consumer.h"
#include "common/redis/client.h"

namespace baodao::events {

// Hands the handler every event of the stream from `since` on, in order, as far as it was not
// trimmed. An error of the handler ends it, as an outage does; an entry that is no event is
// skipped.
Task<absl::Status> ReadSince(redis::Client& client, std::string service, int shard, Time since,
                             Handler handler);

}  // namespace baodao::events
