// The life of a service process: config → log → keys → Redis → store → the service's wiring → gRPC
// → serving, and on SIGTERM or SIGINT back again: NOT_SERVING → streams end → calls finish →
// workers stop → Redis closes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/config/config.h"
#include "common/service/runtime.h"

namespace baodao::service {

// What a service's wiring leaves alive while it serves: handlers, caches, workers.
class Service {
 public:
  virtual ~Service() = default;
  // Builds caches (waiting for what they need), registers RPCs at runtime.router, sets
  // runtime.access and spawns workers. The process serves once this has returned OK; an error ends
  // it with that one line.
  virtual Task<absl::Status> Start(Runtime& runtime) = 0;
};

struct Program {
  std::string name;               // "dispatch"
  std::string about;              // one sentence for --help
  int port = 0;                   // default gRPC port
  std::vector<config::Row> rows;  // the service's own settings
  std::function<std::unique_ptr<Service>()> make;
};

// Exit codes: 0 after a stop by signal, 1 for anything that failed, 2 for a wrong configuration.
int Main(const Program& program, int argc, char** argv);

}  // namespace baodao::service
