// Registration's own copy of the tree, read from its store.
#pragma once

#include <absl/status/statusor.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/areas/feed.h"
#include "common/async/task.h"
#include "common/auth/principal.h"
#include "common/clock/clock.h"
#include "common/store/store.h"

namespace baodao::registration {

// Loop thread only. `store` and `clock` outlive it.
class AreaBook {
 public:
  using Tree = std::shared_ptr<const areas::AreaTree>;

  AreaBook(store::Store& store, Clock& clock);

  areas::AreaTreeFeed& feed() { return feed_; }
  const Tree& tree() const { return feed_.tree(); }
  // The tree as the store holds it: asks for its version, and reads it only when that is another.
  // An import through any replica shows from the moment its event can be seen.
  Task<absl::StatusOr<Tree>> Newest();

 private:
  Task<absl::StatusOr<std::vector<v1::Area>>> Read();

  store::Store& store_;
  areas::AreaTreeFeed feed_;
  uint64_t version_ = 0;  // of the record that was read last
};

}  // namespace baodao::registration
