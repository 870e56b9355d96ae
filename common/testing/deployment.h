// The real binaries on a real Redis, as `make run` starts them, for tests of the whole.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/config/config.h"
#include "common/testing/ports.h"
#include "common/testing/process.h"
#include "common/testing/redis_server.h"
#include "common/testing/temp_dir.h"

namespace baodao::testing {

// Metrics are served so far above the port of gRPC.
inline constexpr int kMetricsOffset = 2000;

struct DeploymentOptions {
  // In the order of their ports.
  std::vector<std::string> services{config::kServices.begin(), config::kServices.end()};
  // A second dispatch on the same data, at second_dispatch_port(); the services ask both.
  bool second_dispatch = false;
  // On a Redis Cluster of three masters instead of one Redis.
  bool cluster = false;
  // More environment of every service. Without BAODAO_RATE_LIMITS nobody is limited.
  std::map<std::string, std::string> environment;
  // More flags of one service, by its name.
  std::map<std::string, std::vector<std::string>> arguments;
  std::chrono::seconds start_limit{60};  // of one service
};

// Throws std::runtime_error, with the end of the log, when something does not start in time.
class Deployment {
 public:
  using Options = DeploymentOptions;
  explicit Deployment(Options options = {});

  // Services listen at base + 1 …, see client::Backend.
  int port_base() const { return ports_.first(); }
  bool has_second_dispatch() const { return options_.second_dispatch; }
  int second_dispatch_port() const { return ports_.first() + 7; }
  std::string keys_dir() const { return dir_.File("keys"); }
  std::string codes_file() const { return dir_.File("login-codes.txt"); }
  // Where records keeps its SQLite database, unless the environment names another one.
  std::string records_file() const { return dir_.File("records.db"); }
  // The one Redis; throws std::bad_optional_access where it is a cluster, and the other way round.
  RedisServer& redis() { return redis_.value(); }
  RedisCluster& cluster() { return cluster_.value(); }
  ChildProcess& process(const std::string& service) { return *processes_.at(service); }
  std::string Log(const std::string& service) const;

  // Starts services that were ended, all at once; returns when they serve.
  void Start(const std::vector<std::string>& services);
  void Start(const std::string& service) { Start(std::vector{service}); }
  // From its next start on the service runs under this command: its own command line is appended.
  // Empty: as it is.
  void RunUnder(const std::string& service, std::vector<std::string> command) {
    run_under_[service] = std::move(command);
  }
  // SIGKILL.
  void Kill(const std::string& service);

 private:
  int PortOf(const std::string& service) const;
  // The address of Redis, as services are told it.
  std::string Addresses();
  void Spawn(const std::string& service);
  // How often its log says that it serves.
  int TimesServing(const std::string& service) const;
  void AwaitServing(const std::string& service);

  Options options_;
  TempDir dir_;
  std::optional<RedisServer> redis_;
  std::optional<RedisCluster> cluster_;
  Ports ports_{kMetricsOffset};
  std::map<std::string, int> starts_;
  std::map<std::string, std::vector<std::string>> run_under_;
  std::map<std::string, std::unique_ptr<ChildProcess>> processes_;
};

}  // namespace baodao::testing
