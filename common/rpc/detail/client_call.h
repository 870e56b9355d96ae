// One outgoing unary call: gRPC completes it on a thread of its own, the coroutine resumes on the
// loop.
#pragma once

#include <absl/status/statusor.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "common/async/task.h"
#include "common/rpc/detail/event.h"
#include "common/rpc/detail/loop_queue.h"
#include "common/rpc/detail/peer_error.h"

namespace baodao::rpc::detail {

template <class Async, class Req, class Resp>
using UnaryMember = void (Async::*)(grpc::ClientContext*, const Req*, Resp*,
                                    std::function<void(grpc::Status)>);

template <class Req, class Resp>
class UnaryClientCall final : public LoopQueue::Item {
 public:
  UnaryClientCall(asio::io_context& loop, Req message)
      : request(std::move(message)), queue_(LoopQueue::Of(loop)), work_(loop.get_executor()) {}

  template <class Async>
  void Start(Async* stub, UnaryMember<Async, Req, Resp> method) {
    (stub->*method)(&context, &request, &response, [this](grpc::Status outcome) {
      status = std::move(outcome);
      queue_.Post(this);
    });
  }
  Task<void> Done() { return done_.Wait(); }

  grpc::ClientContext context;
  Req request;
  Resp response;
  grpc::Status status;

 private:
  void OnLoop() override {
    work_.reset();
    if (abandoned_) {
      delete this;
      return;
    }
    done_.Set();  // the waiter destroys us
  }

  template <class Q, class P>
  friend struct UnaryClientHolder;

  LoopQueue& queue_;
  asio::executor_work_guard<Executor> work_;
  Event done_;
  bool abandoned_ = false;
};

// Owns a call for a coroutine. When the coroutine is destroyed before gRPC is through with the call
// (the loop is going away), the call is cancelled and left to itself.
template <class Req, class Resp>
struct UnaryClientHolder {
  explicit UnaryClientHolder(UnaryClientCall<Req, Resp>* owned) : call(owned) {}
  UnaryClientHolder(UnaryClientHolder&& other) noexcept
      : call(std::exchange(other.call, nullptr)), running(other.running) {}
  ~UnaryClientHolder() {
    if (call == nullptr) return;
    if (!running) {
      delete call;
      return;
    }
    call->abandoned_ = true;
    call->context.TryCancel();
  }
  UnaryClientCall<Req, Resp>* call;
  bool running = false;
};

}  // namespace baodao::rpc::detail
