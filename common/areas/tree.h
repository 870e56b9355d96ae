// The tree of areas in memory: immutable, shared, and fast enough to ask on every call.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "baodao/common/v1/common.pb.h"
#include "baodao/registration/v1/area.pb.h"
#include "common/areas/point_index.h"
#include "common/store/keys.h"

namespace baodao::areas {

using registration::v1::Area;
using registration::v1::AreaLevel;

struct NearbyArea {
  const Area* area = nullptr;  // Lives as long as the tree.
  double distance_m = 0;       // To its centre, on the sphere.
};

// 0 for the highest level. (The numbers of the enum are not in this order.)
int RankOf(AreaLevel level);

// Any number of roots, any depth. Provinces, cities, districts and subdistricts lie in this order
// from the top, each at most once on a way down; whatever lies below (sections, communities, grids
// within grids, estates, buildings) may nest in any order. An area with a successor is closed, and
// so is what lies below it; what was its is its successor's. Safe to read from any thread.
class AreaTree {
 public:
  // IMPORT_INVALID naming the area and what is wrong with it: no code, level or name, a code twice,
  // a parent or successor that is missing, a cycle of either, a level that cannot stand below its
  // parent's. `culprit`, when given, is then the index of that area in `areas`.
  static absl::StatusOr<std::shared_ptr<const AreaTree>> Build(std::vector<Area> areas,
                                                               size_t* culprit = nullptr);
  // A tree without areas.
  static std::shared_ptr<const AreaTree> Empty();

  AreaTree(const AreaTree&) = delete;
  AreaTree& operator=(const AreaTree&) = delete;

  size_t size() const { return areas_.size(); }
  // Every area, parents before children, siblings by code: the order of all lists below.
  std::span<const Area> All() const { return areas_; }

  // nullptr when there is none.
  const Area* Find(std::string_view code) const;
  // Direct children; of "" the roots. Empty for an unknown code.
  std::vector<const Area*> Children(std::string_view code) const;
  // The area and everything below it; of "" everything. Empty for an unknown code.
  std::span<const Area> Subtree(std::string_view code) const;
  // From the parent up to the root. Empty for a root and for an unknown code.
  std::vector<const Area*> Ancestors(std::string_view code) const;
  // Whether `descendant`, or one that took its place, is `ancestor` or lies below it. False when
  // either is unknown.
  bool Covers(std::string_view ancestor, std::string_view descendant) const;
  // The open area that has, in the end, taken the place of a closed one; nullptr for open areas and
  // unknown codes.
  const Area* SuccessorOf(std::string_view code) const;
  // SuccessorOf, the area itself where it is open; nullptr for unknown codes.
  const Area* CurrentOf(std::string_view code) const;
  // The areas whose indexes (each of a whole subtree) together hold what belongs to this one:
  // itself and the closed areas elsewhere whose place it, or an area below it, has taken in the
  // end. None lies in another one. Things in them may yet have gone elsewhere: see IsElsewhere.
  std::vector<std::string> IndexedUnder(std::string_view code) const;
  // Whether things in `other` are known not to belong to this area. In the indexes of IndexedUnder
  // these are the things that went to another area than the closed one above them.
  bool IsElsewhere(std::string_view code, std::string_view other) const;
  // The subdistrict the area is or lies in; nullptr for areas above subdistricts, areas outside
  // any, and unknown codes.
  const Area* SubdistrictOf(std::string_view code) const;
  // The shard where things of this area live: that of its subdistrict, so that they share one; of
  // its own code where there is no subdistrict, also for unknown codes.
  int ShardOf(std::string_view code, const store::Keys& keys) const;
  // At most `limit` open areas of one level with a known centre, nearest first, equal distances by
  // code.
  std::vector<NearbyArea> Nearest(const common::v1::GeoPoint& point, AreaLevel level,
                                  int limit) const;
  // Position in All(); -1 for an unknown code.
  int IndexOf(std::string_view code) const;

 private:
  struct Node {
    int parent = -1;
    int end = 0;  // One past the last of the subtree: it is the interval [own index, end).
    int subdistrict = -1;
  };
  AreaTree() = default;
  void Index();
  // Sets where closed areas lead; -1, or the index of an area whose successors go round in a
  // circle.
  int FollowSuccessors();
  void InheritIndexes();
  void IndexCentres();

  std::vector<Area> areas_;  // Depth first.
  std::vector<Node> nodes_;
  std::unordered_map<std::string_view, int> by_code_;  // Keys point into areas_.
  static constexpr size_t kLevels = 10;
  std::array<PointIndex, kLevels> centres_;  // By level.
  // By index: the area that took the place of this one, or of the nearest closed one above it; -1
  // for open areas.
  std::vector<int> successors_;
  // By index: the closed areas that IndexedUnder names besides the area itself.
  std::vector<std::vector<int>> inherited_;
};

// AREA_UNKNOWN unless the tree has the area.
absl::Status CheckKnown(const AreaTree& tree, const std::string& code);
// AREA_UNKNOWN, or AREA_CLOSED naming the successor: where something new is put into an area.
absl::Status CheckOpen(const AreaTree& tree, std::string_view code);

}  // namespace baodao::areas
