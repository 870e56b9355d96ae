#include "common/rpc/detail/unary_call.h"

#include <grpcpp/impl/codegen/proto_utils.h>

namespace baodao::rpc::detail {

UnaryCall::UnaryCall(std::shared_ptr<Engine> engine, const Method& method,
                     grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                     grpc::ByteBuffer* response)
    : Call(std::move(engine), method, context), response_(response) {
  Receive(*request);
}

void UnaryCall::Finish(const grpc::Status& status) {
  if (!status.ok()) return ServerUnaryReactor::Finish(status);
  bool own_buffer = false;
  ServerUnaryReactor::Finish(grpc::SerializationTraits<google::protobuf::Message>::Serialize(
      *invocation().response(), response_, &own_buffer));
}

}  // namespace baodao::rpc::detail
