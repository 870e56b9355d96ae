// Coroutines of the service loop. A process runs one io_context on one thread; everything that is a
// Task runs there, so state shared between tasks needs no lock.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/use_awaitable.hpp>

namespace baodao {

using Executor = asio::io_context::executor_type;

template <class T>
using Task = asio::awaitable<T, Executor>;

// Completion token: `co_await timer.async_wait(kAwait)`.
inline constexpr asio::use_awaitable_t<Executor> kAwait;

}  // namespace baodao
