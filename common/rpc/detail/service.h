// gRPC's view of our methods: the services of a Router, registered without generated code.
#pragma once

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/impl/service_type.h>

#include <memory>
#include <string>
#include <vector>

#include "common/rpc/detail/engine.h"

namespace baodao::rpc::detail {

// Takes every method of the engine as raw bytes, as generated code does for a RawCallbackMethod.
class DynamicService final : public grpc::Service {
 public:
  explicit DynamicService(const std::shared_ptr<Engine>& engine);

 private:
  void AddUnary(const std::shared_ptr<Engine>& engine, const Method& method, int index);
  void AddStream(const std::shared_ptr<Engine>& engine, const Method& method, int index);

  std::vector<std::unique_ptr<std::string>> paths_;  // gRPC keeps pointers to them
};

// Answers calls of methods that do not exist by a named refusal.
class UnknownMethods final : public grpc::CallbackGenericService {
 private:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override;
};

}  // namespace baodao::rpc::detail
