// Places as the index keeps them.
#pragma once

#include <optional>

#include "common/areas/geo.h"

namespace baodao::matching {

using areas::Point;

// Empty for 0,0, which means "not known".
inline std::optional<Point> PlaceOf(const common::v1::GeoPoint& point) {
  if (!areas::IsKnown(point)) return std::nullopt;
  return areas::PointOf(point);
}

}  // namespace baodao::matching
