#include "services/dispatch/domain/geofence.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "common/areas/geo.h"
#include "common/clock/timestamp.h"
#include "common/status/status.h"

namespace baodao::dispatch {

absl::Status CheckAccuracy(int accuracy_m) {
  if (accuracy_m <= kMaxAccuracyM) return absl::OkStatus();
  return Refuse(Reason::POSITION_INEXACT,
                {{"accuracy", std::to_string(accuracy_m)}, {"max", std::to_string(kMaxAccuracyM)}});
}

absl::Status CheckGeofence(const common::v1::GeoPoint& exact, const common::v1::GeoPoint& rounded,
                           int radius_m, const Position& position) {
  const double off = areas::DistanceMetres(exact, position.point);
  if (off <= radius_m + position.accuracy_m) return absl::OkStatus();
  constexpr int64_t kStep = 100;
  const double told = std::max(areas::DistanceMetres(rounded, position.point), radius_m + 1.0);
  const auto steps = static_cast<int64_t>(std::ceil(told / kStep));
  return Refuse(Reason::OUTSIDE_GEOFENCE,
                {{"distance", std::to_string(steps * kStep)}, {"max", std::to_string(radius_m)}});
}

bool IsImpossibleSpeed(const v1::SignPlace& before, const v1::SignPlace& now) {
  constexpr double kNear = 1000;
  constexpr double kFastest = 40;
  const double metres = areas::DistanceMetres(before.position(), now.position()) -
                        before.accuracy_m() - now.accuracy_m();
  const std::chrono::duration<double> took = ToTime(now.time()) - ToTime(before.time());
  return metres > kNear && metres > kFastest * std::max(took.count(), 0.0);
}

}  // namespace baodao::dispatch
