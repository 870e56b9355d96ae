// Proof of presence by position.
#pragma once

#include <absl/status/status.h>

#include "baodao/common/v1/common.pb.h"
#include "baodao/dispatch/v1/records.pb.h"

namespace baodao::dispatch {

// A position that may be off by more proves nothing.
inline constexpr int kMaxAccuracyM = 200;

// OK, or POSITION_INEXACT.
absl::Status CheckAccuracy(int accuracy_m);

// A position as a phone tells it.
struct Position {
  common::v1::GeoPoint point;
  int accuracy_m = 0;  // it may be off by so much; 0: not told
};

// OK, or OUTSIDE_GEOFENCE: within `radius_m` of the exact place, as far as its accuracy can tell,
// or not. How far off the position is is told from the rounded place that everybody knows, in
// hundreds of metres: whoever is refused learns nothing else of the exact one.
absl::Status CheckGeofence(const common::v1::GeoPoint& exact, const common::v1::GeoPoint& rounded,
                           int radius_m, const Position& position);

// Whether nobody comes from one to the other in that time: more than a kilometre, faster than
// 40 m/s (144 km/h), give or take what they may be off.
bool IsImpossibleSpeed(const v1::SignPlace& before, const v1::SignPlace& now);

}  // namespace baodao::dispatch
