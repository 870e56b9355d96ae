#pragma once

#include <asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "common/rpc/detail/call.h"
#include "common/rpc/detail/event.h"

namespace baodao::rpc::detail {

class StreamCall final : public Call, public StreamSink {
 public:
  // gRPC thread.
  StreamCall(std::shared_ptr<Engine> engine, const Method& method, RawCall& raw);
  ~StreamCall() override;

  // StreamSink, for the handler.
  Task<bool> Write(const google::protobuf::Message& message) override;
  bool open() const override { return open_; }
  Task<bool> Wait(Millis timeout) override;
  std::function<void()> Waker() override;
  std::function<void(absl::Status)> Closer() override;

  SteadyTime due() const override { return write_due_; }
  void Close() override;

 private:
  // News from gRPC's threads, told on the loop.
  struct Written final : LoopQueue::Item {
    void OnLoop() override;
    StreamCall* call;
    bool ok = false;
  };
  struct Gone final : LoopQueue::Item {
    void OnLoop() override;
    StreamCall* call;
  };

  void Conclude(const grpc::Status& status) override;
  StreamSink* sink() override { return this; }
  void Wake();
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  // The pointer that wakers and closers share.
  const std::shared_ptr<StreamCall*>& Self();

  bool open_ = true;
  bool writing_ = false;
  SteadyTime write_due_ = SteadyTime::max();  // of the message that is being written
  bool woken_ = false;
  grpc::ByteBuffer outgoing_;
  Event written_event_;
  Written written_;
  Gone gone_;
  asio::steady_timer wait_timer_;
  std::shared_ptr<StreamCall*> self_;  // its target is null once we are gone
};

}  // namespace baodao::rpc::detail
