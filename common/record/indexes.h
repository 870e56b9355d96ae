// The lists that records stand in: sorted sets of "<id>|<tag>" in the shards of the records.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/areas/tree.h"
#include "common/record/type.h"
#include "common/store/commit.h"
#include "common/store/keys.h"

namespace baodao::record {

// A record in its lists.
struct Indexed {
  std::string id;
  Places places;
};

// The creation time that an id carries, in milliseconds.
double CreatedAt(std::string_view id);

// Names of the lists of one type in one shard. `state`: "" for any.
class IndexKeys {
 public:
  IndexKeys(const store::Keys& keys, std::string_view type) : keys_(keys), type_(type) {}

  std::string InArea(int shard, std::string_view area_code, std::string_view state) const;
  std::string Of(int shard, std::string_view owner_id) const;
  std::string All(int shard) const;

 private:
  const store::Keys& keys_;
  std::string type_;
};

// Whether it is known that nothing of a record's areas belongs to `area_code`, though one of the
// lists of AreaTree::IndexedUnder holds it.
bool IsElsewhere(const areas::AreaTree& tree, std::string_view area_code, const Places& places);

// Adds to `commit` what leads from the lists of `before` (nothing: a new record) to those of
// `after` (nothing: a deleted one). Where the tree does not have an area, it cannot be told which
// areas lie above it: AREA_UNKNOWN for a new record; PEER_UNAVAILABLE for one that is there, and so
// is in another replica's tree.
absl::Status Reindex(const IndexKeys& keys, const areas::AreaTree& tree,
                     const google::protobuf::EnumDescriptor* states, const Indexed* before,
                     const Indexed* after, store::Commit* commit);

}  // namespace baodao::record
