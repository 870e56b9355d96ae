// Calls on one hot record, decided as batches: while one batch of a key is decided and committed,
// the calls that arrive queue up and make the next one. So a rush on one record gets cheaper per
// call, not dearer.
//
//   struct Claim { const ClaimTaskRequest& request; absl::StatusOr<Assignment> result; };
//   auto decide = [&](std::string task_id, std::vector<Claim*> batch) -> Task<void> { … };
//   HotQueue<Claim> claims(loop, decide);
//   …
//   Claim claim{request, {}};
//   CO_RETURN_IF_ERROR(co_await claims.Submit(task_id, claim));
//   co_return std::move(claim.result);
#pragma once

#include <absl/status/status.h>

#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/async/task.h"
#include "common/store/detail/hot_lanes.h"

namespace baodao::store {

// One loop. `Item` stays where the caller has it, until Submit returns.
template <class Item>
class HotQueue {
 public:
  // Completes every item of the batch, in the order they were submitted. An exception from it ends
  // the batch.
  using Batch = std::function<Task<void>(std::string key, std::vector<Item*> items)>;

  // `max_batch`: at most this many items a batch. `batch` may outlive the queue until the batches
  // under way ended.
  HotQueue(asio::io_context& loop, Batch batch, size_t max_batch = 256)
      : lanes_(std::make_shared<detail::HotLanes>(
            loop,
            [batch = std::move(batch)](std::string key, std::vector<void*> items) -> Task<void> {
              std::vector<Item*> typed;
              typed.reserve(items.size());
              for (void* item : items) typed.push_back(static_cast<Item*>(item));
              return batch(std::move(key), std::move(typed));
            },
            max_batch)) {}
  ~HotQueue() { lanes_->Close(); }
  HotQueue(const HotQueue&) = delete;
  HotQueue& operator=(const HotQueue&) = delete;

  // Returns when a batch that held `item` has ended: OK, or INTERNAL when the batch threw (`item`
  // is then as the batch left it). UNAVAILABLE when the queue is destroyed first. Cannot be
  // cancelled.
  Task<absl::Status> Submit(std::string key, Item& item) {
    return detail::HotLanes::Submit(lanes_, std::move(key), &item);
  }

  // Keys with calls queued or under way; idle keys take no memory.
  size_t busy_keys() const { return lanes_->busy(); }
  // Items waiting for a batch, of all keys.
  size_t waiting() const { return lanes_->waiting(); }

 private:
  std::shared_ptr<detail::HotLanes> lanes_;
};

}  // namespace baodao::store
