#include "common/record/day_limit.h"

#include <gtest/gtest.h>

#include "common/status/status.h"
#include "common/testing/matchers.h"

namespace baodao::record {
namespace {

using std::chrono::hours;

TEST(DayLimit, AsManyHappenInAnyDayAndNoMore) {
  constexpr Time kFirst{Millis(1'748'736'000'000)};
  google::protobuf::RepeatedField<int64_t> times;
  for (int hour = 0; hour < 3; ++hour) {
    EXPECT_THAT(CountInDay(3, kFirst + hours(hour), &times), testing::IsOk());
  }
  const absl::Status refused = CountInDay(3, kFirst + hours(10), &times);
  EXPECT_THAT(refused, testing::IsRefusal(Reason::RATE_LIMITED));
  EXPECT_EQ(RetryAfterOf(refused), std::optional<Millis>(hours(14)));
  EXPECT_EQ(times.size(), 3);
  EXPECT_THAT(CountInDay(3, kFirst + hours(24), &times), testing::IsOk());
  EXPECT_EQ(times.size(), 3) << "what is a day old is forgotten";
  EXPECT_FALSE(CountInDay(3, kFirst + hours(24), &times).ok());
}

}  // namespace
}  // namespace baodao::record
