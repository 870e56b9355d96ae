// Serves /metrics.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <memory>
#include <string>

#include "common/metrics/metrics.h"

namespace prometheus {
class Exposer;
}

namespace baodao::metrics {

class Server {
 public:
  // `address` is host:port (port 0: any free one). ALREADY_EXISTS when the port is taken; the
  // message is one line for the operator. Serves from threads of its own until destroyed.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const std::string& address,
                                                       const Registry& registry);
  ~Server();
  int port() const { return port_; }

 private:
  Server() = default;
  std::unique_ptr<prometheus::Exposer> exposer_;
  int port_ = 0;
};

// baodao_build_info{service,version,compiler} 1.
void AddBuildInfo(Registry& registry, const std::string& service);

}  // namespace baodao::metrics
