#pragma once

#include <grpcpp/support/server_callback.h>

#include "common/rpc/detail/call.h"

namespace baodao::rpc::detail {

class UnaryCall final : public grpc::ServerUnaryReactor, public Call {
 public:
  // gRPC thread; `response` lives until OnDone.
  UnaryCall(std::shared_ptr<Engine> engine, const Method& method,
            grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
            grpc::ByteBuffer* response);

 private:
  void Finish(const grpc::Status& status) override;
  void OnCancel() override { MarkCancelled(); }
  void OnDone() override { Unref(); }
  // Our reactions are a store and a decrement: no thread need be found for them.
  bool InternalInlineable() override { return true; }

  grpc::ByteBuffer* response_;
};

}  // namespace baodao::rpc::detail
