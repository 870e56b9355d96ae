// Whether a place can be meant for an area: asked of whatever is raised or published somewhere.
#pragma once

#include <absl/status/status.h>

#include <string>

#include "common/areas/tree.h"

namespace baodao::areas {

// PLACE_FAR_FROM_AREA where `place` is known and lies further from the centre of the area than any
// part of such an area does: 5 km of a community or what is below it, 10 of a subdistrict, 100 of a
// district, 300 of a city, 1,500 of a province. A centre that is only spread around its parent
// ("synthetic") says no more than the parent's does, so that is asked instead. OK for an unknown
// area and where no centre is known.
absl::Status CheckPlace(const AreaTree& tree, const std::string& area_code,
                        const common::v1::GeoPoint& place);
// The same of a request that has `place` and `place_confirmed`: OK once it is confirmed, or unset.
template <class Request>
absl::Status CheckPlaceOf(const AreaTree& tree, const std::string& area_code,
                          const Request& request) {
  if (request.place_confirmed() || !request.has_place()) return absl::OkStatus();
  return CheckPlace(tree, area_code, request.place());
}

}  // namespace baodao::areas
