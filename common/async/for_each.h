// Bounded concurrency over a list.
#pragma once

#include <asio/co_spawn.hpp>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>

#include "common/async/task.h"

namespace baodao {

// Runs `step(0)` … `step(count - 1)` on the caller's loop, at most `concurrency` at a time, begun
// in order. Returns when all have ended; throws the first exception thrown, after the steps already
// begun have ended. Cancelling the caller cuts nothing short: it is noticed at the next wait
// after this.
Task<void> ForEach(size_t count, size_t concurrency, std::function<Task<void>(size_t)> step);

}  // namespace baodao
