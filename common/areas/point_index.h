// Places by nearness: an R-tree over points of the unit sphere, where the nearest in space are the
// nearest along the surface (ops/decisions/0012-r-tree-instead-of-s2.md).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "common/areas/geo.h"

namespace baodao::areas {

// One thread at a time.
class PointIndex {
 public:
  struct Entry {
    Point point;
    int32_t id = 0;
  };
  struct Hit {
    int32_t id = 0;
    double distance_m = 0;
  };
  using Wanted = std::function<bool(int32_t id)>;

  PointIndex();
  // All at once: faster than one after the other, and faster to search.
  explicit PointIndex(const std::vector<Entry>& entries);
  ~PointIndex();
  PointIndex(PointIndex&&) noexcept;
  PointIndex& operator=(PointIndex&&) noexcept;

  void Add(const Entry& entry);
  // Does nothing when there is no such entry.
  void Remove(const Entry& entry);
  size_t size() const;

  // At most `limit` of those within `radius_m` that are `wanted` (none: all), nearest first.
  std::vector<Hit> Nearest(const Point& point, double radius_m, size_t limit,
                           const Wanted& wanted = {}) const;

 private:
  struct Tree;
  std::unique_ptr<Tree> tree_;
};

}  // namespace baodao::areas
