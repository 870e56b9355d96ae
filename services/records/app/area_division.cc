#include "services/records/app/area_division.h"

#include <map>

namespace baodao::records {
namespace {

// The area right below `area_code` that `code` is or lies below; empty where there is none.
std::string ChildAbove(const areas::AreaTree& tree, const std::string& area_code,
                       const areas::Area& area) {
  if (area.parent_code() == area_code) return area.code();
  for (const areas::Area* above : tree.Ancestors(area.code())) {
    if (above->parent_code() == area_code) return above->code();
  }
  return "";
}

}  // namespace

AreaDivision DivideArea(const areas::AreaTree& tree, const std::string& area_code) {
  AreaDivision division;
  division.area = {area_code, tree.Find(area_code)->name()};
  std::map<std::string, size_t> position;
  for (const areas::Area* child : tree.Children(area_code)) {
    if (tree.SuccessorOf(child->code()) != nullptr) continue;
    position[child->code()] = division.children.size();
    division.children.push_back({child->code(), child->name()});
  }
  const size_t own = division.children.size();
  division.children.push_back(division.area);
  const bool closed = tree.SuccessorOf(area_code) != nullptr;
  for (const areas::Area& area : tree.All()) {
    const areas::Area& current = *tree.CurrentOf(area.code());
    if (!tree.Covers(area_code, closed ? area.code() : current.code())) continue;
    const auto child = position.find(ChildAbove(tree, area_code, current));
    division.child_of[area.code()] = child == position.end() ? own : child->second;
  }
  return division;
}

}  // namespace baodao::records
