// State shared by all parts of one client. Internal to common/redis.
#pragma once

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <random>
#include <utility>

#include "common/redis/client.h"
#include "common/redis/errors.h"
#include "common/redis/pending_calls.h"

namespace baodao::redis {

struct Core {
  Core(asio::io_context& loop, Config config)
      : loop(loop), config(std::move(config)), waits(std::make_shared<PendingCalls>(loop)) {}

  asio::io_context& loop;
  const Config config;
  const std::shared_ptr<PendingCalls> waits;
  Observer observer;
  Stats counters;  // in_flight and timeouts are counted elsewhere
  bool closed = false;
  std::minstd_rand random{std::random_device{}()};

  // Half of `full` plus a random part of the other half.
  Millis Jitter(Millis full) {
    std::uniform_int_distribution<int64_t> part(0, full.count() / 2);
    return full - Millis(part(random));
  }

  // Each call once, whether it came to be sent or not. Asking after a key that does not exist is no
  // failure.
  void Observe(const Command& command, Instant start, const absl::Status& status) const {
    if (!observer) return;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    const bool missing_key = absl::IsNotFound(status) && !IsFunctionMissing(status);
    observer(command.label(), took.count(), status.ok() || missing_key);
  }
};

// When a call ends at the latest. Saturates instead of overflowing.
inline Instant DeadlineOf(const Options& options, Instant now) {
  if (options.timeout >= std::chrono::hours(24 * 365)) return options.deadline;
  return std::min(options.deadline, now + options.timeout);
}

// Returns when `idle` says so, after `grace` at the latest. For shutting down: it looks now and
// then.
template <class Idle>
Task<void> AwaitIdle(std::shared_ptr<Core> core, Idle idle, Millis grace) {
  const Instant end = std::chrono::steady_clock::now() + grace;
  asio::steady_timer pause(core->loop);
  while (!idle() && std::chrono::steady_clock::now() < end) {
    pause.expires_after(Millis(2));
    co_await pause.async_wait(kAwait);
  }
}

}  // namespace baodao::redis
