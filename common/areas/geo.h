// Places on the globe.
#pragma once

#include "baodao/common/v1/common.pb.h"

namespace baodao::areas {

// Metres between two places, on the sphere.
double DistanceMetres(const common::v1::GeoPoint& a, const common::v1::GeoPoint& b);
// Whether the point is a place: 0,0 means "not known".
bool IsKnown(const common::v1::GeoPoint& point);
// Rounded to a thousandth of a degree (about 100 m): what everybody may see of a place.
common::v1::GeoPoint Coarse(const common::v1::GeoPoint& exact);

}  // namespace baodao::areas
