#include "common/areas/geo.h"

#include <gtest/gtest.h>

namespace baodao::areas {
namespace {

common::v1::GeoPoint Point(double latitude, double longitude) {
  common::v1::GeoPoint point;
  point.set_latitude(latitude);
  point.set_longitude(longitude);
  return point;
}

TEST(GeoTest, DistanceIsThatOfTheGlobe) {
  // One degree of latitude is about 111.2 km everywhere; of longitude cos(lat) of that.
  EXPECT_NEAR(DistanceMetres(Point(31, 121), Point(32, 121)), 111'195, 50);
  EXPECT_NEAR(DistanceMetres(Point(31, 121), Point(31, 122)), 95'312, 60);
  EXPECT_NEAR(DistanceMetres(Point(0, 179.5), Point(0, -179.5)), 111'195, 50);
  EXPECT_EQ(DistanceMetres(Point(31.27, 121.52), Point(31.27, 121.52)), 0);
}

TEST(GeoTest, CoarseHidesTheHouse) {
  const auto coarse = Coarse(Point(31.274567, 121.523449));
  EXPECT_DOUBLE_EQ(coarse.latitude(), 31.275);
  EXPECT_DOUBLE_EQ(coarse.longitude(), 121.523);
}

TEST(GeoTest, ZeroZeroIsNoPlace) {
  EXPECT_FALSE(IsKnown(Point(0, 0)));
  EXPECT_TRUE(IsKnown(Point(0, 121)));
  EXPECT_TRUE(IsKnown(Point(31, 0)));
}

}  // namespace
}  // namespace baodao::areas
