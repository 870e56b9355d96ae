#include "services/dispatch/domain/geofence.h"

#include <cmath>
#include <numbers>
#include <string>

#include "common/status/status.h"

namespace baodao::dispatch {

double DistanceMetres(const common::v1::GeoPoint& a, const common::v1::GeoPoint& b) {
  constexpr double kEarthRadius = 6'371'008.8;
  constexpr double kRadians = std::numbers::pi / 180;
  const double lat = std::sin((b.latitude() - a.latitude()) * kRadians / 2);
  const double lng = std::sin((b.longitude() - a.longitude()) * kRadians / 2);
  const double h =
      lat * lat + std::cos(a.latitude() * kRadians) * std::cos(b.latitude() * kRadians) * lng * lng;
  return 2 * kEarthRadius * std::asin(std::min(1.0, std::sqrt(h)));
}

absl::Status CheckGeofence(const common::v1::GeoPoint& place, int radius_m,
                           const common::v1::GeoPoint& position) {
  const double distance = DistanceMetres(place, position);
  if (distance <= radius_m) return absl::OkStatus();
  return Refuse(Reason::OUTSIDE_GEOFENCE,
                {{"distance", std::to_string(static_cast<int64_t>(std::ceil(distance)))},
                 {"max", std::to_string(radius_m)}});
}

common::v1::GeoPoint Coarse(const common::v1::GeoPoint& exact) {
  common::v1::GeoPoint coarse;
  coarse.set_latitude(std::round(exact.latitude() * 1000) / 1000);
  coarse.set_longitude(std::round(exact.longitude() * 1000) / 1000);
  return coarse;
}

}  // namespace baodao::dispatch
