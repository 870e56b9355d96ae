#include "services/registration/domain/service_point.h"

#include <gtest/gtest.h>

#include <chrono>

#include "common/clock/timestamp.h"
#include "common/testing/machine.h"
#include "common/testing/matchers.h"

namespace baodao::registration {
namespace {

using std::chrono::hours;

constexpr Time kNow = Time(hours(480'000));

TEST(ServicePoint, EveryPairOfStateAndEvent) {
  using enum v1::ServicePointState;
  using enum ServicePointEvent;
  testing::CheckEveryPair(
      kServicePointMachine,
      {{{SERVICE_POINT_STATE_ACTIVE, kClose}, SERVICE_POINT_STATE_CLOSED_DOWN},
       {{SERVICE_POINT_STATE_CLOSED_DOWN, kReopen}, SERVICE_POINT_STATE_ACTIVE}},
      kReopen);
}

TEST(ServicePoint, ClosesAtItsCloseTimeAndThenHasNone) {
  v1::CreateServicePointRequest request;
  request.mutable_place()->set_latitude(31.27);
  request.mutable_place()->set_longitude(121.55);
  *request.mutable_close_time() = ToTimestamp(kNow + hours(1));
  const auto point = NewServicePoint(request, kNow);
  ASSERT_THAT(point, testing::IsOk());
  v1::ServicePointRecord record;
  *record.mutable_service_point() = *point;
  EXPECT_EQ(CloseTimeOf(record), kNow + hours(1));
  Lapse(&record, kNow + hours(1));
  EXPECT_EQ(record.service_point().state(), v1::SERVICE_POINT_STATE_CLOSED_DOWN);
  EXPECT_EQ(CloseTimeOf(record), std::nullopt);
}

}  // namespace
}  // namespace baodao::registration
