// For a group that keeps by itself, in another store, how far it has come.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/redis/client.h"

namespace baodao::events {

// Where the group stands in each stream of the service, in the order of the shards; "0-0" where it
// has not begun.
Task<absl::StatusOr<std::vector<std::string>>> CursorIds(redis::Client& client, std::string group,
                                                         std::string service, int shards);

// Sets the group's cursor back to `id` where it stands further on; whichever replica reads the
// stream goes on from there.
Task<absl::Status> Rewind(redis::Client& client, std::string group, std::string service, int shard,
                          std::string id);

// From which event on the stream holds everything: "0-0" where nothing after `id` was trimmed, else
// its first event, or, when it is empty, its last id.
Task<absl::StatusOr<std::string>> CompleteFrom(redis::Client& client, std::string service,
                                               int shard, std::string id);

// The last id each stream has given out, in the order of the shards; "0-0" of one without events.
Task<absl::StatusOr<std::vector<std::string>>> LastIds(redis::Client& client, std::string service,
                                                       int shards);

}  // namespace baodao::events
