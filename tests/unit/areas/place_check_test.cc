// A place in Beijing was once taken for one in Yangpu.
#include "common/areas/place_check.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "common/status/status.h"
#include "common/testing/matchers.h"

namespace baodao::areas {
namespace {

using registration::v1::Coordinate;

constexpr Coordinate kUnknown = registration::v1::COORDINATE_UNSPECIFIED;
constexpr Coordinate kApproximate = registration::v1::COORDINATE_APPROXIMATE;
constexpr Coordinate kSynthetic = registration::v1::COORDINATE_SYNTHETIC;

common::v1::GeoPoint At(double latitude, double longitude) {
  common::v1::GeoPoint point;
  point.set_latitude(latitude);
  point.set_longitude(longitude);
  return point;
}

Area Place(const std::string& code, const std::string& parent, AreaLevel level,
           const common::v1::GeoPoint& center, Coordinate coordinate) {
  Area area;
  area.set_code(code);
  area.set_name("区域" + code);
  area.set_parent_code(parent);
  area.set_level(level);
  *area.mutable_center() = center;
  area.set_coordinate(coordinate);
  return area;
}

// A degree of latitude is 111.2 km: so far north of the centres, in km.
common::v1::GeoPoint North(double km) { return At(31.27 + km / 111.2, 121.52); }

std::shared_ptr<const AreaTree> Tree(Coordinate of_community, Coordinate of_subdistrict,
                                     Coordinate of_district = kApproximate) {
  using namespace registration::v1;  // NOLINT
  const auto here = At(31.27, 121.52);
  std::vector<Area> areas;
  areas.push_back(Place("1", "", AREA_LEVEL_DISTRICT, here, of_district));
  areas.push_back(Place("11", "1", AREA_LEVEL_SUBDISTRICT, here, of_subdistrict));
  areas.push_back(Place("111", "11", AREA_LEVEL_COMMUNITY, here, of_community));
  return *AreaTree::Build(std::move(areas));
}

void ExpectReach(const AreaTree& tree, const std::string& area, double km) {
  EXPECT_THAT(CheckPlace(tree, area, North(km - 0.1)), testing::IsOk()) << area;
  const absl::Status far = CheckPlace(tree, area, North(km + 0.1));
  EXPECT_THAT(far, testing::IsRefusal(Reason::PLACE_FAR_FROM_AREA)) << area << far;
}

TEST(CheckPlace, ReachesFurtherTheHigherTheArea) {
  const auto tree = Tree(kUnknown, kApproximate);
  ExpectReach(*tree, "111", 5);
  ExpectReach(*tree, "11", 10);
  ExpectReach(*tree, "1", 100);
}

TEST(CheckPlace, AsksTheAreaAboveWhereTheCentreIsOnlySpreadAroundIt) {
  ExpectReach(*Tree(kSynthetic, kApproximate), "111", 10);
  ExpectReach(*Tree(kSynthetic, kSynthetic), "111", 100);
  ExpectReach(*Tree(kSynthetic, kSynthetic, kSynthetic), "111", 100);
}

TEST(CheckPlace, SaysHowFarAndFromWhere) {
  const auto refused = CheckPlace(*Tree(kUnknown, kApproximate), "111", At(39.9042, 116.4074));
  EXPECT_EQ(MetadataOf(refused)["distance"], "1066");
  EXPECT_EQ(MetadataOf(refused)["area"], "111");
  EXPECT_EQ(Localise(refused, Locale::kZh),
            "所填地点距区域111约 1066 公里，请核对；确认无误后可再次提交");
}

TEST(CheckPlace, NothingKnownNothingAsked) {
  const auto tree = Tree(kUnknown, kApproximate);
  EXPECT_THAT(CheckPlace(*tree, "111", {}), testing::IsOk()) << "no place";
  EXPECT_THAT(CheckPlace(*tree, "999", North(500)), testing::IsOk()) << "no such area";
  using namespace registration::v1;  // NOLINT
  std::vector<Area> bare;
  bare.push_back(Place("1", "", AREA_LEVEL_DISTRICT, {}, COORDINATE_UNSPECIFIED));
  EXPECT_THAT(CheckPlace(**AreaTree::Build(std::move(bare)), "1", North(500)), testing::IsOk())
      << "no centre";
}

}  // namespace
}  // namespace baodao::areas
