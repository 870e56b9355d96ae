#include "services/dispatch/store/task_list.h"

#include <vector>

namespace baodao::dispatch {
namespace {

// Those of the subtree in whose lists its tasks stand: what lies in a subdistrict stands in no list
// above it.
std::vector<std::string> ListedUnder(const areas::AreaTree& tree, const std::string& code) {
  if (tree.SubdistrictOf(code) != nullptr) return {code};
  std::vector<std::string> listed;
  for (const areas::Area& area : tree.Subtree(code)) {
    const areas::Area* const subdistrict = tree.SubdistrictOf(area.code());
    if (subdistrict == nullptr || subdistrict == &area) listed.push_back(area.code());
  }
  return listed;
}

}  // namespace

record::PageQuery TasksIn(const DispatchKeys& keys, const areas::AreaTree& tree,
                          const std::string& area_code, std::span<const std::string_view> lists) {
  record::PageQuery query;
  query.area = area_code;
  query.descending = false;
  const std::vector<std::string> codes = tree.IndexedUnder(area_code);
  query.exact = codes.size() == 1;
  for (const std::string& code : codes) {
    for (const std::string& listed : ListedUnder(tree, code)) {
      const int shard = tree.ShardOf(listed, keys.base());
      for (const std::string_view list : lists) {
        query.lists.push_back(keys.List(shard, list, listed));
      }
    }
  }
  return query;
}

}  // namespace baodao::dispatch
