#include "common/areas/tree.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "common/areas/geo.h"
#include "common/status/macros.h"

namespace baodao::areas {
namespace {

using common::v1::GeoPoint;
using registration::v1::AREA_LEVEL_SUBDISTRICT;
using registration::v1::AREA_LEVEL_UNSPECIFIED;
using registration::v1::AreaLevel_IsValid;

// The areas as given, with indexes instead of codes, on the way to depth-first order.
class Draft {
 public:
  explicit Draft(std::vector<Area> areas) : areas_(std::move(areas)), parents_(areas_.size(), -1) {}

  // The first error found, its area in `culprit`.
  absl::Status Check(size_t* culprit);
  // The areas depth first; their parents' new indexes (-1: none) in `parents`. After Check.
  std::vector<Area> DepthFirst(std::vector<int>* parents);

 private:
  std::string ProblemOf(size_t index);

  std::vector<Area> areas_;
  std::vector<int> parents_;
  std::unordered_map<std::string_view, int> by_code_;
};

std::string Draft::ProblemOf(size_t index) {
  const Area& area = areas_[index];
  if (area.code().empty()) return "it has no code";
  if (area.name().empty()) return "it has no name";
  if (area.level() == AREA_LEVEL_UNSPECIFIED || !AreaLevel_IsValid(area.level())) {
    return "it has no level";
  }
  if (area.parent_code().empty()) return {};
  const auto parent = by_code_.find(area.parent_code());
  if (parent == by_code_.end()) {
    return absl::StrCat("its parent ", area.parent_code(), " is missing");
  }
  parents_[index] = parent->second;
  const bool fits =
      area.level() > AREA_LEVEL_SUBDISTRICT || area.level() > areas_[parent->second].level();
  return fits ? "" : "its level cannot stand below its parent's";
}

absl::Status Draft::Check(size_t* culprit) {
  const auto fail = [&](size_t index, std::string_view problem) {
    if (culprit != nullptr) *culprit = index;
    return absl::InvalidArgumentError(
        absl::StrCat("area ", areas_[index].code(), ": ", std::string(problem)));
  };
  by_code_.reserve(areas_.size());
  for (size_t i = 0; i < areas_.size(); ++i) {
    if (!by_code_.emplace(areas_[i].code(), static_cast<int>(i)).second) {
      return fail(i, "the code occurs twice");
    }
  }
  for (size_t i = 0; i < areas_.size(); ++i) {
    if (const std::string problem = ProblemOf(i); !problem.empty()) return fail(i, problem);
  }
  // Walk up from every area; each is walked over once, so this is linear.
  std::vector<int> walk(areas_.size(), 0);  // 0 new, otherwise the walk that reached it first
  for (size_t i = 0; i < areas_.size(); ++i) {
    const int mark = static_cast<int>(i) + 1;
    int at = static_cast<int>(i);
    while (at != -1 && walk[at] == 0) {
      walk[at] = mark;
      at = parents_[at];
    }
    if (at != -1 && walk[at] == mark) return fail(at, "it lies below itself");
  }
  return absl::OkStatus();
}

std::vector<Area> Draft::DepthFirst(std::vector<int>* parents) {
  std::vector<std::vector<int>> children(areas_.size() + 1);  // The last: roots.
  for (size_t i = 0; i < areas_.size(); ++i) {
    children[parents_[i] == -1 ? areas_.size() : parents_[i]].push_back(static_cast<int>(i));
  }
  // A stack gives back the last first, so siblings are pushed from the highest code down.
  for (std::vector<int>& siblings : children) {
    std::sort(siblings.begin(), siblings.end(),
              [&](int a, int b) { return areas_[a].code() > areas_[b].code(); });
  }
  std::vector<Area> sorted;
  sorted.reserve(areas_.size());
  std::vector<int> moved_to(areas_.size(), -1);
  std::vector<int> stack = children.back();
  while (!stack.empty()) {
    const int at = stack.back();
    stack.pop_back();
    moved_to[at] = static_cast<int>(sorted.size());
    parents->push_back(parents_[at] == -1 ? -1 : moved_to[parents_[at]]);
    sorted.push_back(std::move(areas_[at]));
    stack.insert(stack.end(), children[at].begin(), children[at].end());
  }
  return sorted;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const AreaTree>> AreaTree::Build(std::vector<Area> areas,
                                                                size_t* culprit) {
  Draft draft(std::move(areas));
  RETURN_IF_ERROR(draft.Check(culprit));
  std::vector<int> parents;
  std::shared_ptr<AreaTree> tree(new AreaTree());
  tree->areas_ = draft.DepthFirst(&parents);
  tree->nodes_.resize(tree->areas_.size());
  for (size_t i = 0; i < parents.size(); ++i) tree->nodes_[i].parent = parents[i];
  tree->Index();
  return tree;
}

std::shared_ptr<const AreaTree> AreaTree::Empty() {
  static const std::shared_ptr<const AreaTree> empty(new AreaTree());
  return empty;
}

void AreaTree::Index() {
  const int count = static_cast<int>(areas_.size());
  std::array<std::vector<PointIndex::Entry>, kLevels> centres;
  by_code_.reserve(areas_.size());
  for (int i = 0; i < count; ++i) {
    const Area& area = areas_[i];
    Node& node = nodes_[i];
    by_code_.emplace(area.code(), i);
    node.end = i + 1;
    if (area.level() == AREA_LEVEL_SUBDISTRICT) {
      node.subdistrict = i;
    } else if (node.parent != -1) {
      node.subdistrict = nodes_[node.parent].subdistrict;
    }
    if (IsKnown(area.center())) {
      centres[area.level()].push_back({PointOf(area.center()), i});
    }
  }
  for (size_t level = 0; level < kLevels; ++level) centres_[level] = PointIndex(centres[level]);
  // Children stand behind their parents: from the back, every end is final before it is passed on.
  for (int i = count - 1; i >= 0; --i) {
    const int parent = nodes_[i].parent;
    if (parent != -1) nodes_[parent].end = std::max(nodes_[parent].end, nodes_[i].end);
  }
}

int AreaTree::IndexOf(std::string_view code) const {
  const auto found = by_code_.find(code);
  return found == by_code_.end() ? -1 : found->second;
}

const Area* AreaTree::Find(std::string_view code) const {
  const int index = IndexOf(code);
  return index == -1 ? nullptr : &areas_[index];
}

std::vector<const Area*> AreaTree::Children(std::string_view code) const {
  std::vector<const Area*> children;
  int at = 0;
  int end = static_cast<int>(areas_.size());
  if (!code.empty()) {
    const int parent = IndexOf(code);
    if (parent == -1) return children;
    at = parent + 1;
    end = nodes_[parent].end;
  }
  for (; at < end; at = nodes_[at].end) children.push_back(&areas_[at]);
  return children;
}

std::span<const Area> AreaTree::Subtree(std::string_view code) const {
  if (code.empty()) return areas_;
  const int index = IndexOf(code);
  if (index == -1) return {};
  return std::span<const Area>(areas_).subspan(index, nodes_[index].end - index);
}

std::vector<const Area*> AreaTree::Ancestors(std::string_view code) const {
  std::vector<const Area*> ancestors;
  const int index = IndexOf(code);
  if (index == -1) return ancestors;
  for (int at = nodes_[index].parent; at != -1; at = nodes_[at].parent) {
    ancestors.push_back(&areas_[at]);
  }
  return ancestors;
}

bool AreaTree::Covers(std::string_view ancestor, std::string_view descendant) const {
  const int above = IndexOf(ancestor);
  if (above == -1) return false;
  const int below = ancestor == descendant ? above : IndexOf(descendant);
  return below >= above && below < nodes_[above].end;
}

const Area* AreaTree::SubdistrictOf(std::string_view code) const {
  const int index = IndexOf(code);
  if (index == -1 || nodes_[index].subdistrict == -1) return nullptr;
  return &areas_[nodes_[index].subdistrict];
}

int AreaTree::ShardOf(std::string_view code, const store::Keys& keys) const {
  const Area* subdistrict = SubdistrictOf(code);
  return keys.ShardOfText(subdistrict == nullptr ? code : std::string_view(subdistrict->code()));
}

std::vector<NearbyArea> AreaTree::Nearest(const GeoPoint& point, AreaLevel level, int limit) const {
  std::vector<NearbyArea> nearest;
  if (limit <= 0 || !AreaLevel_IsValid(level) || centres_[level].size() == 0) return nearest;
  constexpr double kAnywhere = std::numeric_limits<double>::infinity();
  for (const PointIndex::Hit& hit :
       centres_[level].Nearest(PointOf(point), kAnywhere, static_cast<size_t>(limit))) {
    nearest.push_back({&areas_[hit.id], hit.distance_m});
  }
  std::stable_sort(nearest.begin(), nearest.end(), [](const NearbyArea& a, const NearbyArea& b) {
    return std::tie(a.distance_m, a.area->code()) < std::tie(b.distance_m, b.area->code());
  });
  return nearest;
}

}  // namespace baodao::areas
