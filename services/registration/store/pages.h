// One page of ids out of an index that lies in several shards.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/store/store.h"

namespace baodao::registration {

struct IdPage {
  std::vector<std::string> ids;  // At most as many as asked for, ascending.
  std::string next;              // Where the next page starts; empty on the last one.
};

// `keys` are the parts of the index; see paging::MergeByMember.
Task<absl::StatusOr<IdPage>> ReadPage(store::Store& store, std::vector<std::string> keys,
                                      std::string after, int64_t size);

}  // namespace baodao::registration
