#include "common/rpc/detail/service.h"

#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>

#include "common/rpc/detail/stream_call.h"
#include "common/rpc/detail/unary_call.h"
#include "common/status/grpc.h"
#include "common/status/status.h"

namespace baodao::rpc::detail {
namespace {

using grpc::ByteBuffer;
using grpc::CallbackServerContext;
using grpc::internal::RpcMethod;
using UnaryHandler = grpc::internal::CallbackUnaryHandler<ByteBuffer, ByteBuffer>;
using StreamHandler = grpc::internal::CallbackServerStreamingHandler<ByteBuffer, ByteBuffer>;

class Refused final : public grpc::ServerGenericBidiReactor {
 public:
  explicit Refused(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

}  // namespace

DynamicService::DynamicService(const std::shared_ptr<Engine>& engine) {
  int index = 0;
  for (const Method& method : engine->methods()) {
    paths_.push_back(std::make_unique<std::string>("/" + method.route->name));
    if (method.route->streaming) {
      AddStream(engine, method, index++);
    } else {
      AddUnary(engine, method, index++);
    }
  }
}

void DynamicService::AddUnary(const std::shared_ptr<Engine>& engine, const Method& method,
                              int index) {
  AddMethod(
      new grpc::internal::RpcServiceMethod(paths_.back()->c_str(), RpcMethod::NORMAL_RPC, nullptr));
  MarkMethodRawCallback(
      index, new UnaryHandler([engine, &method](CallbackServerContext* context,
                                                const ByteBuffer* request, ByteBuffer* response) {
        return new UnaryCall(engine, method, context, request, response);
      }));
}

void DynamicService::AddStream(const std::shared_ptr<Engine>& engine, const Method& method,
                               int index) {
  AddMethod(new grpc::internal::RpcServiceMethod(paths_.back()->c_str(),
                                                 RpcMethod::SERVER_STREAMING, nullptr));
  MarkMethodRawCallback(index, new StreamHandler([engine, &method](CallbackServerContext* context,
                                                                   const ByteBuffer* request) {
                          return new StreamCall(engine, method, context, request);
                        }));
}

grpc::ServerGenericBidiReactor* UnknownMethods::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  Locale locale = Locale::kZh;
  const auto language = context->client_metadata().find("accept-language");
  if (language != context->client_metadata().end()) {
    locale = LocaleOf({language->second.data(), language->second.size()});
  }
  return new Refused(ToGrpc(Refuse(Reason::UNIMPLEMENTED_METHOD), locale));
}

}  // namespace baodao::rpc::detail
