#include "common/async/for_each.h"

#include <gtest/gtest.h>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <set>
#include <stdexcept>

#include "common/testing/loop.h"

namespace baodao {
namespace {

using std::chrono::milliseconds;

Task<void> Pause(milliseconds duration) {
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  co_await timer.async_wait(kAwait);
}

TEST(ForEachTest, DoesEveryStepOnceAndSomeAtATime) {
  asio::io_context loop;
  std::multiset<size_t> done;
  size_t running = 0, most = 0;
  testing::Run(loop, ForEach(10, 3, [&](size_t i) -> Task<void> {
                 most = std::max(most, ++running);
                 co_await Pause(milliseconds(1));
                 --running;
                 done.insert(i);
               }));
  EXPECT_EQ(done, (std::multiset<size_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(most, 3u);
}

TEST(ForEachTest, NothingToDo) {
  asio::io_context loop;
  size_t ran = 0;
  const auto step = [&ran](size_t) -> Task<void> {
    ++ran;
    co_return;
  };
  testing::Run(loop, ForEach(0, 3, step));
  EXPECT_EQ(ran, 0u);
}

TEST(ForEachTest, ThrowsWhatAStepThrew) {
  asio::io_context loop;
  size_t ended = 0;
  const auto step = [&](size_t i) -> Task<void> {
    if (i == 0) throw std::runtime_error("the first");
    co_await Pause(milliseconds(1));
    ++ended;
  };
  EXPECT_THROW(testing::Run(loop, ForEach(2, 2, step)), std::runtime_error);
  EXPECT_EQ(ended, 1u);
}

// A cancelled wait used to be tried again and again without the loop ever turning.
TEST(ForEachTest, CancelledItLetsItsStepsEnd) {
  asio::io_context loop;
  asio::cancellation_signal cancel;
  size_t ended = 0;
  bool threw = false, over = false;
  const auto step = [&](size_t) -> Task<void> {
    co_await Pause(milliseconds(20));
    ++ended;
  };
  auto caller = [&]() -> Task<void> {
    co_await ForEach(4, 2, step);
    co_await Pause(milliseconds(0));  // where the cancellation is noticed
  };
  asio::co_spawn(loop, caller(),
                 asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr error) {
                   threw = error != nullptr;
                   over = true;
                 }));
  asio::steady_timer soon(loop, milliseconds(5));
  soon.async_wait([&](const asio::error_code&) { cancel.emit(asio::cancellation_type::terminal); });
  loop.run_for(std::chrono::seconds(10));
  EXPECT_TRUE(over);
  EXPECT_TRUE(threw);
  EXPECT_EQ(ended, 4u);
}

}  // namespace
}  // namespace baodao
