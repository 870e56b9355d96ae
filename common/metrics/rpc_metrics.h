// The conventional gRPC server metrics, one Method per RPC made when the server starts.
#pragma once

#include <grpcpp/support/status_code_enum.h>

#include <array>
#include <deque>
#include <string>

#include "common/metrics/metrics.h"

namespace baodao::metrics {

class RpcMetrics {
 public:
  class Method {
   public:
    void Started() { started_->Increment(); }
    // Once per call, when it has ended.
    void Handled(grpc::StatusCode code, double seconds);
    // Beside Handled, of a call that was answered OVERLOADED.
    void Overloaded() { overloaded_->Increment(); }

   private:
    friend class RpcMetrics;
    Counter* started_;
    Histogram* seconds_;
    Counter* overloaded_;
    std::array<Counter*, 17> handled_;  // By gRPC code.
  };

  explicit RpcMetrics(Registry& registry) : registry_(registry) {}

  // `type` is "unary" or "server_stream"; `service` the full name. Lives as long as this object.
  Method* Add(const std::string& type, const std::string& service, const std::string& method);

 private:
  Registry& registry_;
  std::deque<Method> methods_;
};

}  // namespace baodao::metrics
