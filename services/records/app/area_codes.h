// Areas as SQL is told of them: by their codes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/areas/tree.h"
#include "services/records/domain/sought_areas.h"

namespace baodao::records {

// The areas whose things belong to the subtree of `area_code`: those in it and the closed ones
// whose place they took.
inline std::vector<std::string> CodesOf(const areas::AreaTree& tree, const std::string& area_code) {
  std::vector<std::string> codes;
  for (const areas::Area& area : tree.All()) {
    if (tree.Covers(area_code, area.code())) codes.push_back(area.code());
  }
  return codes;
}

// The same for searches. Loop thread only.
class AreaSeeker {
 public:
  SoughtAreas Seek(const std::shared_ptr<const areas::AreaTree>& tree,
                   const std::string& area_code);

 private:
  std::shared_ptr<const areas::AreaTree> tree_;
  std::vector<std::string> known_;  // its codes, sorted
};

}  // namespace baodao::records
