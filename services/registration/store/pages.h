// One page of ids out of an index that lies in several shards.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/areas/tree.h"
#include "common/async/task.h"
#include "common/store/store.h"

namespace baodao::registration {

// The parts of an area's index: what `part` names for each shard and each area whose index holds
// something of this one (AreaTree::IndexedUnder).
template <class Part>
std::vector<std::string> IndexParts(const areas::AreaTree& tree, std::string_view area, int shards,
                                    Part part) {
  std::vector<std::string> keys;
  for (const std::string& code : tree.IndexedUnder(area)) {
    for (int shard = 0; shard < shards; ++shard) keys.push_back(part(shard, code));
  }
  return keys;
}

struct IdPage {
  std::vector<std::string> ids;  // At most as many as asked for, ascending.
  std::string next;              // Where the next page starts; empty on the last one.
};

// `keys` are the parts of the index; see paging::MergeByMember.
Task<absl::StatusOr<IdPage>> ReadPage(store::Store& store, std::vector<std::string> keys,
                                      std::string after, int64_t size);

}  // namespace baodao::registration
