// Several tasks at the same time.
#pragma once

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "common/async/task.h"

namespace baodao {

namespace async_internal {

// State shared by the tasks of one Gather; it outlives them even when nobody waits any more.
template <class T>
struct Gathering {
  Gathering(const Executor& executor, size_t size)
      : running(size), results(size), done(executor, asio::steady_timer::time_point::max()) {}
  size_t running;
  std::vector<std::optional<T>> results;
  std::exception_ptr error;
  asio::steady_timer done;
};

template <class T>
Task<void> RunInto(std::shared_ptr<Gathering<T>> gathering, size_t index, Task<T> task) {
  try {
    gathering->results[index].emplace(co_await std::move(task));
  } catch (...) {
    gathering->error = std::current_exception();
  }
  if (--gathering->running == 0) gathering->done.cancel();
}

}  // namespace async_internal

// Runs all tasks at the same time and returns their results in order once the last has ended.
// Throws what a task threw. When the caller is cancelled, throws operation_aborted; the tasks run
// to their ends unheard, so what they refer to must outlive them (or the loop must end first).
template <class T>
Task<std::vector<T>> Gather(std::vector<Task<T>> tasks) {
  std::vector<T> results;
  if (tasks.size() == 1) {
    results.push_back(co_await std::move(tasks[0]));
    co_return results;
  }
  const Executor executor = co_await asio::this_coro::executor;
  auto gathering = std::make_shared<async_internal::Gathering<T>>(executor, tasks.size());
  for (size_t i = 0; i < tasks.size(); ++i) {
    asio::co_spawn(executor, async_internal::RunInto<T>(gathering, i, std::move(tasks[i])),
                   asio::detached);
  }
  while (gathering->running > 0) {
    asio::error_code ignored;  // the timer never expires: the last task cancels it
    co_await gathering->done.async_wait(asio::redirect_error(kAwait, ignored));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
      throw asio::system_error(asio::error::operation_aborted);
    }
  }
  if (gathering->error) std::rethrow_exception(gathering->error);
  for (std::optional<T>& result : gathering->results) results.push_back(std::move(*result));
  co_return results;
}

}  // namespace baodao
