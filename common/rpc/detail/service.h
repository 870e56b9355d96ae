// gRPC's view of our methods: the services of a Router, served without generated code.
#pragma once

#include <google/protobuf/descriptor.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/server_builder.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/rpc/detail/engine.h"
#include "common/rpc/detail/raw_call.h"

namespace baodao::rpc::detail {

// Takes every call as raw bytes, and at the arrival of its headers: for a registered method gRPC
// itself would wait for the message, for ever. Calls of methods that do not exist are answered by a
// named refusal.
class CallService final {
 public:
  CallService(std::shared_ptr<Engine> engine, grpc::ServerBuilder* builder);

  // Once the server is built.
  void Start() { thread_.Start(); }
  // Once the server has shut down. Returns when the last call is over.
  void Stop() { thread_.Stop(); }

 private:
  void Accept(RawCall& raw) const;

  std::shared_ptr<Engine> engine_;
  std::unordered_map<std::string, const Method*> methods_;  // by path
  CallThread thread_;
};

// Makes reflection list a service: it knows those with a registered method, of which this is one
// that nobody calls.
class ListedService final : public grpc::Service {
 public:
  explicit ListedService(const google::protobuf::ServiceDescriptor& service);

 private:
  std::string path_;  // gRPC keeps a pointer to it
};

}  // namespace baodao::rpc::detail
