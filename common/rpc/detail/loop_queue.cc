#include "common/rpc/detail/loop_queue.h"

#include <asio/post.hpp>

namespace baodao::rpc::detail {

asio::execution_context::id LoopQueue::id;

LoopQueue& LoopQueue::Of(asio::io_context& loop) {
  return asio::use_service<LoopQueue>(static_cast<asio::execution_context&>(loop));
}

LoopQueue::LoopQueue(asio::execution_context& context)
    : service(context), loop_(static_cast<asio::io_context&>(context)) {}

void LoopQueue::Post(Item* item) {
  Item* newest = newest_.load(std::memory_order_relaxed);
  do {
    item->next_ = newest;
  } while (!newest_.compare_exchange_weak(newest, item, std::memory_order_release,
                                          std::memory_order_relaxed));
  // The caller that finds the queue empty wakes the loop; the rest ride along.
  if (newest == nullptr) asio::post(loop_, [this] { RunPending(); });
}

void LoopQueue::RunPending() {
  Item* newest = newest_.exchange(nullptr, std::memory_order_acquire);
  Item* oldest = nullptr;
  while (newest != nullptr) {
    Item* next = newest->next_;
    newest->next_ = oldest;
    oldest = newest;
    newest = next;
  }
  while (oldest != nullptr) {
    Item* item = oldest;
    oldest = oldest->next_;  // before OnLoop: the item may be gone, or posted again, after it
    item->OnLoop();
  }
}

}  // namespace baodao::rpc::detail
