#include "common/areas/feed.h"

#include <gtest/gtest.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <deque>
#include <optional>

#include "common/testing/fake_clock.h"
#include "common/testing/loop.h"
#include "common/testing/matchers.h"

namespace baodao::areas {
namespace {

using registration::v1::AREA_LEVEL_GRID;

std::vector<Area> Areas(int count) {
  std::vector<Area> areas(count);
  for (int i = 0; i < count; ++i) {
    areas[i].set_code("a" + std::to_string(i));
    areas[i].set_name("area");
    areas[i].set_level(AREA_LEVEL_GRID);
  }
  return areas;
}

class FeedTest : public ::testing::Test {
 protected:
  // The source gives its next answer; without any, it is down.
  Task<absl::StatusOr<std::vector<Area>>> Read() {
    ++reads_;
    if (answers_.empty()) co_return absl::UnavailableError("down");
    const int count = answers_.front();
    answers_.pop_front();
    if (slow_) {
      slow_ = false;
      co_await clock_.SleepFor(Millis(10));
    }
    co_return Areas(count);
  }

  events::Delivery Imported() {
    events::Delivery delivery;
    delivery.event.mutable_areas_imported()->set_areas(1);
    return delivery;
  }

  asio::io_context loop_;
  testing::FakeClock clock_{loop_};
  std::deque<int> answers_;
  int reads_ = 0;
  bool slow_ = false;
  AreaTreeFeed feed_{[this] { return Read(); }, clock_};
};

TEST_F(FeedTest, LoadWaitsUntilTheSourceIsUp) {
  EXPECT_FALSE(feed_.loaded());
  bool done = false;
  auto load = [&]() -> Task<void> {
    co_await feed_.Load();
    done = true;
  };
  asio::co_spawn(loop_, load(), asio::detached);
  for (int i = 0; i < 3; ++i) {
    testing::Run(loop_, clock_.AwaitSleepers(1));
    EXPECT_FALSE(done);
    clock_.Advance(Millis(2000));
  }
  testing::Run(loop_, clock_.AwaitSleepers(1));
  answers_.push_back(3);
  clock_.Advance(Millis(2000));
  loop_.restart();
  while (!done) ASSERT_GT(loop_.run_one_for(std::chrono::seconds(10)), 0u);
  EXPECT_TRUE(feed_.loaded());
  EXPECT_EQ(feed_.tree()->size(), 3u);
}

TEST_F(FeedTest, RefreshesOnImportsOnly) {
  answers_ = {1, 2};
  testing::Run(loop_, feed_.Load());
  events::Delivery other;
  other.event.mutable_profile_changed();
  EXPECT_THAT(testing::Run(loop_, feed_.OnEvent(other)), testing::IsOk());
  EXPECT_EQ(feed_.tree()->size(), 1u);
  EXPECT_THAT(testing::Run(loop_, feed_.OnEvent(Imported())), testing::IsOk());
  EXPECT_EQ(feed_.tree()->size(), 2u);
}

TEST_F(FeedTest, KeepsTheTreeWhenTheSourceFails) {
  answers_ = {2};
  testing::Run(loop_, feed_.Load());
  EXPECT_FALSE(testing::Run(loop_, feed_.OnEvent(Imported())).ok());
  EXPECT_EQ(feed_.tree()->size(), 2u);
}

TEST_F(FeedTest, TheTreeIsAsOldAsTheLastReadingThatSucceeded) {
  EXPECT_EQ(feed_.as_of(), Time{});
  answers_ = {1, 2};
  testing::Run(loop_, feed_.Load());
  EXPECT_EQ(feed_.as_of(), clock_.Now());
  const Time loaded = clock_.Now();
  clock_.Advance(Millis(5'000));
  EXPECT_EQ(feed_.as_of(), loaded);
  EXPECT_THAT(testing::Run(loop_, feed_.OnEvent(Imported())), testing::IsOk());
  EXPECT_EQ(feed_.as_of(), clock_.Now());
  clock_.Advance(Millis(5'000));
  EXPECT_FALSE(testing::Run(loop_, feed_.OnEvent(Imported())).ok());
  EXPECT_EQ(feed_.as_of(), clock_.Now() - Millis(5'000));
}

TEST_F(FeedTest, RefreshesByItselfEveryFewMinutes) {
  answers_ = {1, 2};
  testing::Run(loop_, feed_.Load());
  asio::co_spawn(loop_, feed_.Run(), asio::detached);
  testing::Run(loop_, clock_.AwaitSleepers(1));
  clock_.Advance(AreaTreeFeed::Options().refresh_every);
  // It sleeps again once it has refreshed.
  testing::Run(loop_, clock_.AwaitSleepers(1));
  EXPECT_EQ(reads_, 2);
  EXPECT_EQ(feed_.tree()->size(), 2u);
}

// Two refreshes at once: the one that began later wins, whichever ends last.
TEST_F(FeedTest, ASlowReadNeverReplacesANewerTree) {
  answers_ = {1, 5};
  slow_ = true;
  bool slow_done = false;
  auto slow = [&]() -> Task<void> {
    EXPECT_THAT((co_await feed_.Refresh()), testing::IsOk());
    slow_done = true;
  };
  asio::co_spawn(loop_, slow(), asio::detached);
  testing::Run(loop_, clock_.AwaitSleepers(1));
  EXPECT_THAT(testing::Run(loop_, feed_.Refresh()), testing::IsOk());
  EXPECT_EQ(feed_.tree()->size(), 5u);
  clock_.Advance(Millis(10));
  loop_.restart();
  while (!slow_done) ASSERT_GT(loop_.run_one_for(std::chrono::seconds(10)), 0u);
  EXPECT_EQ(feed_.tree()->size(), 5u);
}

}  // namespace
}  // namespace baodao::areas
