// The event streams that the archive follows, as they are in Redis.
#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/redis/client.h"
#include "services/records/store/archive.h"

namespace baodao::records {

struct Streams {
  std::string group;  // that reads them
  std::vector<std::string> services;
  int shards = 0;  // of each service
};

using StreamIds = std::map<StreamName, StreamId>;

// Where the group stands in each; 0-0 where it has not begun.
Task<absl::StatusOr<StreamIds>> ReadCursors(redis::Client& redis, const Streams& streams);

// The last id that each has given out; 0-0 of one without events.
Task<absl::StatusOr<StreamIds>> ReadEnds(redis::Client& redis, const Streams& streams);

}  // namespace baodao::records
