// Areas by their names, in memory.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/areas/tree.h"
#include "common/search/terms.h"

namespace baodao::records {

// Loop thread only.
class AreaNames {
 public:
  // The areas of the tree from `from` on, in its order, whose names have all that is asked for and
  // that `fits`; `size` at most.
  std::vector<const areas::Area*> Find(const std::shared_ptr<const areas::AreaTree>& tree,
                                       const search::Asked& asked,
                                       const std::function<bool(const areas::Area&)>& fits,
                                       size_t from, size_t size);

 private:
  std::shared_ptr<const areas::AreaTree> tree_;
  std::vector<std::string> folded_;  // names, by the index of the area
};

}  // namespace baodao::records
