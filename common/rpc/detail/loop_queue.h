// The way from gRPC's threads onto the loop.
#pragma once

#include <asio/execution_context.hpp>
#include <asio/io_context.hpp>
#include <atomic>

namespace baodao::rpc::detail {

// A lock-free queue that wakes the loop once per batch, not once per item: under load one
// asio::post carries many calls. One per io_context.
class LoopQueue final : public asio::execution_context::service {
 public:
  class Item {
   public:
    virtual ~Item() = default;

   protected:
    // Once per Post, on the loop, with no coroutine running.
    virtual void OnLoop() = 0;

   private:
    friend class LoopQueue;
    Item* next_ = nullptr;
  };

  // Any thread.
  static LoopQueue& Of(asio::io_context& loop);

  explicit LoopQueue(asio::execution_context& context);

  // Any thread. The item must stay alive, and not be posted again, until OnLoop is called. Keep the
  // loop running with a work guard of your own.
  void Post(Item* item);
  // Runs what is queued now. Loop thread, or when the loop has stopped for good.
  void RunPending();

  static asio::execution_context::id id;

 private:
  void shutdown() override {}

  asio::io_context& loop_;
  std::atomic<Item*> newest_{nullptr};
};

}  // namespace baodao::rpc::detail
