// Any unary method by its descriptor, where the program cannot name it:
//
//   rpc::Client<AnyMethod> client(channel);
//   session.Call(client, &AnyMethod::StubInterface::Call, AnyMethod::Request{method, bytes})
#pragma once

#include <google/protobuf/descriptor.h>
#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace baodao::ctl {

// Has the shape of a generated service, which is what rpc::Client asks for.
struct AnyMethod {
  struct Request {
    const google::protobuf::MethodDescriptor* method;
    grpc::ByteBuffer message;
  };

  class StubInterface {
   public:
    using async_interface = StubInterface;

    explicit StubInterface(std::shared_ptr<grpc::Channel> channel) : stub_(std::move(channel)) {}

    async_interface* async() { return this; }
    void Call(grpc::ClientContext* context, const Request* request, grpc::ByteBuffer* response,
              std::function<void(grpc::Status)> done) {
      const auto& method = *request->method;
      stub_.UnaryCall(context, "/" + method.service()->full_name() + "/" + method.name(), {},
                      &request->message, response, std::move(done));
    }

   private:
    grpc::GenericStub stub_;
  };

  static std::unique_ptr<StubInterface> NewStub(const std::shared_ptr<grpc::Channel>& channel) {
    return std::make_unique<StubInterface>(channel);
  }
};

}  // namespace baodao::ctl
