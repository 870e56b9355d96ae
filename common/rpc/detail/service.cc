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

grpc::Status NoSuchMethod(const grpc::ServerContextBase& context) {
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

CallService::CallService(std::shared_ptr<Engine> engine, grpc::ServerBuilder* builder)
    : engine_(std::move(engine)), thread_(builder, [this](RawCall& raw) { Accept(raw); }) {
  for (const Method& method : engine_->methods()) {
    methods_.emplace("/" + method.route->name, &method);
  }
}

void CallService::Accept(RawCall& raw) const {
  const auto found = methods_.find(raw.method());
  if (found == methods_.end()) return raw.Finish(NoSuchMethod(raw.context()));
  const Method& method = *found->second;
  Call* call = nullptr;
  if (method.route->streaming) {
    call = new StreamCall(engine_, method, raw);
  } else {
    call = new UnaryCall(engine_, method, raw);
  }
  raw.SetHandler(call);
  call->Begin();
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
