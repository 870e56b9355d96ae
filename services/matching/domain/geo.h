// Places on the sphere, as the index keeps them.
#pragma once

#include <s2/s2latlng.h>
#include <s2/s2point.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "baodao/common/v1/common.pb.h"

namespace baodao::matching {

inline constexpr double kEarthRadiusM = 6'371'010.0;

// Empty for 0,0, which means "not known".
inline std::optional<S2Point> PlaceOf(const common::v1::GeoPoint& point) {
  if (point.latitude() == 0 && point.longitude() == 0) return std::nullopt;
  return S2LatLng::FromDegrees(point.latitude(), point.longitude()).Normalized().ToPoint();
}

// Metres along the surface.
inline double DistanceM(const S2Point& a, const S2Point& b) {
  const double half_chord = std::min(1.0, (a - b).Norm() / 2);
  return 2 * kEarthRadiusM * std::asin(half_chord);
}

}  // namespace baodao::matching
