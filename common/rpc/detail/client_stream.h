#pragma once

#include <absl/status/status.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/async/task.h"
#include "common/rpc/detail/event.h"
#include "common/rpc/detail/loop_queue.h"
#include "common/rpc/detail/peer_error.h"

namespace baodao::rpc::detail {

template <class Async, class Req, class Resp>
using StreamMember = void (Async::*)(grpc::ClientContext*, const Req*,
                                     grpc::ClientReadReactor<Resp>*);

// gRPC reads ahead by one message: the next read starts when the last message was taken.
template <class Resp>
class ClientStreamBase : public grpc::ClientReadReactor<Resp> {
 public:
  explicit ClientStreamBase(asio::io_context& loop)
      : queue_(LoopQueue::Of(loop)), work_(loop.get_executor()) {
    read_.stream = done_.stream = this;
  }

  // `self` keeps the stream alive while the coroutine waits.
  Task<std::optional<Resp>> Next(std::shared_ptr<ClientStreamBase> self) {
    while (!arrived_ && !over_) co_await self->event_.Wait();
    if (!arrived_) co_return std::nullopt;
    arrived_ = false;
    std::optional<Resp> message(std::move(buffer_));
    buffer_.Clear();
    if (held_) {
      reading_ = true;
      this->StartRead(&buffer_);
    }
    co_return message;
  }
  const absl::Status& status() const { return status_; }
  void Cancel() {
    if (over_) return;
    cancelled_ = true;
    context.TryCancel();
    if (!reading_) Release();  // else the end of the read does it
  }

  grpc::ClientContext context;
  std::string trusted_by;  // see PeerError

 protected:
  // Reads and the end, before the call itself: gRPC holds them back until then.
  void Begin(std::shared_ptr<ClientStreamBase> self) {
    self_ = std::move(self);
    this->AddHold();
    this->StartRead(&buffer_);
    this->StartCall();
  }

 private:
  struct Read final : LoopQueue::Item {
    void OnLoop() override {
      stream->reading_ = false;
      // Done follows on the loop, so the stream outlives this.
      if (!ok || stream->cancelled_) stream->Release();
      if (!ok) return;
      stream->arrived_ = true;
      stream->event_.Set();
    }
    ClientStreamBase* stream;
    bool ok = false;
  };
  struct Done final : LoopQueue::Item {
    void OnLoop() override {
      const auto self = std::move(stream->self_);
      self->status_ = PeerError(self->trusted_by, status);
      self->over_ = true;
      self->work_.reset();
      self->event_.Set();
    }
    ClientStreamBase* stream;
    grpc::Status status;
  };

  // Reads start outside gRPC's reactions: without a hold it would end the call as soon as the
  // status is there and no read is under way, and the next read would find it gone.
  void Release() {
    if (!held_) return;
    held_ = false;
    this->RemoveHold();
  }

  void OnReadDone(bool ok) override {
    read_.ok = ok;
    queue_.Post(&read_);
  }
  void OnDone(const grpc::Status& status) override {
    done_.status = status;
    queue_.Post(&done_);
  }

  LoopQueue& queue_;
  asio::executor_work_guard<Executor> work_;
  std::shared_ptr<ClientStreamBase> self_;  // until OnDone
  Resp buffer_;
  bool held_ = true;     // no OnDone before Release
  bool reading_ = true;  // a read is under way
  bool cancelled_ = false;
  bool arrived_ = false;
  bool over_ = false;
  absl::Status status_;
  Event event_;
  Read read_;
  Done done_;
};

template <class Req, class Resp>
class ClientStream final : public ClientStreamBase<Resp> {
 public:
  ClientStream(asio::io_context& loop, Req request)
      : ClientStreamBase<Resp>(loop), request_(std::move(request)) {}

  template <class Async>
  void Start(Async* stub, StreamMember<Async, Req, Resp> method,
             std::shared_ptr<ClientStreamBase<Resp>> self) {
    (stub->*method)(&this->context, &request_, this);
    this->Begin(std::move(self));
  }

 private:
  Req request_;
};

}  // namespace baodao::rpc::detail
