// State shared by all calls of one server. Loop thread only, unless said otherwise.
#pragma once

#include <asio/steady_timer.hpp>
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "common/metrics/rpc_metrics.h"
#include "common/rpc/detail/chain.h"
#include "common/rpc/detail/event.h"
#include "common/rpc/detail/loop_queue.h"
#include "common/rpc/server.h"

namespace baodao::rpc::detail {

class Call;

// A list through the calls themselves. A call is in one list at a time.
class CallList {
 public:
  void Append(Call* call);
  void Remove(Call* call);
  Call* first() const { return first_; }
  static Call* After(const Call* call);
  bool empty() const { return first_ == nullptr; }

 private:
  Call* first_ = nullptr;
  Call* last_ = nullptr;
};

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
  // The largest request that the bounds of any method here admit, within that of the options. After
  // Prepare.
  std::size_t max_message_bytes() const { return max_message_bytes_; }

  // Any thread. The message of the call is on its way; until StopAwaiting, which is false when the
  // call was given up meanwhile.
  void Await(Call* call);
  bool StopAwaiting(Call* call);

  void Add(Call* call);
  void Remove(Call* call);
  // The call is about to conclude: from here on its client takes the answer, or is cut off.
  void AddLeaving(Call* call);
  // Any thread; before what gRPC has of the call is gone.
  void RemoveLeaving(Call* call);
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
  // Ends the streams of the callers that `whose` holds for.
  void EndStreams(const std::function<bool(const auth::Principal&)>& whose,
                  const absl::Status& why);

 private:
  // Brings the sweep under way when a call is waited for and none is.
  struct Watch final : LoopQueue::Item {
    explicit Watch(Engine* the_engine) : engine(the_engine) {}
    void OnLoop() override;
    Engine* engine;
  };
  enum class Watching { kNo, kPosted, kYes };

  void ArmSweep();
  // Ends unary calls whose deadline was ours, not the client's, and streams whose client takes
  // nothing. Then looks how many get done of each method.
  void Sweep();
  // Cancels calls whose client has not taken the answer since before `limit`. False when none is
  // leaving any longer.
  bool CancelLeaving(SteadyTime limit);
  // Gives up calls that have waited for their message since before `limit`. False when none is
  // waited for any longer.
  bool GiveUpWaiting(SteadyTime limit, const absl::Status& why);

  asio::io_context& loop_;
  LoopQueue& queue_;
  ServerOptions options_;
  metrics::RpcMetrics metrics_;
  Chain chain_;
  std::deque<Method> methods_;
  std::size_t max_message_bytes_;
  CallList calls_;
  std::size_t live_ = 0;
  std::size_t live_unary_ = 0;
  bool draining_ = false;
  bool sweeping_ = false;
  std::mutex waiting_mutex_;
  CallList waiting_;  // for their messages, the oldest first
  // Recursive, since CancelLeaving takes calls off the list itself.
  std::recursive_mutex leaving_mutex_;
  CallList leaving_;  // their clients are to take their answers; the oldest first
  Watching watching_ = Watching::kNo;
  Watch watch_{this};
  asio::steady_timer sweep_timer_;
  asio::steady_timer idle_timer_;
};

}  // namespace baodao::rpc::detail
