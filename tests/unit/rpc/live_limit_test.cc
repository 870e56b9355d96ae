#include "common/rpc/detail/live_limit.h"

#include <gtest/gtest.h>

namespace baodao::rpc::detail {
namespace {

class LiveLimitTest : public ::testing::Test {
 protected:
  // So many calls come at once; how many are served.
  int Come(int calls) {
    int served = 0;
    for (int i = 0; i < calls; ++i) {
      limit_.Add();
      if (limit_.Exceeded()) {
        limit_.Remove();
      } else {
        ++served;
      }
    }
    live_ += served;
    return served;
  }
  // A fifth of a second goes by, in which up to so many are done.
  void Pass(int done) {
    for (int i = 0; i < done && live_ > 0; ++i, --live_) {
      limit_.Done();
      limit_.Remove();
    }
    now_ += std::chrono::milliseconds(200);
    limit_.Measure(now_);
  }

  LiveLimit limit_;
  int live_ = 0;

 private:
  SteadyTime now_{};
};

// All were served, and next to none of them in time.
TEST_F(LiveLimitTest, UnderOverloadAsManyAreServedAsASecondDoes) {
  int most = 0;
  for (int i = 0; i < 30; ++i) {  // three times the 2,000 a second that get done, for six seconds
    Come(1'200);
    most = std::max(most, live_);
    Pass(400);
  }
  EXPECT_LE(most, 4'000) << "two seconds' worth, until it is known what gets done";
  Come(10'000);
  EXPECT_GE(live_, 2'000);
  EXPECT_LE(live_, 2'010);
}

TEST_F(LiveLimitTest, ABurstAfterQuietIsServedWhole) {
  Come(1);
  Pass(1);
  EXPECT_EQ(Come(9'000), 9'000);
  Pass(400);
  EXPECT_EQ(Come(300), 300);
}

// Nothing is measured while no call is live.
TEST_F(LiveLimitTest, NoLimitOutlivesTheLastCalls) {
  Come(300);
  Pass(0);
  Pass(300);
  EXPECT_EQ(Come(9'000), 9'000);
}

TEST_F(LiveLimitTest, AShortPauseIsNoOverload) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Come(400), 400);
    Pass(0);
  }
  EXPECT_EQ(Come(400), 400);
  Pass(2'000);
  Pass(0);
  EXPECT_EQ(Come(9'000), 9'000);
}

TEST_F(LiveLimitTest, WhereNothingGetsDoneFewAreServed) {
  Come(5'000);
  for (int i = 0; i < 20; ++i) Pass(0);
  EXPECT_EQ(Come(1), 0);
  Pass(5'000 - static_cast<int>(LiveLimit::kAlways) + 1);
  for (int i = 0; i < 20; ++i) Pass(0);
  EXPECT_EQ(Come(2), 1) << "so many always";
  Pass(10'000);
  Pass(0);
  EXPECT_EQ(Come(9'000), 9'000) << "it is over";
}

}  // namespace
}  // namespace baodao::rpc::detail
