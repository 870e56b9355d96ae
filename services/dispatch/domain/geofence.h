// Proof of presence by position.
#pragma once

#include <absl/status/status.h>

#include "baodao/common/v1/common.pb.h"

namespace baodao::dispatch {

// OK, or OUTSIDE_GEOFENCE with the distance in metres.
absl::Status CheckGeofence(const common::v1::GeoPoint& place, int radius_m,
                           const common::v1::GeoPoint& position);

}  // namespace baodao::dispatch
