#include "services/dispatch/store/concurrent.h"

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <exception>
#include <memory>
#include <utility>

namespace baodao::dispatch {

// Not in an anonymous namespace: coroutine frames of outside functions hold these.
namespace concurrent_internal {

struct Crew {
  Crew(Executor executor, size_t count) : done(executor), count(count) {
    done.expires_at(asio::steady_timer::time_point::max());
  }
  asio::steady_timer done;
  size_t count;
  size_t next = 0;
  size_t working = 0;
  std::exception_ptr error;
  std::function<Task<void>(size_t)> each;
};

Task<void> WorkOff(std::shared_ptr<Crew> crew) {
  while (crew->next < crew->count && !crew->error) co_await crew->each(crew->next++);
}

}  // namespace concurrent_internal

Task<void> ForEach(size_t count, size_t at_once, std::function<Task<void>(size_t)> each) {
  const Executor executor = co_await asio::this_coro::executor;
  auto crew = std::make_shared<concurrent_internal::Crew>(executor, count);
  crew->each = std::move(each);
  crew->working = std::min(count, at_once);
  const size_t workers = crew->working;
  for (size_t i = 0; i < workers; ++i) {
    asio::co_spawn(executor, concurrent_internal::WorkOff(crew), [crew](std::exception_ptr error) {
      if (error && !crew->error) crew->error = error;
      if (--crew->working == 0) crew->done.cancel();
    });
  }
  while (crew->working > 0) {
    asio::error_code woken;
    co_await crew->done.async_wait(asio::redirect_error(kAwait, woken));
  }
  if (crew->error) std::rethrow_exception(crew->error);
}

}  // namespace baodao::dispatch
