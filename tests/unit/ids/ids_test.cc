#include "common/ids/ids.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "common/testing/fake_clock.h"

namespace baodao::ids {
namespace {

class GeneratorTest : public ::testing::Test {
 protected:
  asio::io_context loop_;
  testing::FakeClock clock_{loop_};
  std::mt19937_64 rng_{7};
  Generator generator_{clock_, [this] { return rng_(); }};
};

TEST_F(GeneratorTest, HasPrefixTimeAndShard) {
  const std::string id = generator_.New("tsk", 3);
  EXPECT_EQ(id.size(), 30u);
  EXPECT_EQ(id.substr(0, 4), "tsk_");
  EXPECT_TRUE(IsValid(id, "tsk"));
  EXPECT_EQ(ShardOf(id), 3);
  EXPECT_EQ(TimeOf(id), clock_.Now());
  EXPECT_EQ(id.substr(14, 2), "03");
}

TEST_F(GeneratorTest, EveryShardSurvives) {
  for (int shard = 0; shard < kMaxShards; ++shard) {
    EXPECT_EQ(ShardOf(generator_.New("per", shard)), shard);
  }
}

TEST_F(GeneratorTest, IncreasesWithinAMillisecondAndWhenTheClockGoesBack) {
  std::string last = generator_.New("tsk", 5);
  for (int i = 0; i < 10'000; ++i) {
    if (i == 5'000) clock_.AdvanceTo(clock_.Now() - Millis(1000));
    std::string next = generator_.New("tsk", 5);
    ASSERT_LT(last, next);
    last = std::move(next);
  }
  clock_.Advance(Millis(5000));
  EXPECT_LT(last, generator_.New("tsk", 5));
}

TEST_F(GeneratorTest, SameSeedSameIds) {
  std::mt19937_64 other_rng(7);
  Generator other(clock_, [&] { return other_rng(); });
  for (int i = 0; i < 100; ++i) EXPECT_EQ(generator_.New("unt", i), other.New("unt", i));
}

TEST_F(GeneratorTest, TailCarriesIntoTheNextMillisecond) {
  // All ones: the tail starts as high as it can and each step is the largest; ids still increase.
  Generator ones(clock_, [] { return ~uint64_t{0}; });
  std::string last = ones.New("tsk", 0);
  for (int i = 0; i < 1000; ++i) {
    std::string next = ones.New("tsk", 0);
    ASSERT_LT(last, next);
    last = std::move(next);
  }
}

TEST(New, NeverRepeats) {
  std::set<std::string> seen;
  for (int i = 0; i < 20'000; ++i) EXPECT_TRUE(seen.insert(New("ntf", i % 16)).second);
}

TEST(New, UsesTheReplacedGenerator) {
  asio::io_context loop;
  testing::FakeClock clock(loop);
  Generator fixed(clock, [] { return uint64_t{1}; });
  Use(&fixed);
  const std::string id = New("ses", 9);
  Use(nullptr);
  EXPECT_EQ(TimeOf(id), testing::FakeClock::kStart);
  EXPECT_NE(TimeOf(New("ses", 9)), testing::FakeClock::kStart);
}

TEST(At, TheSameOfTheSameAndAnotherOfAnyOther) {
  const std::string one = New("res", 5), other = New("res", 5);
  const Time time = testing::FakeClock::kStart;
  const std::string at = At(one, "slt", time);
  EXPECT_TRUE(IsValid(at, "slt"));
  EXPECT_EQ(TimeOf(at), time);
  EXPECT_EQ(ShardOf(at), 5);
  EXPECT_EQ(At(one, "slt", time), at);
  EXPECT_NE(At(other, "slt", time), at);
  EXPECT_NE(At(one, "slt", time + Millis(1)), at);
}

TEST(IsValid, OneSpellingOnly) {
  const std::string id = New("tsk", 1);
  EXPECT_TRUE(IsValid(id));
  EXPECT_FALSE(IsValid(id, "per"));
  EXPECT_FALSE(IsValid(id, "ts"));
  EXPECT_FALSE(IsValid(id, "tsk_"));
  std::string lower = id;
  lower[29] = 'a';
  EXPECT_FALSE(IsValid(lower));
  for (const char* look_alike : {"I", "L", "O", "U", "-", "{", "\n"}) {
    std::string bad = id;
    bad[20] = look_alike[0];
    EXPECT_FALSE(IsValid(bad)) << look_alike;
  }
  EXPECT_FALSE(IsValid(id.substr(0, 29)));
  EXPECT_FALSE(IsValid(id + "0"));
  EXPECT_FALSE(IsValid("tsk_8ZZZZZZZZZZZZZZZZZZZZZZZZZ"));  // Beyond 48 bits of time.
  EXPECT_TRUE(IsValid("tsk_7ZZZZZZZZZZZZZZZZZZZZZZZZZ"));
  EXPECT_FALSE(IsValid("TSK" + id.substr(3)));
  EXPECT_FALSE(IsValid("_" + id.substr(4)));
  EXPECT_FALSE(IsValid(""));
  EXPECT_FALSE(ShardOf("310110").has_value());
  EXPECT_FALSE(TimeOf("tsk_").has_value());
}

}  // namespace
}  // namespace baodao::ids
