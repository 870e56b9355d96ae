#include "common/areas/point_index.h"

#include <algorithm>
#include <boost/geometry.hpp>
#include <boost/geometry/geometries/box.hpp>
#include <boost/geometry/geometries/point.hpp>
#include <boost/geometry/index/rtree.hpp>
#include <cmath>
#include <iterator>
#include <numbers>
#include <utility>

namespace baodao::areas {
namespace {

namespace bg = boost::geometry;
namespace bgi = boost::geometry::index;

using Spot = bg::model::point<double, 3, bg::cs::cartesian>;
using Value = std::pair<Spot, int32_t>;

Spot SpotOf(const Point& point) { return {point.x, point.y, point.z}; }
Point PointOf(const Spot& spot) { return {spot.get<0>(), spot.get<1>(), spot.get<2>()}; }
Value ValueOf(const PointIndex::Entry& entry) { return {SpotOf(entry.point), entry.id}; }

// A cube that holds everything within the radius.
bg::model::box<Spot> Around(const Point& point, double radius_m) {
  const double angle = std::min(radius_m / kEarthRadiusM, std::numbers::pi);
  const double chord = 2 * std::sin(angle / 2) + 1e-12;
  return {{point.x - chord, point.y - chord, point.z - chord},
          {point.x + chord, point.y + chord, point.z + chord}};
}

}  // namespace

struct PointIndex::Tree : bgi::rtree<Value, bgi::rstar<16>> {
  using rtree::rtree;
};

PointIndex::PointIndex() : tree_(std::make_unique<Tree>()) {}

PointIndex::PointIndex(const std::vector<Entry>& entries) {
  std::vector<Value> values;
  values.reserve(entries.size());
  for (const Entry& entry : entries) values.push_back(ValueOf(entry));
  tree_ = std::make_unique<Tree>(values.begin(), values.end());
}

PointIndex::~PointIndex() = default;
PointIndex::PointIndex(PointIndex&&) noexcept = default;
PointIndex& PointIndex::operator=(PointIndex&&) noexcept = default;

void PointIndex::Add(const Entry& entry) { tree_->insert(ValueOf(entry)); }
void PointIndex::Remove(const Entry& entry) { tree_->remove(ValueOf(entry)); }
size_t PointIndex::size() const { return tree_->size(); }

std::vector<PointIndex::Hit> PointIndex::Nearest(const Point& point, double radius_m, size_t limit,
                                                 const Wanted& wanted) const {
  if (limit == 0) return {};
  std::vector<Value> found;
  const auto keep = [&](const Value& value) { return !wanted || wanted(value.second); };
  tree_->query(bgi::nearest(SpotOf(point), static_cast<unsigned>(limit)) &&
                   bgi::intersects(Around(point, radius_m)) && bgi::satisfies(keep),
               std::back_inserter(found));
  std::vector<Hit> hits;
  for (const Value& value : found) {
    const double distance_m = DistanceMetres(point, PointOf(value.first));
    // The cube's corners are farther out.
    if (distance_m <= radius_m) hits.push_back({value.second, distance_m});
  }
  std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) {
    return std::pair(a.distance_m, a.id) < std::pair(b.distance_m, b.id);
  });
  return hits;
}

}  // namespace baodao::areas
