#include "common/areas/datum.h"

#include <cmath>
#include <numbers>

namespace baodao::areas {
namespace {

using common::v1::GeoPoint;

// The official transformation is not published. These are the constants and the series that the
// field uses (wandergis/coordtransform, googollee/eviltransform), after the ellipsoid of
// Krasovsky 1940.
constexpr double kPi = std::numbers::pi;
constexpr double kSemiMajorAxisM = 6'378'245.0;
constexpr double kEccentricitySquared = 0.00669342162296594323;

struct Degrees {
  double latitude;
  double longitude;
};

// A rectangle around the mainland.
bool IsShifted(const Degrees& at) {
  return at.longitude > 72.004 && at.longitude < 137.8347 && at.latitude > 0.8293 &&
         at.latitude < 55.8271;
}

double Wave(double amplitude, double turns) {
  return amplitude * std::sin(turns * kPi) * 2.0 / 3.0;
}

// The offset of GCJ-02 at a place in WGS-84.
Degrees ShiftAt(const Degrees& at) {
  const double x = at.longitude - 105.0;
  const double y = at.latitude - 35.0;
  const double common = Wave(20, 6 * x) + Wave(20, 2 * x);
  const double north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y +
                       0.2 * std::sqrt(std::fabs(x)) + common + Wave(20, y) + Wave(40, y / 3) +
                       Wave(160, y / 12) + Wave(320, y / 30);
  const double east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * std::sqrt(std::fabs(x)) +
                      common + Wave(20, x) + Wave(40, x / 3) + Wave(150, x / 12) +
                      Wave(300, x / 30);
  const double radians = at.latitude / 180.0 * kPi;
  const double magic = 1 - kEccentricitySquared * std::sin(radians) * std::sin(radians);
  const double root = std::sqrt(magic);
  const double metres_north = kSemiMajorAxisM * (1 - kEccentricitySquared) / (magic * root) * kPi;
  const double metres_east = kSemiMajorAxisM / root * std::cos(radians) * kPi;
  return {north * 180.0 / metres_north, east * 180.0 / metres_east};
}

// The place whose shifted one is `shifted`. The shift changes by less than a hundredth over its own
// length, so each round gains two digits.
Degrees Unshift(const Degrees& shifted) {
  constexpr int kRounds = 5;
  Degrees at = shifted;
  for (int i = 0; i < kRounds; ++i) {
    const Degrees shift = ShiftAt(at);
    at = {shifted.latitude - shift.latitude, shifted.longitude - shift.longitude};
  }
  return at;
}

}  // namespace

void ToWgs84(GeoPoint* place) {
  const Degrees given{place->latitude(), place->longitude()};
  if (place->datum() == common::v1::DATUM_GCJ_02 && IsShifted(given)) {
    const Degrees found = Unshift(given);
    place->set_latitude(found.latitude);
    place->set_longitude(found.longitude);
  }
  if (common::v1::Datum_IsValid(place->datum())) place->clear_datum();
}

}  // namespace baodao::areas
