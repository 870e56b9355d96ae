// Time, injected everywhere so that tests and simulations can own it.
#pragma once

#include <chrono>

#include "common/async/task.h"

namespace baodao {

// UTC, in milliseconds since the epoch: the resolution of everything stored.
using Millis = std::chrono::milliseconds;
using Time = std::chrono::sys_time<Millis>;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time Now() const = 0;
  // Returns after `duration` of this clock; at once when it is not positive. Ends early, throwing
  // asio::system_error(operation_aborted), only when the loop's task is cancelled.
  virtual Task<void> SleepFor(Millis duration) = 0;
};

// The machine's clock. Sleeping uses the monotonic clock: a jump of wall time wakes nobody late.
Clock& SystemClock();

}  // namespace baodao
