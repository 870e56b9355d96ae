#include "common/testing/fake_clock.h"

#include <gtest/gtest.h>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <string>

#include "common/testing/loop.h"

namespace baodao::testing {
namespace {

Task<void> Sleep(FakeClock* clock, Millis duration, char name, std::string* order) {
  co_await clock->SleepFor(duration);
  order->push_back(name);
}

class FakeClockTest : public ::testing::Test {
 protected:
  asio::io_context loop_;
  FakeClock clock_{loop_};
  std::string order_;

  void Spawn(Millis duration, char name) {
    asio::co_spawn(loop_, Sleep(&clock_, duration, name, &order_), asio::detached);
  }
  void Turn() {
    loop_.restart();
    loop_.poll();
  }
};

TEST_F(FakeClockTest, WakesInTheOrderOfTheirTimes) {
  Spawn(Millis(30), 'c');
  Spawn(Millis(10), 'a');
  Spawn(Millis(10), 'b');
  Spawn(Millis(31), 'd');
  Turn();
  EXPECT_EQ(clock_.sleepers(), 4u);
  EXPECT_EQ(clock_.next_wake(), clock_.Now() + Millis(10));
  clock_.Advance(Millis(9));
  Turn();
  EXPECT_EQ(order_, "");
  clock_.Advance(Millis(21));
  Turn();
  EXPECT_EQ(order_, "abc");
  EXPECT_EQ(clock_.sleepers(), 1u);
}

TEST_F(FakeClockTest, DoesNotSleepForNothing) {
  Spawn(Millis(0), 'a');
  Spawn(Millis(-1), 'b');
  Turn();
  EXPECT_EQ(order_, "ab");
  EXPECT_EQ(clock_.sleepers(), 0u);
}

TEST_F(FakeClockTest, NeverGoesBack) {
  const Time before = clock_.Now();
  clock_.AdvanceTo(before - Millis(1));
  EXPECT_EQ(clock_.Now(), before);
}

TEST_F(FakeClockTest, TellsWhenEnoughAreAsleep) {
  bool told = false;
  const auto watch = [](FakeClock* clock, bool* told) -> Task<void> {
    co_await clock->AwaitSleepers(2);
    *told = true;
  };
  asio::co_spawn(loop_, watch(&clock_, &told), asio::detached);
  Spawn(Millis(1), 'a');
  Turn();
  EXPECT_FALSE(told);
  Spawn(Millis(1), 'b');
  Turn();
  EXPECT_TRUE(told);
}

TEST_F(FakeClockTest, ACancelledSleeperThrowsAndLeaves) {
  asio::cancellation_signal signal;
  std::exception_ptr thrown;
  asio::co_spawn(loop_, Sleep(&clock_, Millis(5), 'a', &order_),
                 asio::bind_cancellation_slot(signal.slot(),
                                              [&](std::exception_ptr error) { thrown = error; }));
  Turn();
  signal.emit(asio::cancellation_type::all);
  Turn();
  EXPECT_TRUE(thrown);
  EXPECT_EQ(clock_.sleepers(), 0u);
  EXPECT_EQ(order_, "");
}

TEST_F(FakeClockTest, SleepersMayBeLeftBehind) {
  Spawn(Millis(5), 'a');
  Turn();
  EXPECT_EQ(clock_.sleepers(), 1u);
}

TEST(Run, ReturnsAndThrowsWhatTheTaskDoes) {
  asio::io_context loop;
  const auto seven = []() -> Task<int> { co_return 7; };
  EXPECT_EQ(testing::Run(loop, seven()), 7);
  const auto fail = []() -> Task<int> {
    throw std::logic_error("no");
    co_return 0;
  };
  EXPECT_THROW(testing::Run(loop, fail()), std::logic_error);
}

TEST(Run, DoesNotWaitForever) {
  asio::io_context loop;
  FakeClock clock(loop);
  EXPECT_THROW(testing::Run(loop, clock.SleepFor(Millis(1)), Millis(20)), std::runtime_error);
}

}  // namespace
}  // namespace baodao::testing
