#include "common/rpc/detail/stream_call.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include <asio/redirect_error.hpp>

#include "common/log/log.h"

namespace baodao::rpc::detail {

StreamCall::StreamCall(std::shared_ptr<Engine> engine, const Method& method, RawCall& raw)
    : Call(std::move(engine), method, raw), wait_timer_(this->engine().loop()) {
  written_.call = gone_.call = this;
}

StreamCall::~StreamCall() {
  if (self_) *self_ = nullptr;
}

Task<bool> StreamCall::Write(const google::protobuf::Message& message) {
  if (!open_ || ended()) co_return false;
  outgoing_.Clear();
  bool own_buffer = false;
  const grpc::Status serialized = grpc::SerializationTraits<google::protobuf::Message>::Serialize(
      message, &outgoing_, &own_buffer);
  if (!serialized.ok()) {
    log::Error("rpc.unserializable", {{"method", state().method}});
    co_return false;
  }
  writing_ = true;
  write_due_ = std::chrono::steady_clock::now() + engine().options().answer_timeout;
  raw().Write(outgoing_);
  co_await written_event_.Wait();
  co_return open_;
}

void StreamCall::OnWriteDone(bool ok) {
  written_.ok = ok;
  engine().queue().Post(&written_);
}

void StreamCall::Written::OnLoop() {
  call->writing_ = false;
  call->write_due_ = SteadyTime::max();
  if (!ok) call->open_ = false;
  call->Ref();  // the resumed handler may be through with the call
  call->written_event_.Set();
  call->Unref();
}

void StreamCall::OnCancel() {
  MarkCancelled();
  Ref();  // OnDone may come before the loop gets to it
  engine().queue().Post(&gone_);
}

void StreamCall::Gone::OnLoop() {
  call->Close();
  call->Unref();
}

void StreamCall::Close() {
  open_ = false;
  Wake();
}

void StreamCall::Wake() {
  woken_ = true;
  wait_timer_.cancel();  // completes through the loop's queue: safe from inside another coroutine
}

Task<bool> StreamCall::Wait(Millis timeout) {
  if (open_ && !woken_ && timeout > Millis(0)) {
    wait_timer_.expires_after(timeout);
    asio::error_code ignored;  // whether time passed or somebody woke us is the same to the handler
    co_await wait_timer_.async_wait(asio::redirect_error(kAwait, ignored));
  }
  woken_ = false;
  co_return open_;
}

const std::shared_ptr<StreamCall*>& StreamCall::Self() {
  if (!self_) self_ = std::make_shared<StreamCall*>(this);
  return self_;
}

std::function<void()> StreamCall::Waker() {
  return [self = Self()] {
    if (*self != nullptr) (*self)->Wake();
  };
}

std::function<void(absl::Status)> StreamCall::Closer() {
  return [self = Self()](const absl::Status& why) {
    if (*self != nullptr) (*self)->CutOff(why);
  };
}

void StreamCall::Conclude(const grpc::Status& status) {
  open_ = false;
  if (self_) *self_ = nullptr;
  // A write the client does not take would keep the call, and so the shutdown, waiting for ever.
  if (writing_) raw().context().TryCancel();
  raw().Finish(status);
}

}  // namespace baodao::rpc::detail
