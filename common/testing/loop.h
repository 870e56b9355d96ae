// Runs a coroutine to its end from a plain test body.
#pragma once

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "common/async/task.h"

namespace baodao::testing {

namespace internal {
template <class T>
Task<void> Store(Task<T> task, std::optional<T>* result) {
  result->emplace(co_await std::move(task));
}
}  // namespace internal

// Runs `loop` on this thread until `task` is done; what else is on the loop runs along. Throws what
// the task threw, and std::runtime_error when the loop runs dry or `limit` passes first (the task
// is then still suspended on the loop: do not go on with the test).
inline void Run(asio::io_context& loop, Task<void> task,
                std::chrono::milliseconds limit = std::chrono::seconds(60)) {
  bool done = false;
  std::exception_ptr error;
  asio::co_spawn(loop, std::move(task), [&](std::exception_ptr thrown) {
    error = thrown;
    done = true;
  });
  const auto end = std::chrono::steady_clock::now() + limit;
  loop.restart();
  while (!done) {
    if (loop.run_one_until(end) > 0) continue;
    throw std::runtime_error(loop.stopped() ? "the loop ran dry before the task was done"
                                            : "the task was not done within the limit");
  }
  if (error) std::rethrow_exception(error);
}

// Runs `loop` on this thread until `condition` holds; false when it does not within `limit`.
template <class Condition>
bool Await(asio::io_context& loop, Condition condition,
           std::chrono::milliseconds limit = std::chrono::seconds(30)) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    loop.restart();
    loop.run_for(std::chrono::milliseconds(1));
  }
  return true;
}

template <class T>
T Run(asio::io_context& loop, Task<T> task,
      std::chrono::milliseconds limit = std::chrono::seconds(60)) {
  std::optional<T> result;
  Run(loop, internal::Store(std::move(task), &result), limit);
  return std::move(*result);
}

}  // namespace baodao::testing
