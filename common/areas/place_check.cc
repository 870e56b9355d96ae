#include "common/areas/place_check.h"

#include <cmath>

#include "common/areas/geo.h"
#include "common/status/status.h"

namespace baodao::areas {
namespace {

double ReachMetres(AreaLevel level) {
  switch (level) {
    case registration::v1::AREA_LEVEL_PROVINCE:
      return 1'500'000;
    case registration::v1::AREA_LEVEL_CITY:
      return 300'000;
    case registration::v1::AREA_LEVEL_DISTRICT:
      return 100'000;
    case registration::v1::AREA_LEVEL_SUBDISTRICT:
      return 10'000;
    default:
      return 5'000;
  }
}

bool IsSpread(const Area& area) {
  return area.coordinate() == registration::v1::COORDINATE_SYNTHETIC;
}

// The nearest at or above the area whose centre can be relied on; where all are spread, the topmost
// that has one. Null where none has.
const Area* Landmark(const AreaTree& tree, const std::string& area_code) {
  const Area* landmark = nullptr;
  const auto try_area = [&](const Area* area) {
    if (area == nullptr || !IsKnown(area->center())) return;
    if (landmark == nullptr || IsSpread(*landmark)) landmark = area;
  };
  try_area(tree.Find(area_code));
  for (const Area* above : tree.Ancestors(area_code)) try_area(above);
  return landmark;
}

}  // namespace

absl::Status CheckPlace(const AreaTree& tree, const std::string& area_code,
                        const common::v1::GeoPoint& place) {
  const Area* const landmark = Landmark(tree, area_code);
  if (landmark == nullptr || !IsKnown(place)) return absl::OkStatus();
  const double metres = DistanceMetres(landmark->center(), place);
  if (metres <= ReachMetres(landmark->level())) return absl::OkStatus();
  const auto km = static_cast<int64_t>(std::ceil(metres / 1000));
  return Refuse(
      Reason::PLACE_FAR_FROM_AREA,
      {{"distance", std::to_string(km)}, {"area", landmark->code()}, {"name", landmark->name()}});
}

}  // namespace baodao::areas
