// A loop on a thread of its own, for tests that use blocking clients.
#pragma once

#include <asio/co_spawn.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/use_future.hpp>
#include <future>
#include <thread>
#include <utility>

#include "common/async/task.h"

namespace baodao::testing {

class LoopThread {
 public:
  LoopThread() : work_(loop_.get_executor()), thread_([this] { loop_.run(); }) {}
  ~LoopThread() { Stop(); }

  asio::io_context& loop() { return loop_; }
  // Runs a task on the loop and blocks until it is done.
  template <class T>
  T Run(Task<T> task) {
    return asio::co_spawn(loop_, std::move(task), asio::use_future).get();
  }
  // Runs a function on the loop and blocks until it is done.
  template <class F>
  auto Call(F function) {
    std::packaged_task<decltype(function())()> job(std::move(function));
    auto result = job.get_future();
    asio::post(loop_, [&job] { job(); });
    return result.get();
  }
  // The loop stops; what is suspended on it stays so.
  void Stop() {
    work_.reset();
    loop_.stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  asio::io_context loop_{1};
  asio::executor_work_guard<Executor> work_;
  std::thread thread_;
};

}  // namespace baodao::testing
