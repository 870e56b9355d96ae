#include "services/dispatch/domain/geofence.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "common/areas/geo.h"
#include "common/status/status.h"

namespace baodao::dispatch {

absl::Status CheckGeofence(const common::v1::GeoPoint& exact, const common::v1::GeoPoint& rounded,
                           int radius_m, const common::v1::GeoPoint& position) {
  if (areas::DistanceMetres(exact, position) <= radius_m) return absl::OkStatus();
  constexpr int64_t kStep = 100;
  const double told = std::max(areas::DistanceMetres(rounded, position), radius_m + 1.0);
  const auto steps = static_cast<int64_t>(std::ceil(told / kStep));
  return Refuse(Reason::OUTSIDE_GEOFENCE,
                {{"distance", std::to_string(steps * kStep)}, {"max", std::to_string(radius_m)}});
}

}  // namespace baodao::dispatch
