#include "common/rpc/detail/unary_call.h"

#include <grpcpp/impl/codegen/proto_utils.h>

namespace baodao::rpc::detail {

void UnaryCall::Conclude(const grpc::Status& status) {
  if (!status.ok()) return raw().Finish(status);
  bool own_buffer = false;
  const grpc::Status serialized = grpc::SerializationTraits<google::protobuf::Message>::Serialize(
      *invocation().response(), &response_, &own_buffer);
  if (!serialized.ok()) return raw().Finish(serialized);
  raw().WriteAndFinish(response_);
}

}  // namespace baodao::rpc::detail
