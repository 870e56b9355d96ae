#include "common/rpc/detail/service.h"

#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>

#include <utility>

#include "common/rpc/detail/stream_call.h"
#include "common/rpc/detail/unary_call.h"
#include "common/status/grpc.h"
#include "common/status/status.h"

namespace baodao::rpc::detail {
namespace {

using grpc::ByteBuffer;
using grpc::internal::RpcMethod;
using BidiHandler = grpc::internal::CallbackBidiHandler<ByteBuffer, ByteBuffer>;

grpc::Status NoSuchMethod(const grpc::CallbackServerContext& context) {
  Locale locale = Locale::kZh;
  const auto language = context.client_metadata().find("accept-language");
  if (language != context.client_metadata().end()) {
    locale = LocaleOf({language->second.data(), language->second.size()});
  }
  return ToGrpc(Refuse(Reason::UNIMPLEMENTED_METHOD), locale);
}

class Refused final : public grpc::ServerGenericBidiReactor {
 public:
  explicit Refused(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

}  // namespace

CallService::CallService(std::shared_ptr<Engine> engine) : engine_(std::move(engine)) {
  for (const Method& method : engine_->methods()) {
    methods_.emplace("/" + method.route->name, &method);
  }
}

grpc::ServerGenericBidiReactor* CallService::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  const auto found = methods_.find(context->method());
  if (found == methods_.end()) return new Refused(NoSuchMethod(*context));
  const Method& method = *found->second;
  Call* call = nullptr;
  if (method.route->streaming) {
    call = new StreamCall(engine_, method, context);
  } else {
    call = new UnaryCall(engine_, method, context);
  }
  call->Begin();
  return call;
}

ListedService::ListedService(const google::protobuf::ServiceDescriptor& service)
    : path_("/" + service.full_name() + "/") {
  // For a method of any other type gRPC would wait for the message before it tells us.
  AddMethod(
      new grpc::internal::RpcServiceMethod(path_.c_str(), RpcMethod::BIDI_STREAMING, nullptr));
  MarkMethodRawCallback(0, new BidiHandler([](grpc::CallbackServerContext* context) {
                          return new Refused(NoSuchMethod(*context));
                        }));
}

}  // namespace baodao::rpc::detail
