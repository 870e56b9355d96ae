// Datums of the places that phones and maps in China give.
#pragma once

#include "baodao/common/v1/common.pb.h"

namespace baodao::areas {

// The same place in WGS-84, its datum unset, right to less than a metre. Places that are in WGS-84
// already, places outside the mainland's frame (where GCJ-02 shifts nothing), and degrees out of
// range stay as they are.
void ToWgs84(common::v1::GeoPoint* place);

}  // namespace baodao::areas
