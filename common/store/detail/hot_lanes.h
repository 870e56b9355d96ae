// The mechanics of HotQueue, without types.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>

#include <asio/async_result.hpp>
#include <asio/io_context.hpp>
#include <asio/use_awaitable.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/async/task.h"

namespace baodao::store::detail {

class HotLanes {
 public:
  using Batch = std::function<Task<void>(std::string key, std::vector<void*> items)>;

  HotLanes(asio::io_context& loop, Batch batch, size_t max_batch)
      : loop_(loop), batch_(std::move(batch)), max_batch_(max_batch) {}

  static Task<absl::Status> Submit(std::shared_ptr<HotLanes> lanes, std::string key, void* item);
  // Ends what waits for a batch with UNAVAILABLE; batches under way go on.
  void Close();

  size_t busy() const { return lanes_.size(); }
  size_t waiting() const;

 private:
  using Handler = asio::async_result<asio::use_awaitable_t<Executor>, void()>::handler_type;

  // A caller: item and result lie in its frame, which lives as long as its handler does.
  struct Caller {
    void* item = nullptr;
    absl::Status* result = nullptr;
    std::unique_ptr<Handler> handler;
  };
  using Callers = std::deque<Caller>;

  static Task<void> RunLane(std::shared_ptr<HotLanes> lanes, std::string key);
  Callers Take(const std::string& key);
  void Finish(Callers& callers, const absl::Status& status);

  asio::io_context& loop_;
  Batch batch_;
  size_t max_batch_;
  bool closed_ = false;
  absl::flat_hash_map<std::string, Callers> lanes_;  // a key is here while its lane runs
};

}  // namespace baodao::store::detail
