#include "common/async/signal.h"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_state.hpp>
#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/redirect_error.hpp>
#include <asio/system_error.hpp>
#include <asio/this_coro.hpp>
#include <utility>

namespace baodao {

Task<void> StopInsteadOfCancel(std::function<void()> stop) {
  auto filter = [stop = std::move(stop)](asio::cancellation_type) {
    stop();
    return asio::cancellation_type::none;
  };
  co_await asio::this_coro::reset_cancellation_state(std::move(filter));
}

Task<void> AllowCancel() {
  co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
}

Task<void> Signal::Wait() {
  while (!notified_) {
    timer_.expires_at(asio::steady_timer::time_point::max());
    asio::error_code ignored;  // Notify cancels the wait
    waiting_ = true;
    co_await timer_.async_wait(asio::redirect_error(kAwait, ignored));
    waiting_ = false;
  }
  notified_ = false;
}

Task<bool> Signal::WaitFor(Millis limit) {
  if (!notified_) {
    timer_.expires_after(limit);
    asio::error_code ignored;
    waiting_ = true;
    co_await timer_.async_wait(asio::redirect_error(kAwait, ignored));
    waiting_ = false;
  }
  co_return std::exchange(notified_, false);
}

void Signal::Notify() {
  notified_ = true;
  if (waiting_) timer_.cancel();
}

Task<void> Sleeper::Sleep(Millis duration) {
  if (for_ever_ || std::exchange(woken_, false)) co_return;
  asleep_ = true;
  try {
    auto token = asio::bind_cancellation_slot(cancel_.slot(), kAwait);
    co_await asio::co_spawn(loop_, clock_.SleepFor(duration), std::move(token));
  } catch (const asio::system_error& error) {
    if (error.code() != asio::error::operation_aborted || !woken_) throw;
  }
  asleep_ = false;
  woken_ = false;
}

void Sleeper::Wake() {
  woken_ = true;
  if (asleep_) cancel_.emit(asio::cancellation_type::terminal);
}

void Sleeper::WakeForEver() {
  for_ever_ = true;
  Wake();
}

}  // namespace baodao
