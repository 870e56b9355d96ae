#include "common/areas/datum.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "common/areas/geo.h"

namespace baodao::areas {
namespace {

using common::v1::Datum;
using common::v1::GeoPoint;

GeoPoint Place(double latitude, double longitude, Datum datum) {
  GeoPoint place;
  place.set_latitude(latitude);
  place.set_longitude(longitude);
  place.set_datum(datum);
  return place;
}

struct Pair {
  GeoPoint wgs_84;
  GeoPoint gcj_02;
};

// Published with the formula (eviltransform's tests): Shanghai, Shenzhen, Beijing.
const Pair kPairs[] = {
    {Place(31.1774276, 121.5272106, common::v1::DATUM_WGS_84),
     Place(31.17530398364597, 121.531541859215, common::v1::DATUM_GCJ_02)},
    {Place(22.543847, 113.912316, common::v1::DATUM_WGS_84),
     Place(22.540796131694766, 113.9171764808363, common::v1::DATUM_GCJ_02)},
    {Place(39.911954, 116.377817, common::v1::DATUM_WGS_84),
     Place(39.91334545536069, 116.38404722455657, common::v1::DATUM_GCJ_02)},
};

TEST(DatumTest, PublishedPairsMeet) {
  for (const Pair& pair : kPairs) {
    GeoPoint place = pair.gcj_02;
    EXPECT_GT(DistanceMetres(place, pair.wgs_84), 450);
    ToWgs84(&place);
    EXPECT_LT(DistanceMetres(place, pair.wgs_84), 0.1);
    EXPECT_EQ(place.datum(), common::v1::DATUM_UNSPECIFIED);
  }
}

TEST(DatumTest, InShanghaiTheTwoLieHalfAKilometreApart) {
  EXPECT_NEAR(DistanceMetres(kPairs[0].wgs_84, kPairs[0].gcj_02), 475, 10);
}

TEST(DatumTest, Wgs84StaysAsItIs) {
  for (const Datum datum : {common::v1::DATUM_UNSPECIFIED, common::v1::DATUM_WGS_84}) {
    GeoPoint place = Place(31.1774276, 121.5272106, datum);
    ToWgs84(&place);
    EXPECT_EQ(place.latitude(), 31.1774276);
    EXPECT_EQ(place.longitude(), 121.5272106);
    EXPECT_EQ(place.datum(), common::v1::DATUM_UNSPECIFIED);
  }
}

// Paris, New York, Sydney; 0,0, which means "not known"; no numbers.
TEST(DatumTest, OutsideTheFrameNothingIsShifted) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::pair<double, double> places[] = {
      {48.85, 2.35}, {40.7, -74.0}, {-33.9, 151.2}, {0, 0}, {91, 121}};
  for (const auto& [latitude, longitude] : places) {
    GeoPoint place = Place(latitude, longitude, common::v1::DATUM_GCJ_02);
    ToWgs84(&place);
    EXPECT_EQ(place.latitude(), latitude);
    EXPECT_EQ(place.longitude(), longitude);
  }
  GeoPoint place = Place(nan, 121, common::v1::DATUM_GCJ_02);
  ToWgs84(&place);
  EXPECT_TRUE(std::isnan(place.latitude()));
}

TEST(DatumTest, AnUnknownDatumIsLeftToBeRefused) {
  GeoPoint place = Place(31, 121, static_cast<Datum>(7));
  ToWgs84(&place);
  EXPECT_EQ(place.datum(), 7);
  EXPECT_EQ(place.latitude(), 31);
}

}  // namespace
}  // namespace baodao::areas
