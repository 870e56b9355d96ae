// One live call, whether unary or streaming: its state, its place in the chain, its end.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <memory>
#include <string_view>
#include <utility>

#include "common/async/task.h"
#include "common/rpc/detail/engine.h"
#include "common/rpc/detail/invocation.h"
#include "common/rpc/detail/loop_queue.h"

namespace baodao::rpc::detail {

// Lifetime: two references, gRPC's (until OnDone) and the loop's (until the handler's coroutine is
// over). A handler that hangs may so be cut off for the client without its frame losing what it
// stands on.
class Call : public LoopQueue::Item {
 public:
  Call(std::shared_ptr<Engine> engine, const Method& method, grpc::CallbackServerContext* context);

  void Ref() { references_.fetch_add(1, std::memory_order_relaxed); }
  void Unref();

  bool streaming() const { return method_.route->streaming; }
  SteadyTime deadline() const { return state_->deadline; }
  // Ends the call for the client, once; later calls do nothing. Loop thread.
  void End(const absl::Status& status);
  // Any thread. The client has gone, or its deadline has passed.
  void MarkCancelled() { state_->cancelled.store(true, std::memory_order_relaxed); }
  // Asks a stream's handler to return. Loop thread.
  virtual void Close() {}

 protected:
  ~Call() override = default;

  // gRPC thread, at arrival, before anything else: reads the message and hands the call to the
  // loop.
  void Receive(const grpc::ByteBuffer& message);
  // Tells gRPC the outcome; nothing of the call may be touched afterwards but by references held.
  virtual void Finish(const grpc::Status& status) = 0;
  virtual StreamSink* sink() { return nullptr; }

  Engine& engine() { return *engine_; }
  Invocation& invocation() { return *invocation_; }
  const CallContext::State& state() const { return *state_; }
  grpc::CallbackServerContext* grpc_context() { return context_; }
  bool ended() const { return ended_; }

 private:
  friend class Engine;
  struct Hold {  // the loop's reference
    explicit Hold(Call* held) : call(held) {}
    Hold(Hold&& other) noexcept : call(std::exchange(other.call, nullptr)) {}
    ~Hold() {
      if (call != nullptr) call->Unref();
    }
    Call* call;
  };

  void OnLoop() override;
  static Task<void> Serve(Hold hold);
  absl::Status Admit(bool* needs_scope);
  // The code reported to the client and to the metrics.
  grpc::Status Outcome(const absl::Status& status);
  void ReadMetadata();

  std::shared_ptr<Engine> engine_;
  const Method& method_;
  grpc::CallbackServerContext* context_;
  std::shared_ptr<CallContext::State> state_;
  std::unique_ptr<Invocation> invocation_;
  Arrival arrival_;
  SteadyTime started_;
  std::atomic<int> references_{2};
  bool ended_ = false;
  Call* previous_ = nullptr;  // the engine's list
  Call* next_ = nullptr;
};

}  // namespace baodao::rpc::detail
