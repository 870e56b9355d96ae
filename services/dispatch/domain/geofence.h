// Proof of presence by position.
#pragma once

#include <absl/status/status.h>

#include "baodao/common/v1/common.pb.h"

namespace baodao::dispatch {

// OK, or OUTSIDE_GEOFENCE: within `radius_m` of the exact place, or not. How far off the position
// is is told from the rounded place that everybody knows, in hundreds of metres: whoever is refused
// learns nothing else of the exact one.
absl::Status CheckGeofence(const common::v1::GeoPoint& exact, const common::v1::GeoPoint& rounded,
                           int radius_m, const common::v1::GeoPoint& position);

}  // namespace baodao::dispatch
