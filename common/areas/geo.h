// Places on the globe.
#pragma once

#include <algorithm>
#include <cmath>

#include "baodao/common/v1/common.pb.h"

namespace baodao::areas {

inline constexpr double kEarthRadiusM = 6'371'010.0;

// On the unit sphere: nearness of places is that of points in space.
struct Point {
  double x = 0, y = 0, z = 0;
};

Point PointOf(const common::v1::GeoPoint& place);
// Metres along the surface.
inline double DistanceMetres(const Point& a, const Point& b) {
  const double x = a.x - b.x, y = a.y - b.y, z = a.z - b.z;
  const double half_chord = std::sqrt(x * x + y * y + z * z) / 2;
  return 2 * kEarthRadiusM * std::asin(std::min(1.0, half_chord));
}
double DistanceMetres(const common::v1::GeoPoint& a, const common::v1::GeoPoint& b);
// Whether the point is a place: 0,0 means "not known".
bool IsKnown(const common::v1::GeoPoint& point);
// Rounded to a thousandth of a degree (about 100 m): what everybody may see of a place.
common::v1::GeoPoint Coarse(const common::v1::GeoPoint& exact);

}  // namespace baodao::areas
