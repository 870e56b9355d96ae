// Which database is written, noted in Redis: two with different contents must not share the events
// out among themselves.
//
//   key                      type   holds                       bound
//   {00}records:database     value  the id of the database      15 seconds after its last replica
#pragma once

#include <absl/status/status.h>

#include <string>

#include "common/async/task.h"
#include "common/redis/client.h"

namespace baodao::records {

// For the next 15 seconds nobody may write another database than `id` (see DatabaseId).
// FAILED_PRECONDITION while that is so of another one.
Task<absl::Status> ClaimDatabase(redis::Client& redis, std::string id);

}  // namespace baodao::records
