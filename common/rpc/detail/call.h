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
#include "common/rpc/detail/raw_call.h"

namespace baodao::rpc::detail {

// Lifetime: two references, gRPC's (until OnDone) and the loop's (until the handler's coroutine is
// over). A handler that hangs may so be cut off for the client without its frame losing what it
// stands on.
class Call : public RawCall::Handler, public LoopQueue::Item {
 public:
  // gRPC thread, at the arrival of the headers. `raw` is there until OnDone.
  Call(std::shared_ptr<Engine> engine, const Method& method, RawCall& raw);

  // gRPC thread, once: asks for the message, and hands the call to the loop when it is there.
  void Begin();

  void Ref() { references_.fetch_add(1, std::memory_order_relaxed); }
  void Unref();

  bool streaming() const { return method_.route->streaming; }
  SteadyTime started() const { return started_; }
  // When it is cut off. Loop thread.
  virtual SteadyTime due() const { return state_->deadline; }
  const auth::Principal& caller() const { return *state_->caller; }
  // Ends the call for the client, once; later calls do nothing. Loop thread.
  void End(const absl::Status& status);
  // The same whatever its handler is doing, which is told. Loop thread.
  void CutOff(const absl::Status& why);
  // Instead of all that: for a call whose message has not come. Loop thread.
  void GiveUp(const absl::Status& why);
  // Any thread. The client has gone, or its deadline has passed.
  void MarkCancelled() { state_->cancelled.store(true, std::memory_order_relaxed); }
  // Asks a stream's handler to return. Loop thread.
  virtual void Close() {}

 protected:
  ~Call() override = default;

  // Tells gRPC the outcome; nothing of the call may be touched afterwards but by references held.
  virtual void Conclude(const grpc::Status& status) = 0;
  virtual StreamSink* sink() { return nullptr; }
  void OnCancel() override { MarkCancelled(); }

  Engine& engine() { return *engine_; }
  Invocation& invocation() { return *invocation_; }
  const CallContext::State& state() const { return *state_; }
  RawCall& raw() { return raw_; }
  bool ended() const { return ended_; }

 private:
  friend class Engine;
  friend class CallList;
  struct Hold {  // the loop's reference
    explicit Hold(Call* held) : call(held) {}
    Hold(Hold&& other) noexcept : call(std::exchange(other.call, nullptr)) {}
    ~Hold() {
      if (call != nullptr) call->Unref();
    }
    Call* call;
  };

  void OnReadDone(bool ok) override;
  void OnDone() override;
  void OnLoop() override;
  static Task<void> Serve(Hold hold);
  absl::Status Admit(bool* needs_scope);
  // The code reported to the client and to the metrics.
  grpc::Status Outcome(const absl::Status& status);
  void Count(const grpc::Status& outcome);
  void ReadMetadata();
  void Parse();

  std::shared_ptr<Engine> engine_;
  const Method& method_;
  RawCall& raw_;
  std::shared_ptr<CallContext::State> state_;
  std::unique_ptr<Invocation> invocation_;
  grpc::ByteBuffer message_;
  Arrival arrival_;
  SteadyTime started_;
  std::atomic<int> references_{2};
  bool ended_ = false;
  bool taken_on_ = false;  // the chain has let it in: a look at its scope, or its handler, began
  bool awaited_ = false;   // the engine's, as what follows
  bool leaving_ = false;
  SteadyTime concluded_;
  Call* previous_ = nullptr;
  Call* next_ = nullptr;
};

}  // namespace baodao::rpc::detail
