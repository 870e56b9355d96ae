#include "common/areas/tree.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "common/areas/geo.h"
#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::areas {
namespace {

using common::v1::GeoPoint;
using registration::v1::AREA_LEVEL_PROVINCE;
using registration::v1::AREA_LEVEL_SUBDISTRICT;
using registration::v1::AREA_LEVEL_UNSPECIFIED;
using registration::v1::AreaLevel_IsValid;

absl::Status Misfit(const Area& area, std::string problem) {
  return Refuse(Reason::IMPORT_INVALID, {{"problem", std::move(problem)},
                                         {"area", area.code()},
                                         {"parent", area.parent_code()},
                                         {"successor", area.successor_code()}});
}

// The areas as given, with indexes instead of codes, on the way to depth-first order.
class Draft {
 public:
  explicit Draft(std::vector<Area> areas) : areas_(std::move(areas)), parents_(areas_.size(), -1) {}

  // The first error found, its area in `culprit`.
  absl::Status Check(size_t* culprit);
  // The areas depth first; their parents' new indexes (-1: none) in `parents`. After Check.
  std::vector<Area> DepthFirst(std::vector<int>* parents);

 private:
  // The name of what is wrong in terms.def; empty when nothing is.
  std::string ProblemOf(size_t index);

  std::vector<Area> areas_;
  std::vector<int> parents_;
  std::unordered_map<std::string_view, int> by_code_;
};

std::string Draft::ProblemOf(size_t index) {
  const Area& area = areas_[index];
  if (area.code().empty()) return "CODE_MISSING";
  if (area.name().empty()) return "NAME_MISSING";
  if (area.level() == AREA_LEVEL_UNSPECIFIED || !AreaLevel_IsValid(area.level())) {
    return "LEVEL_MISSING";
  }
  if (!area.successor_code().empty() && !by_code_.contains(area.successor_code())) {
    return "SUCCESSOR_MISSING";
  }
  if (area.parent_code().empty()) return {};
  const auto parent = by_code_.find(area.parent_code());
  if (parent == by_code_.end()) return "PARENT_MISSING";
  parents_[index] = parent->second;
  const int rank = RankOf(area.level());
  const bool fits =
      rank > RankOf(AREA_LEVEL_SUBDISTRICT) || rank > RankOf(areas_[parent->second].level());
  return fits ? "" : "LEVEL_UNFIT";
}

absl::Status Draft::Check(size_t* culprit) {
  const auto fail = [&](size_t index, std::string problem) {
    if (culprit != nullptr) *culprit = index;
    return Misfit(areas_[index], std::move(problem));
  };
  by_code_.reserve(areas_.size());
  for (size_t i = 0; i < areas_.size(); ++i) {
    if (!by_code_.emplace(areas_[i].code(), static_cast<int>(i)).second) {
      return fail(i, "CODE_TWICE");
    }
  }
  for (size_t i = 0; i < areas_.size(); ++i) {
    if (std::string problem = ProblemOf(i); !problem.empty()) return fail(i, std::move(problem));
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
    if (at != -1 && walk[at] == mark) return fail(at, "BELOW_ITSELF");
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

int RankOf(AreaLevel level) { return level == AREA_LEVEL_PROVINCE ? 0 : static_cast<int>(level); }

absl::StatusOr<std::shared_ptr<const AreaTree>> AreaTree::Build(std::vector<Area> areas,
                                                                size_t* culprit) {
  std::unordered_map<std::string, size_t> given;  // codes of closed areas
  for (size_t i = 0; i < areas.size(); ++i) {
    if (!areas[i].successor_code().empty()) given.emplace(areas[i].code(), i);
  }
  Draft draft(std::move(areas));
  RETURN_IF_ERROR(draft.Check(culprit));
  std::vector<int> parents;
  std::shared_ptr<AreaTree> tree(new AreaTree());
  tree->areas_ = draft.DepthFirst(&parents);
  tree->nodes_.resize(tree->areas_.size());
  for (size_t i = 0; i < parents.size(); ++i) tree->nodes_[i].parent = parents[i];
  tree->Index();
  if (const int circle = tree->FollowSuccessors(); circle != -1) {
    const Area& area = tree->areas_[circle];
    if (culprit != nullptr) *culprit = given.at(area.code());
    return Misfit(area, "SUCCESSOR_CIRCLE");
  }
  tree->InheritIndexes();
  tree->IndexCentres();
  return tree;
}

std::shared_ptr<const AreaTree> AreaTree::Empty() {
  static const std::shared_ptr<const AreaTree> empty(new AreaTree());
  return empty;
}

void AreaTree::Index() {
  const int count = static_cast<int>(areas_.size());
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
  }
  // Children stand behind their parents: from the back, every end is final before it is passed on.
  for (int i = count - 1; i >= 0; --i) {
    const int parent = nodes_[i].parent;
    if (parent != -1) nodes_[parent].end = std::max(nodes_[parent].end, nodes_[i].end);
  }
}

int AreaTree::FollowSuccessors() {
  const int count = static_cast<int>(areas_.size());
  successors_.assign(areas_.size(), -1);
  for (int i = 0; i < count; ++i) {  // parents come first
    const std::string& own = areas_[i].successor_code();
    if (!own.empty()) {
      successors_[i] = IndexOf(own);
    } else if (nodes_[i].parent != -1) {
      successors_[i] = successors_[nodes_[i].parent];
    }
  }
  for (int i = 0; i < count; ++i) {
    int steps = 0;
    for (int at = i; at != -1; at = successors_[at]) {
      if (++steps <= count) continue;
      while (areas_[at].successor_code().empty()) at = nodes_[at].parent;
      return at;
    }
  }
  return -1;
}

void AreaTree::InheritIndexes() {
  const int count = static_cast<int>(areas_.size());
  inherited_.resize(areas_.size());
  for (int i = 0; i < count; ++i) {  // parents come first
    if (successors_[i] == -1) continue;
    for (int at = IndexOf(SuccessorOf(areas_[i].code())->code()); at != -1;
         at = nodes_[at].parent) {
      if (at <= i && i < nodes_[at].end) break;  // from here on the closed area lies below
      std::vector<int>& inherited = inherited_[at];
      const bool below_last = !inherited.empty() && i < nodes_[inherited.back()].end;
      if (!below_last) inherited.push_back(i);
    }
  }
}

void AreaTree::IndexCentres() {
  std::array<std::vector<PointIndex::Entry>, kLevels> centres;
  for (int i = 0; i < static_cast<int>(areas_.size()); ++i) {
    if (successors_[i] != -1 || !IsKnown(areas_[i].center())) continue;
    centres[areas_[i].level()].push_back({PointOf(areas_[i].center()), i});
  }
  for (size_t level = 0; level < kLevels; ++level) centres_[level] = PointIndex(centres[level]);
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
  int below = ancestor == descendant ? above : IndexOf(descendant);
  for (; below != -1; below = successors_[below]) {
    if (below >= above && below < nodes_[above].end) return true;
  }
  return false;
}

const Area* AreaTree::SuccessorOf(std::string_view code) const {
  const int index = IndexOf(code);
  if (index == -1 || successors_[index] == -1) return nullptr;
  int at = successors_[index];
  while (successors_[at] != -1) at = successors_[at];
  return &areas_[at];
}

const Area* AreaTree::CurrentOf(std::string_view code) const {
  const Area* const successor = SuccessorOf(code);
  return successor != nullptr ? successor : Find(code);
}

std::vector<std::string> AreaTree::IndexedUnder(std::string_view code) const {
  std::vector<std::string> codes(1, std::string(code));
  const int index = IndexOf(code);
  if (index == -1) return codes;
  for (const int closed : inherited_[index]) codes.push_back(areas_[closed].code());
  return codes;
}

bool AreaTree::IsElsewhere(std::string_view code, std::string_view other) const {
  return IndexOf(other) != -1 && !Covers(code, other);
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

absl::Status CheckKnown(const AreaTree& tree, const std::string& code) {
  if (tree.Find(code) != nullptr) return absl::OkStatus();
  return Refuse(Reason::AREA_UNKNOWN, {{"area", code}});
}

absl::Status CheckOpen(const AreaTree& tree, std::string_view code) {
  const std::string area(code);
  RETURN_IF_ERROR(CheckKnown(tree, area));
  const Area* successor = tree.SuccessorOf(code);
  if (successor == nullptr) return absl::OkStatus();
  return Refuse(Reason::AREA_CLOSED, {{"area", area}, {"successor", successor->code()}});
}

}  // namespace baodao::areas
