// One call of one handler with its types erased: what lies between the wire and a typed handler.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <google/protobuf/message.h>

#include <functional>
#include <memory>
#include <utility>

#include "common/async/task.h"
#include "common/rpc/context.h"
#include "common/rpc/writer.h"

namespace baodao::rpc::detail {

class Invocation {
 public:
  virtual ~Invocation() = default;
  // Parsed into by a gRPC thread, checked and then consumed on the loop.
  virtual google::protobuf::Message& request() = 0;
  // Unary: sink is null and response() holds the answer after an OK status.
  virtual Task<absl::Status> Run(CallContext context, StreamSink* sink) = 0;
  virtual const google::protobuf::Message* response() const = 0;
};

class InvocationFactory {
 public:
  virtual ~InvocationFactory() = default;
  // Any thread.
  virtual std::unique_ptr<Invocation> New() const = 0;
};

template <class Req, class Resp>
class UnaryFactory final : public InvocationFactory {
 public:
  using Handler = std::function<Task<absl::StatusOr<Resp>>(CallContext, Req)>;
  explicit UnaryFactory(Handler handler) : handler_(std::move(handler)) {}

  std::unique_ptr<Invocation> New() const override { return std::make_unique<Call>(handler_); }

 private:
  class Call final : public Invocation {
   public:
    explicit Call(const Handler& handler) : handler_(handler) {}
    google::protobuf::Message& request() override { return request_; }
    const google::protobuf::Message* response() const override { return &response_; }
    Task<absl::Status> Run(CallContext context, StreamSink*) override {
      Task<absl::StatusOr<Resp>> handled = handler_(std::move(context), std::move(request_));
      absl::StatusOr<Resp> answer = co_await std::move(handled);
      if (!answer.ok()) co_return std::move(answer).status();
      response_ = *std::move(answer);
      co_return absl::OkStatus();
    }

   private:
    const Handler& handler_;  // the factory's, which outlives the server
    Req request_;
    Resp response_;
  };

  Handler handler_;
};

template <class Class, class Req, class Resp>
class StreamFactory final : public InvocationFactory {
 public:
  using Handler = Task<absl::Status> (Class::*)(CallContext, Req, Writer<Resp>&);
  StreamFactory(Class* object, Handler handler) : object_(object), handler_(handler) {}

  std::unique_ptr<Invocation> New() const override {
    return std::make_unique<Call>(object_, handler_);
  }

 private:
  class Call final : public Invocation {
   public:
    Call(Class* object, Handler handler) : object_(object), handler_(handler) {}
    google::protobuf::Message& request() override { return request_; }
    const google::protobuf::Message* response() const override { return nullptr; }
    Task<absl::Status> Run(CallContext context, StreamSink* sink) override {
      Writer<Resp> writer(*sink);
      Task<absl::Status> handled = Start(std::move(context), writer);
      co_return co_await std::move(handled);
    }

   private:
    // As above.
    Task<absl::Status> Start(CallContext context, Writer<Resp>& writer) {
      return (object_->*handler_)(std::move(context), std::move(request_), writer);
    }

    Class* object_;
    Handler handler_;
    Req request_;
  };

  Class* object_;
  Handler handler_;
};

}  // namespace baodao::rpc::detail
