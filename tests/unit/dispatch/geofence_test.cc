#include "services/dispatch/domain/geofence.h"

#include "common/testing/matchers.h"
#include "common/work/task_view.h"
#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

common::v1::GeoPoint Point(double latitude, double longitude) {
  common::v1::GeoPoint point;
  point.set_latitude(latitude);
  point.set_longitude(longitude);
  return point;
}

TEST(GeofenceTest, InsideAndOutside) {
  const auto place = Point(31.27, 121.52);
  EXPECT_EQ(Refusal(CheckGeofence(place, place, 300, Position{Point(31.2726, 121.52), 0})),
            "OK");  // 289 m
  const absl::Status far =
      CheckGeofence(place, place, 300, Position{Point(31.2728, 121.52), 0});  // 311 m
  EXPECT_THAT(far, testing::IsRefusal(Reason::OUTSIDE_GEOFENCE));
  EXPECT_EQ(MetadataOf(far)["max"], "300");
}

// The error of a position counts for whoever has it, up to a bound.
TEST(GeofenceTest, APositionMayBeOffByItsAccuracy) {
  const auto place = Point(31.27, 121.52), far = Point(31.2728, 121.52);  // 311 m
  EXPECT_EQ(Refusal(CheckGeofence(place, place, 300, Position{far, 10})), "OUTSIDE_GEOFENCE");
  EXPECT_EQ(Refusal(CheckGeofence(place, place, 300, Position{far, 12})), "OK");
  EXPECT_EQ(Refusal(CheckAccuracy(kMaxAccuracyM)), "OK");
  const absl::Status inexact = CheckAccuracy(kMaxAccuracyM + 1);
  EXPECT_EQ(Refusal(inexact), "POSITION_INEXACT");
  EXPECT_EQ(MetadataOf(inexact)["accuracy"], "201");
}

TEST(GeofenceTest, NobodyIsInTwoPlacesAtOnce) {
  const auto at = [](double latitude, Millis after, int accuracy) {
    v1::SignPlace place;
    *place.mutable_position() = Point(latitude, 121.52);
    place.set_accuracy_m(accuracy);
    *place.mutable_time() = ToTimestamp(kNow + after);
    return place;
  };
  const v1::SignPlace here = at(31.27, Millis(0), 0);
  // 11.1 km.
  EXPECT_TRUE(IsImpossibleSpeed(here, at(31.37, minutes(4), 0)));
  EXPECT_FALSE(IsImpossibleSpeed(here, at(31.37, minutes(5), 0)));
  // A kilometre is what positions in a city differ by.
  EXPECT_FALSE(IsImpossibleSpeed(here, at(31.2789, Millis(0), 0)));
  EXPECT_TRUE(IsImpossibleSpeed(here, at(31.2805, Millis(0), 0)));
  EXPECT_FALSE(IsImpossibleSpeed(here, at(31.2805, Millis(0), 200)));
}

// Three distances in metres told an exact private place.
TEST(GeofenceTest, TheDistanceTellsNothingOfTheExactPlace) {
  const auto rounded = Point(31.275, 121.523);
  const auto far = Point(31.29, 121.52);
  std::set<std::string> told;
  for (const auto& exact : {Point(31.2746, 121.5226), Point(31.2754, 121.5234), rounded}) {
    const absl::Status refused = CheckGeofence(exact, rounded, 300, Position{far, 0});
    ASSERT_EQ(Refusal(refused), "OUTSIDE_GEOFENCE");
    told.insert(MetadataOf(refused)["distance"]);
  }
  EXPECT_EQ(told, std::set<std::string>{"1700"});
}

// A person who is out is told so, also where the rounded place is nearer.
TEST(GeofenceTest, WhoIsOutIsNeverToldToBeWithinTheRadius) {
  const auto exact = Point(31.2704, 121.52), rounded = Point(31.27, 121.52);
  const auto position = Point(31.2676, 121.52);  // 311 m and 267 m away
  const absl::Status refused = CheckGeofence(exact, rounded, 300, Position{position, 0});
  ASSERT_EQ(Refusal(refused), "OUTSIDE_GEOFENCE");
  EXPECT_EQ(MetadataOf(refused)["distance"], "400");
  EXPECT_EQ(Refusal(CheckGeofence(rounded, rounded, 300, Position{position, 0})), "OK");
}

TEST(RedactTest, LeavesOutWhoseItIsAndWhatIsSaidOfIt) {
  v1::Task task;
  task.set_title("陪诊");
  task.set_requester_id("per_r");
  task.set_need_id("ned_1");
  task.set_publisher_id("per_c");
  task.set_cancel_reason("王阿姨住院了");
  task.set_leader_id("per_l");
  task.mutable_evaluation()->set_rating(2);
  task.mutable_evaluation()->set_comment("迟到");
  task.mutable_evaluation()->set_evaluator_id("per_r");
  v1::Task seen = task;
  work::Redact(&seen);
  EXPECT_TRUE(seen.requester_id().empty());
  EXPECT_TRUE(seen.need_id().empty());
  EXPECT_TRUE(seen.cancel_reason().empty());
  EXPECT_TRUE(seen.leader_id().empty());
  EXPECT_TRUE(seen.evaluation().comment().empty());
  EXPECT_TRUE(seen.evaluation().evaluator_id().empty());
  EXPECT_EQ(seen.evaluation().rating(), 2);
  EXPECT_EQ(seen.title(), "陪诊");
}

}  // namespace
}  // namespace baodao::dispatch
