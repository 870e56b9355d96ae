#include "common/areas/geo.h"

#include <cmath>
#include <numbers>

namespace baodao::areas {
namespace {

constexpr double kRadians = std::numbers::pi / 180;

double Thousandths(double degrees) { return std::round(degrees * 1000) / 1000; }

}  // namespace

Point PointOf(const common::v1::GeoPoint& place) {
  const double latitude = place.latitude() * kRadians;
  const double longitude = place.longitude() * kRadians;
  return {std::cos(latitude) * std::cos(longitude), std::cos(latitude) * std::sin(longitude),
          std::sin(latitude)};
}

double DistanceMetres(const common::v1::GeoPoint& a, const common::v1::GeoPoint& b) {
  return DistanceMetres(PointOf(a), PointOf(b));
}

bool IsKnown(const common::v1::GeoPoint& point) {
  return point.latitude() != 0 || point.longitude() != 0;
}

common::v1::GeoPoint Coarse(const common::v1::GeoPoint& exact) {
  common::v1::GeoPoint coarse;
  coarse.set_latitude(Thousandths(exact.latitude()));
  coarse.set_longitude(Thousandths(exact.longitude()));
  return coarse;
}

}  // namespace baodao::areas
