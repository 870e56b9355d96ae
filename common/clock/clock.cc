#include "common/clock/clock.h"

#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>

namespace baodao {
namespace {

class System final : public Clock {
 public:
  Time Now() const override {
    return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
  }

  Task<void> SleepFor(Millis duration) override {
    if (duration <= Millis::zero()) co_return;
    asio::steady_timer timer(co_await asio::this_coro::executor, duration);
    co_await timer.async_wait(kAwait);
  }
};

}  // namespace

Clock& SystemClock() {
  static System clock;
  return clock;
}

}  // namespace baodao
