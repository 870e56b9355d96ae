#include "common/rpc/rate_limit.h"

#include <gtest/gtest.h>

namespace baodao::rpc {
namespace {

using std::chrono::milliseconds;
using Now = RateLimiter::Now;

constexpr Bucket kTwoASecond{2, 3};

TEST(RateLimiterTest, TheBurstPassesAndThenTheRate) {
  RateLimiter limiter(10);
  Now now{};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.Take("a", kTwoASecond, now), milliseconds(0));
  EXPECT_EQ(limiter.Take("a", kTwoASecond, now), milliseconds(500));
  now += milliseconds(499);
  EXPECT_GT(limiter.Take("a", kTwoASecond, now), milliseconds(0));
  now += milliseconds(1);
  EXPECT_EQ(limiter.Take("a", kTwoASecond, now), milliseconds(0));
  EXPECT_GT(limiter.Take("a", kTwoASecond, now), milliseconds(0));
}

TEST(RateLimiterTest, LookingTakesNothing) {
  RateLimiter limiter(10);
  Now now{};
  EXPECT_EQ(limiter.Wait("a", kTwoASecond, now), milliseconds(0));
  EXPECT_EQ(limiter.callers(), 0u);
  for (int i = 0; i < 3; ++i) limiter.Take("a", kTwoASecond, now);
  EXPECT_EQ(limiter.Wait("a", kTwoASecond, now), milliseconds(500));
  now += milliseconds(500);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.Wait("a", kTwoASecond, now), milliseconds(0));
  EXPECT_EQ(limiter.Take("a", kTwoASecond, now), milliseconds(0));
}

TEST(RateLimiterTest, TheBurstIsAllThatCanBeSaved) {
  RateLimiter limiter(10);
  Now now{};
  EXPECT_EQ(limiter.Take("a", kTwoASecond, now), milliseconds(0));
  now += std::chrono::hours(1);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.Take("a", kTwoASecond, now), milliseconds(0));
  EXPECT_GT(limiter.Take("a", kTwoASecond, now), milliseconds(0));
}

TEST(RateLimiterTest, CallersDoNotShare) {
  RateLimiter limiter(10);
  for (int i = 0; i < 3; ++i) limiter.Take("a", kTwoASecond, Now{});
  EXPECT_GT(limiter.Take("a", kTwoASecond, Now{}), milliseconds(0));
  EXPECT_EQ(limiter.Take("b", kTwoASecond, Now{}), milliseconds(0));
}

TEST(RateLimiterTest, MemoryIsBoundedAndTheLongestUnseenGoesFirst) {
  RateLimiter limiter(2);
  const Bucket one{1, 1};
  limiter.Take("a", one, Now{});
  limiter.Take("b", one, Now{});
  EXPECT_GT(limiter.Take("a", one, Now{}), milliseconds(0));  // a is seen again
  limiter.Take("c", one, Now{});                              // b goes
  EXPECT_EQ(limiter.callers(), 2u);
  EXPECT_GT(limiter.Take("a", one, Now{}), milliseconds(0));
  EXPECT_EQ(limiter.Take("b", one, Now{}), milliseconds(0));
}

TEST(RateLimiterTest, WhatACallCostsBesidesIsPaidByTheNextOnes) {
  RateLimiter limiter(10);
  Now now{};
  limiter.Charge("a", kTwoASecond, 5, now);
  EXPECT_EQ(limiter.Take("a", kTwoASecond, now), milliseconds(1500)) << "two owed, one to take";
  now += milliseconds(1500);
  EXPECT_EQ(limiter.Take("a", kTwoASecond, now), milliseconds(0));
  limiter.Charge("a", kTwoASecond, 1e9, now);
  EXPECT_EQ(limiter.Take("a", kTwoASecond, now), milliseconds(2000)) << "a burst is all one owes";
  EXPECT_EQ(limiter.Take("b", kTwoASecond, now), milliseconds(0));
}

TEST(RateLimiterTest, NoRateIsNoLimit) {
  RateLimiter limiter(2);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(limiter.Take("a", {}, Now{}), milliseconds(0));
  EXPECT_EQ(limiter.callers(), 0u);
}

}  // namespace
}  // namespace baodao::rpc
