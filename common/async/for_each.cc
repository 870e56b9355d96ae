#include "common/async/for_each.h"

#include <algorithm>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>

namespace baodao {
namespace {

struct Progress {
  size_t next = 0;
  size_t running = 0;
  std::exception_ptr error;
};

Task<void> Runner(std::shared_ptr<Progress> progress, size_t count,
                  const std::function<Task<void>(size_t)>& step) {
  while (progress->next < count && !progress->error) {
    const size_t mine = progress->next++;
    co_await step(mine);
  }
}

}  // namespace

Task<void> ForEach(size_t count, size_t concurrency, std::function<Task<void>(size_t)> step) {
  auto executor = co_await asio::this_coro::executor;
  auto progress = std::make_shared<Progress>();
  // Fires by being cancelled by the last runner.
  asio::steady_timer done(executor, asio::steady_timer::time_point::max());
  const size_t runners = std::min(count, concurrency);
  progress->running = runners;
  for (size_t i = 0; i < runners; ++i) {
    asio::co_spawn(executor, Runner(progress, count, step),
                   [progress, &done](std::exception_ptr error) {
                     if (error && !progress->error) progress->error = error;
                     if (--progress->running == 0) done.cancel();
                   });
  }
  // The steps stand on this frame, so a cancellation waits for them, too. It must not throw
  // meanwhile: every wait would end at once, and the loop would never turn.
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  while (progress->running > 0) {
    asio::error_code ignored;
    co_await done.async_wait(asio::redirect_error(kAwait, ignored));
  }
  co_await asio::this_coro::throw_if_cancelled(throws);
  if (progress->error) std::rethrow_exception(progress->error);
}

}  // namespace baodao
