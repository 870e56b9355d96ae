// The life of a service process: config → log → keys → Redis → store → the service's wiring → gRPC
// → serving, and on SIGTERM or SIGINT back again: NOT_SERVING → streams end → calls finish →
// workers stop → Redis closes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/config/config.h"
#include "common/service/host.h"
#include "common/service/runtime.h"

namespace baodao::service {

// The handlers, caches and workers of a service while it serves. Its constructor wires them:
// registers RPCs at runtime.router, sets runtime.access, tells the host what it hears.
class Service {
 public:
  virtual ~Service() = default;
  // Fills caches, waiting for what they need, and then spawns loops of the service's own. Called
  // once the host has noted where event streams are: what is read here and what is heard after it
  // leave nothing out. The process serves once this has returned OK; an error ends it with that one
  // line.
  virtual Task<absl::Status> Load() = 0;
};

// For Program::make.
template <class T>
std::unique_ptr<Service> Make(Runtime& runtime, Host& host) {
  return std::make_unique<T>(runtime, host);
}

struct Program {
  std::string name;               // "dispatch"
  std::string about;              // one sentence for --help
  int port = 0;                   // default gRPC port
  std::vector<config::Row> rows;  // the service's own settings
  std::function<std::unique_ptr<Service>(Runtime&, Host&)> make;
};

// Exit codes: 0 after a stop by signal, 1 for anything that failed, 2 for a wrong configuration.
int Main(const Program& program, int argc, char** argv);

}  // namespace baodao::service
