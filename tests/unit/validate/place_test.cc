// Places of requests arrive in WGS-84, whatever they were sent in.
#include <gtest/gtest.h>

#include "baodao/dispatch/v1/task.pb.h"
#include "common/areas/geo.h"
#include "common/status/status.h"
#include "common/testing/matchers.h"
#include "common/validate/validate.h"

namespace baodao::validate {
namespace {

using common::v1::GeoPoint;

GeoPoint InShanghai() {
  GeoPoint place;
  place.set_latitude(31.17530398364597);
  place.set_longitude(121.531541859215);
  place.set_datum(common::v1::DATUM_GCJ_02);
  return place;
}

void ExpectConverted(const GeoPoint& place) {
  EXPECT_NEAR(place.latitude(), 31.1774276, 1e-6);
  EXPECT_NEAR(place.longitude(), 121.5272106, 1e-6);
  EXPECT_EQ(place.datum(), common::v1::DATUM_UNSPECIFIED);
}

TEST(PlaceTest, GcjTwoIsConvertedOnce) {
  dispatch::v1::FindNearestTasksRequest find;
  *find.mutable_point() = InShanghai();
  const Validator validator(find.GetDescriptor());
  EXPECT_THAT(validator.Check(&find), testing::IsOk());
  ExpectConverted(find.point());
  EXPECT_THAT(validator.Check(&find), testing::IsOk());
  ExpectConverted(find.point());
}

TEST(PlaceTest, AnUnknownDatumIsRefused) {
  dispatch::v1::FindNearestTasksRequest find;
  *find.mutable_point() = InShanghai();
  find.mutable_point()->set_datum(static_cast<common::v1::Datum>(7));
  const auto violations = ViolationsOf(Validator(find.GetDescriptor()).Check(&find));
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].field, "point.datum");
  EXPECT_EQ(violations[0].kind, ViolationKind::UNKNOWN_ENUM);
}

TEST(PlaceTest, DegreesOutOfRangeAreRefusedInAnyDatum) {
  dispatch::v1::FindNearestTasksRequest find;
  *find.mutable_point() = InShanghai();
  find.mutable_point()->set_latitude(91);
  const auto violations = ViolationsOf(Validator(find.GetDescriptor()).Check(&find));
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].field, "point.latitude");
}

}  // namespace
}  // namespace baodao::validate
