// Work that blocks, done on other threads while the loop goes on.
#pragma once

#include <absl/cleanup/cleanup.h>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "common/async/signal.h"
#include "common/async/task.h"

namespace baodao {

// The result of `work`, run on one of `threads`. It owns what it needs: whoever waits for it may be
// gone before it ends; then it is left out if it has not begun, and destroyed on that thread.
template <class T>
Task<T> OnThread(asio::io_context& loop, asio::thread_pool& threads, std::function<T()> work) {
  struct Waiting {
    explicit Waiting(asio::io_context& loop) : done(loop) {}
    Signal done;
    std::optional<T> result;
    std::atomic<bool> abandoned = false;
  };
  auto waiting = std::make_shared<Waiting>(loop);
  const absl::Cleanup abandon = [waiting] { waiting->abandoned = true; };
  auto run = [&loop, waiting, work = std::move(work)]() mutable {
    if (!waiting->abandoned) waiting->result.emplace(work());
    work = nullptr;
    // The last that knows of the signal must be on the loop.
    asio::post(loop, [waiting = std::move(waiting)] { waiting->done.Notify(); });
  };
  asio::post(threads, std::move(run));
  co_await waiting->done.Wait();
  co_return *std::move(waiting->result);
}

}  // namespace baodao
