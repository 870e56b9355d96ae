// Something one coroutine waits for and the loop makes happen.
#pragma once

#include <asio/async_result.hpp>
#include <asio/use_awaitable.hpp>
#include <optional>
#include <utility>

#include "common/async/task.h"

namespace baodao::rpc::detail {

// Loop thread only; one waiter at a time. Set before Wait is remembered, once.
class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  Task<void> Wait() {
    if (set_) {
      set_ = false;
      co_return;
    }
    Task<void> wait = Suspend();
    co_await std::move(wait);
  }

  // Resumes the waiter before returning: call it from the top of the loop, never from a coroutine.
  void Set() {
    if (!waiter_) {
      set_ = true;
      return;
    }
    Handler waiter = std::move(*waiter_);
    waiter_.reset();
    std::move(waiter)();
  }

 private:
  using Token = asio::use_awaitable_t<Executor>;
  using Handler = asio::async_result<Token, void()>::handler_type;

  struct Keep {
    Event* event;
    void operator()(Handler handler) const { event->waiter_.emplace(std::move(handler)); }
  };

  Task<void> Suspend() { return asio::async_initiate<const Token, void()>(Keep{this}, kAwait); }

  std::optional<Handler> waiter_;
  bool set_ = false;
};

}  // namespace baodao::rpc::detail
