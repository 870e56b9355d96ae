// Proof of presence by position.
#pragma once

#include <absl/status/status.h>

#include "baodao/common/v1/common.pb.h"

namespace baodao::dispatch {

// Great-circle metres between two points, good to half a percent.
double DistanceMetres(const common::v1::GeoPoint& a, const common::v1::GeoPoint& b);
// OK, or OUTSIDE_GEOFENCE with the distance in metres.
absl::Status CheckGeofence(const common::v1::GeoPoint& place, int radius_m,
                           const common::v1::GeoPoint& position);
// Rounded to a thousandth of a degree (about 100 m): what everybody may see of a place.
common::v1::GeoPoint Coarse(const common::v1::GeoPoint& exact);
// 0,0 stands for "not known".
inline bool IsKnown(const common::v1::GeoPoint& point) {
  return point.latitude() != 0 || point.longitude() != 0;
}

}  // namespace baodao::dispatch
