#include "common/areas/geo.h"

#include <s2/s2earth.h>
#include <s2/s2latlng.h>

#include <cmath>

namespace baodao::areas {
namespace {

S2LatLng Position(const common::v1::GeoPoint& point) {
  return S2LatLng::FromDegrees(point.latitude(), point.longitude()).Normalized();
}

double Thousandths(double degrees) { return std::round(degrees * 1000) / 1000; }

}  // namespace

double DistanceMetres(const common::v1::GeoPoint& a, const common::v1::GeoPoint& b) {
  return S2Earth::ToMeters(Position(a).GetDistance(Position(b)));
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
