// How much one person may add to the lists in a day: everything added is kept for good and read by
// coordinators, so that the calls per second alone do not bound it.
#pragma once

#include <absl/status/status.h>

#include <string>
#include <string_view>

#include "services/lists/rpc/deps.h"

namespace baodao::lists {

inline constexpr int kMostAddedPerDay = 50;

// Counts a request to add something to `list` once, however often it is sent. RATE_LIMITED beyond
// kMostAddedPerDay in the 24 hours since the first. Services are not limited. Call it inside the
// decision of a mutation: a refusal there still gives a request known already its old answer.
Task<absl::Status> CountAddition(rpc::CallContext ctx, ListsStore& lists, std::string_view list,
                                 std::string request_id);

}  // namespace baodao::lists
