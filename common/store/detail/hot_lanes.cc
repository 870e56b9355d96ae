#include "common/store/detail/hot_lanes.h"

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/post.hpp>
#include <exception>
#include <utility>

#include "common/log/log.h"

namespace baodao::store::detail {

Task<absl::Status> HotLanes::Submit(std::shared_ptr<HotLanes> lanes, std::string key, void* item) {
  absl::Status result;
  if (lanes->closed_) co_return absl::UnavailableError("the queue was closed");
  // Nothing in this frame keeps the lanes alive while it waits: they hold its handler.
  auto initiate = [lanes = std::move(lanes), key = std::move(key), item,
                   result = &result](Handler handler) mutable {
    const std::shared_ptr<HotLanes> self = std::move(lanes);
    const auto [lane, created] = self->lanes_.try_emplace(key);
    lane->second.push_back({item, result, std::make_unique<Handler>(std::move(handler))});
    if (created) asio::co_spawn(self->loop_, RunLane(self, std::move(key)), asio::detached);
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(std::move(initiate),
                                                                               kAwait);
  co_return result;
}

HotLanes::Callers HotLanes::Take(const std::string& key) {
  const auto lane = lanes_.find(key);
  Callers& waiting = lane->second;
  if (waiting.empty()) {
    lanes_.erase(lane);
    return {};
  }
  if (waiting.size() <= max_batch_) return std::exchange(waiting, {});
  Callers taken;
  for (size_t i = 0; i < max_batch_; ++i) {
    taken.push_back(std::move(waiting.front()));
    waiting.pop_front();
  }
  return taken;
}

void HotLanes::Finish(Callers& callers, const absl::Status& status) {
  for (Caller& caller : callers) {
    *caller.result = status;
    asio::post(loop_, std::move(*caller.handler));
  }
  callers.clear();
}

Task<void> HotLanes::RunLane(std::shared_ptr<HotLanes> lanes, std::string key) {
  // Calls of the same turn of the loop make one batch.
  co_await asio::post(lanes->loop_, kAwait);
  for (;;) {
    Callers callers = lanes->Take(key);
    if (callers.empty()) co_return;
    std::vector<void*> items;
    items.reserve(callers.size());
    for (const Caller& caller : callers) items.push_back(caller.item);
    absl::Status status;
    try {
      co_await lanes->batch_(key, std::move(items));
    } catch (const std::exception& error) {
      log::Error("hot_queue.batch_threw", {{"error", error.what()}});
      status = absl::InternalError("the batch failed");
    }
    lanes->Finish(callers, status);
  }
}

void HotLanes::Close() {
  closed_ = true;
  for (auto& [key, callers] : lanes_) {
    Finish(callers, absl::UnavailableError("the queue was closed"));
  }
}

size_t HotLanes::waiting() const {
  size_t count = 0;
  for (const auto& [key, callers] : lanes_) count += callers.size();
  return count;
}

}  // namespace baodao::store::detail
