// Lists that lie in several shards, merged by id.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/store/store.h"

namespace baodao::paging {

// Members of several indexes after `after` (exclusive; empty: from the start), ascending in byte
// order, at most `limit`, each member once. Every score in the indexes must be equal. The indexes
// are read at the same time. Record ids order by creation time across shards, so the last id of a
// page is a sufficient position: a record that was there when the listing began is shown exactly
// once, whatever is inserted meanwhile.
Task<absl::StatusOr<std::vector<std::string>>> MergeByMember(store::Store& store,
                                                             std::vector<std::string> keys,
                                                             std::string after, int64_t limit);

}  // namespace baodao::paging
