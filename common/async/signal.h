// Waiting inside a loop without polling.
#pragma once

#include <asio/cancellation_signal.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <functional>

#include "common/async/task.h"
#include "common/clock/clock.h"

namespace baodao {

// From here on, cancelling the coroutine that awaits this (and whatever awaits it) interrupts
// nothing and calls `stop` instead, possibly repeatedly: for loops that wind down in an orderly
// way.
Task<void> StopInsteadOfCancel(std::function<void()> stop);
// The usual again, at the end of such a loop: `stop` is not called any more.
Task<void> AllowCancel();

// One waits, others notify. A notification nobody waits for is kept: the next Wait returns at once.
// One loop.
class Signal {
 public:
  explicit Signal(asio::io_context& loop) : timer_(loop) {}

  Task<void> Wait();
  // At most this long, by the machine's clock. Whether it was notified.
  Task<bool> WaitFor(Millis limit);
  void Notify();

 private:
  asio::steady_timer timer_;
  bool notified_ = false;
  bool waiting_ = false;
};

// Sleeps on an injected clock that can be cut short. One sleeper at a time; one loop.
class Sleeper {
 public:
  Sleeper(asio::io_context& loop, Clock& clock) : loop_(loop), clock_(clock) {}

  // Returns after `duration`, or as soon as Wake is called; at once when Wake was called before it,
  // with nobody asleep, or after WakeForEver.
  Task<void> Sleep(Millis duration);
  void Wake();
  void WakeForEver();

 private:
  asio::io_context& loop_;
  Clock& clock_;
  asio::cancellation_signal cancel_;
  bool asleep_ = false;
  bool woken_ = false;
  bool for_ever_ = false;
};

}  // namespace baodao
