
#include <algorithm>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <utility>

#include "common/redis/client.h"
#include "common/redis/cluster.h"
#include "common/redis/connection.h"
#include "common/redis/dial.h"
#include "common/redis/standalone.h"

namespace baodao::redis {
namespace {

absl::Status CheckConfig(const Config& config) {
  if (config.unix_path.empty() && config.host.empty()) {
    return absl::InvalidArgumentError("redis: neither a host nor a unix path is given");
  }
  if (config.unix_path.empty() && config.port == 0) {
    return absl::InvalidArgumentError("redis: the port is missing");
  }
  if (config.database < 0) return absl::InvalidArgumentError("redis: the database is negative");
  if (config.name.find_first_of(" \r\n") != std::string::npos) {
    return absl::InvalidArgumentError("redis: the connection name holds blanks");
  }
  if (config.password.empty() && !config.username.empty()) {
    return absl::InvalidArgumentError("redis: a user name without a password");
  }
  return absl::OkStatus();
}

Task<absl::StatusOr<std::unique_ptr<Client>>> MakeCluster(std::shared_ptr<Core> core,
                                                          std::shared_ptr<Link> link,
                                                          Endpoint endpoint, Instant deadline) {
  if (core->config.database != 0) {
    co_return absl::InvalidArgumentError("redis: a cluster has no numbered databases");
  }
  const absl::StatusOr<Topology> topology =
      co_await AskTopology(core, link, endpoint.host, deadline);
  if (!topology.ok()) {
    co_return absl::UnavailableError(std::string(topology.status().message()));
  }
  const auto nodes = std::make_shared<Nodes>(core);
  nodes->Start(*topology, std::move(link), endpoint);
  auto client = std::make_unique<ClusterClient>(core, nodes);
  // A node that is down keeps nobody from starting: its slots answer UNAVAILABLE until it is back.
  const std::vector<std::shared_ptr<Node>> primaries = nodes->Primaries();
  for (const std::shared_ptr<Node>& node : primaries) {
    (void)co_await Connection::AwaitUp(node->connection, deadline);
  }
  co_return client;
}

Task<absl::StatusOr<std::unique_ptr<Client>>> ConnectOnce(std::shared_ptr<Core> core,
                                                          Endpoint endpoint, Instant deadline) {
  Dial dial(core->loop, core->waits, core->config, endpoint, core->config.stall_limit);
  const absl::Status status = co_await dial.Run(deadline);
  if (!status.ok()) co_return status;
  if (dial.info().cluster) co_return co_await MakeCluster(core, dial.link(), endpoint, deadline);
  if (!dial.info().primary) {
    dial.link()->Close("a replica");
    co_return absl::UnavailableError("the server is a replica");
  }
  co_return std::make_unique<StandaloneClient>(core, dial.link());
}

Task<absl::StatusOr<std::unique_ptr<Client>>> ConnectAny(std::shared_ptr<Core> core) {
  if (absl::Status status = CheckConfig(core->config); !status.ok()) co_return status;
  const Instant deadline = std::chrono::steady_clock::now() + core->config.connect_timeout;
  const std::vector<Endpoint> endpoints = EndpointsOf(core->config);
  Millis backoff = core->config.backoff_min;
  asio::steady_timer pause(core->loop);
  for (size_t attempt = 0;; ++attempt) {
    const Endpoint& endpoint = endpoints[attempt % endpoints.size()];
    const Instant limit =
        std::min(deadline, std::chrono::steady_clock::now() + AttemptTimeout(core->config));
    absl::StatusOr<std::unique_ptr<Client>> client = co_await ConnectOnce(core, endpoint, limit);
    if (client.ok() || client.status().code() != absl::StatusCode::kUnavailable) co_return client;
    pause.expires_after(core->Jitter(backoff));
    if (pause.expiry() >= deadline) {
      co_return NotSentError(std::string(client.status().message()));
    }
    co_await pause.async_wait(kAwait);
    backoff = std::min(backoff * 2, core->config.backoff_max);
  }
}

}  // namespace

Task<absl::StatusOr<std::unique_ptr<Client>>> Connect(asio::io_context& loop, Config config) {
  return ConnectAny(std::make_shared<Core>(loop, std::move(config)));
}

}  // namespace baodao::redis
