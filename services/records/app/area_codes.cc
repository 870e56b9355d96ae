#include "services/records/app/area_codes.h"

#include <algorithm>
#include <utility>

namespace baodao::records {

SoughtAreas AreaSeeker::Seek(const std::shared_ptr<const areas::AreaTree>& tree,
                             const std::string& area_code) {
  if (tree != tree_) {
    tree_ = tree;
    known_.clear();
    for (const areas::Area& area : tree->All()) known_.push_back(area.code());
    std::ranges::sort(known_);
  }
  std::vector<std::string> codes = CodesOf(*tree, area_code);
  std::ranges::sort(codes);
  return records::Seek(known_, std::move(codes));
}

}  // namespace baodao::records
