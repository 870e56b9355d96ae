// What all calls of one server share. Loop thread only, unless said otherwise.
#pragma once

#include <asio/steady_timer.hpp>
#include <atomic>
#include <deque>
#include <memory>

#include "common/metrics/rpc_metrics.h"
#include "common/rpc/detail/chain.h"
#include "common/rpc/detail/event.h"
#include "common/rpc/detail/loop_queue.h"
#include "common/rpc/server.h"

namespace baodao::rpc::detail {

class Call;

class Engine : public std::enable_shared_from_this<Engine> {
 public:
  Engine(asio::io_context& loop, ServerOptions options);

  // FAILED_PRECONDITION names the method whose access rule or needs are wrong. Before the server
  // starts.
  absl::Status Prepare(const Router& router);

  asio::io_context& loop() { return loop_; }
  LoopQueue& queue() { return queue_; }
  Chain& chain() { return chain_; }
  const ServerOptions& options() const { return options_; }
  std::deque<Method>& methods() { return methods_; }

  void Add(Call* call);
  void Remove(Call* call);
  std::size_t live() const { return live_; }
  std::size_t live_unary() const { return live_unary_; }

  // New calls are refused from here on; streams are asked to end. Any call to it after the first
  // does nothing.
  void StartDraining();
  bool draining() const { return draining_; }
  // Returns when no call is live, or after `grace`.
  Task<void> AwaitIdle(Millis grace);
  // Ends every live call for the client, whatever its handler is doing.
  void CutOff();

 private:
  void ArmSweep();
  // Ends unary calls whose deadline was ours, not the client's.
  void Sweep();

  asio::io_context& loop_;
  LoopQueue& queue_;
  ServerOptions options_;
  metrics::RpcMetrics metrics_;
  Chain chain_;
  std::deque<Method> methods_;
  Call* first_ = nullptr;  // a list through the calls
  std::size_t live_ = 0;
  std::size_t live_unary_ = 0;
  bool draining_ = false;
  bool sweeping_ = false;
  asio::steady_timer sweep_timer_;
  asio::steady_timer idle_timer_;
};

}  // namespace baodao::rpc::detail
