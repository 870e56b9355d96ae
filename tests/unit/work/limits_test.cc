#include "common/work/limits.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "common/status/status.h"
#include "common/testing/matchers.h"

namespace baodao::work {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// Midnight in China.
constexpr Time kMidnight{Millis(1'748'793'600'000)};

Span At(double from, double to) {
  const auto at = [](double hour) {
    return kMidnight + Millis(static_cast<int64_t>(hour * 3'600'000));
  };
  return {at(from), at(to)};
}

Verdict Judged(std::vector<Span> others, Span added) {
  return Judge(std::move(others), added, Limits());
}

// Those of the header.
TEST(LimitsTest, Examples) {
  struct Example {
    Span one, other;
    Verdict verdict;
  };
  const Example examples[] = {
      {At(18, 24), At(24, 28), Verdict::kTooManyHours},
      {At(0, 4), At(4, 8), Verdict::kFits},
      {At(9, 11), At(18, 20), Verdict::kFits},
      {At(18, 22), At(32, 34), Verdict::kFits},
      {At(18, 22), At(31, 33), Verdict::kTooLittleRest},
      {At(22, 26), At(35, 37), Verdict::kTooLittleRest},  // after a night
      {At(22, 26), At(36, 38), Verdict::kFits},
  };
  for (const Example& example : examples) {
    // The order of the two does not matter.
    EXPECT_EQ(Judged({example.one}, example.other), example.verdict);
    EXPECT_EQ(Judged({example.other}, example.one), example.verdict);
  }
}

// Work that is far away changes nothing, at any length.
TEST(LimitsTest, NoOtherWorkIsJudgedAsWorkFarAway) {
  for (double length = 0.25; length < 30; length += 0.25) {
    const Span work = At(0, length);
    EXPECT_EQ(Judged({}, work), Judged({At(-200, -199)}, work)) << length << " h";
  }
}

// 18–24 and 00–04 was refused for want of rest, while 18–04 passed; so did 00–04 and 04–08.
TEST(LimitsTest, WorkInOnePieceIsJudgedAsWorkInSeveral) {
  std::mt19937 random(7);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int i = 0; i < 2'000; ++i) {
    const int start = below(48 * 4), parts = 2 + below(3), others = below(3);
    std::vector<Span> before;
    for (int other = 0; other < others; ++other) {
      const double at = (other - 1) * 24 + below(16 * 4) / 4.0;
      before.push_back(At(at - 30, at - 30 + below(16) / 4.0 + 0.25));
    }
    const double from = start / 4.0 + 24, length = (1 + below(40)) / 4.0;
    const Verdict whole = Judged(before, At(from, from + length));
    // The same work, its last part added to the others.
    std::vector<Span> pieces = before;
    for (int part = 0; part + 1 < parts; ++part) {
      pieces.push_back(At(from + length * part / parts, from + length * (part + 1) / parts));
    }
    const Span last = At(from + length * (parts - 1) / parts, from + length);
    EXPECT_EQ(Judged(pieces, last), whole) << "at " << from << " for " << length << " h";
  }
}

TEST(LimitsTest, HoursInAnyDay) {
  EXPECT_EQ(Judged({}, At(8, 16)), Verdict::kFits);
  EXPECT_EQ(Judged({}, At(8, 16.25)), Verdict::kTooManyHours);
  EXPECT_EQ(Judged({At(8, 12)}, At(13, 17)), Verdict::kFits);
  EXPECT_EQ(Judged({At(8, 12)}, At(13, 17.25)), Verdict::kTooManyHours);
  // Eight hours before midnight and eight from 10 on: in the day that ends at 17 there are eight
  // of them and one.
  EXPECT_EQ(Judged({At(16, 24)}, At(34, 41)), Verdict::kTooManyHours);
  EXPECT_EQ(Judged({At(16, 24)}, At(40, 48)), Verdict::kFits);
}

TEST(LimitsTest, ThreePiecesMakeOneStretch) {
  // Ten hours of rest between the first and the last, until somebody works in between.
  EXPECT_EQ(Judged({At(6, 8)}, At(18, 20)), Verdict::kFits);
  EXPECT_EQ(Judged({At(6, 8), At(18, 20)}, At(12, 13)), Verdict::kFits);
  EXPECT_EQ(Judged({At(6, 8), At(18, 20.25)}, At(12, 13)), Verdict::kTooLittleRest);
}

TEST(LimitsTest, WhatLiesADayAwayDoesNotMatter) {
  EXPECT_FALSE(IsNear(At(0, 8), At(32, 33)));
  EXPECT_TRUE(IsNear(At(0, 8), At(31.75, 33)));
  EXPECT_FALSE(IsNear(At(57, 60), At(32, 33)));
  EXPECT_TRUE(IsNear(At(56.75, 60), At(32, 33)));
  std::mt19937 random(11);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int i = 0; i < 5'000; ++i) {
    std::vector<Span> all, near;
    const double from = 96 + below(96) / 4.0;
    const Span added = At(from, from + (1 + below(20)) / 4.0);
    double at = below(40) / 4.0;
    while (at < 230) {
      const Span other = At(at, at + (1 + below(16)) / 4.0);
      at += (1 + below(16)) / 4.0 + below(60) / 4.0;
      if (other.end > added.start && other.start < added.end) continue;
      if (!all.empty() && other.start < all.back().end) continue;
      all.push_back(other);
      if (IsNear(other, added)) near.push_back(other);
    }
    EXPECT_EQ(Judged(all, added), Judged(near, added));
  }
}

TEST(LimitsTest, OtherLimits) {
  const Limits strict{hours(4), hours(12)};
  EXPECT_EQ(Judge({At(9, 11)}, At(18, 20), strict), Verdict::kFits);
  EXPECT_EQ(Judge({At(8, 10)}, At(18, 20.25), strict), Verdict::kTooManyHours);
  EXPECT_EQ(Judge({At(8, 9)}, At(19, 20.25), strict), Verdict::kTooLittleRest);
  const Limits restless{hours(8), Millis(0)};
  EXPECT_EQ(Judge({At(0, 1), At(6, 7), At(12, 13)}, At(18, 19), restless), Verdict::kFits);
}

TEST(LimitsTest, RefusalsNameTheLimit) {
  const absl::Status hours_refused = CheckAlone(At(8, 18), Limits());
  EXPECT_THAT(hours_refused, testing::IsRefusal(Reason::DAILY_HOURS_EXCEEDED));
  EXPECT_EQ(MetadataOf(hours_refused)["max"], "8");
  const absl::Status rest_refused = Check({At(18, 22)}, At(31, 33), Limits());
  EXPECT_THAT(rest_refused, testing::IsRefusal(Reason::REST_TOO_SHORT));
  EXPECT_EQ(MetadataOf(rest_refused)["min"], "600");
  EXPECT_THAT(CheckAlone(At(8, 16), Limits()), testing::IsOk());
}

}  // namespace
}  // namespace baodao::work
