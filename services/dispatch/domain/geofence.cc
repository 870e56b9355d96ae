#include "services/dispatch/domain/geofence.h"

#include <cmath>
#include <string>

#include "common/areas/geo.h"
#include "common/status/status.h"

namespace baodao::dispatch {

absl::Status CheckGeofence(const common::v1::GeoPoint& place, int radius_m,
                           const common::v1::GeoPoint& position) {
  const double distance = areas::DistanceMetres(place, position);
  if (distance <= radius_m) return absl::OkStatus();
  return Refuse(Reason::OUTSIDE_GEOFENCE,
                {{"distance", std::to_string(static_cast<int64_t>(std::ceil(distance)))},
                 {"max", std::to_string(radius_m)}});
}

}  // namespace baodao::dispatch
