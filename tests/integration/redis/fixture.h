// The tests of the Redis client share this.
#pragma once

#include <gtest/gtest.h>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "common/redis/client.h"
#include "common/testing/loop.h"
#include "common/testing/redis_server.h"

namespace baodao::redis {

using baodao::testing::RedisCluster;
using baodao::testing::RedisOptions;
using baodao::testing::RedisServer;
using Result = absl::StatusOr<Reply>;
using Clocking = std::chrono::steady_clock;

// Longer than anything takes: a call with this deadline that ends was ended by something else.
inline constexpr std::chrono::seconds kLong{30};

inline RedisOptions Fast() {
  RedisOptions options;
  options.fsync_always = false;
  return options;
}

// Holds what a task started on the side came to.
template <class T>
using Side = std::shared_ptr<std::optional<T>>;

class RedisTest : public ::testing::Test {
 protected:
  asio::io_context loop_;

  template <class T>
  T Await(Task<T> task) {
    return baodao::testing::Run(loop_, std::move(task));
  }
  void Await(Task<void> task) { baodao::testing::Run(loop_, std::move(task)); }

  std::unique_ptr<Client> Connected(Config config) {
    auto client = Await(Connect(loop_, std::move(config)));
    if (!client.ok()) throw std::runtime_error(client.status().ToString());
    return *std::move(client);
  }

  // Starts a task without waiting for it.
  template <class T>
  Side<T> Start(Task<T> task) {
    const Side<T> side = std::make_shared<std::optional<T>>();
    asio::co_spawn(loop_, std::move(task), [side](std::exception_ptr error, T value) {
      if (error) std::rethrow_exception(error);
      side->emplace(std::move(value));
    });
    return side;
  }

  // Runs the loop until `condition` holds; throws after `limit`.
  void Until(const std::function<bool()>& condition,
             std::chrono::seconds limit = std::chrono::seconds(20)) {
    const auto look = [](const std::function<bool()>* condition,
                         Clocking::time_point end) -> Task<void> {
      asio::steady_timer timer(co_await asio::this_coro::executor);
      while (!(*condition)()) {
        if (Clocking::now() > end) throw std::runtime_error("the condition never came true");
        timer.expires_after(std::chrono::milliseconds(1));
        co_await timer.async_wait(kAwait);
      }
    };
    Await(look(&condition, Clocking::now() + limit));
  }
  template <class T>
  T Get(const Side<T>& side) {
    Until([&] { return side->has_value(); });
    return std::move(**side);
  }

  // The error where there is no text, so that a failure shows it.
  static std::string TextOf(const Result& result) {
    return result.ok() ? result->text : result.status().ToString();
  }

  static Options Within(Millis timeout) {
    Options options;
    options.timeout = timeout;
    return options;
  }
};

}  // namespace baodao::redis
