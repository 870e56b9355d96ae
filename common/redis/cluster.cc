#include "common/redis/cluster.h"

#include <algorithm>
#include <utility>

#include "common/redis/cluster_call.h"
#include "common/redis/slot.h"

namespace baodao::redis {
namespace {

Task<absl::StatusOr<Reply>> CallRouted(std::shared_ptr<Core> core, std::shared_ptr<Nodes> nodes,
                                       Command command, Options options) {
  const Instant start = std::chrono::steady_clock::now();
  co_return co_await CallSlot(core, nodes, command, start, DeadlineOf(options, start));
}

size_t InFlight(const Nodes& nodes) {
  size_t sum = 0;
  for (const std::shared_ptr<Node>& node : nodes.all()) sum += node->connection->in_flight();
  return sum;
}

}  // namespace

ClusterClient::ClusterClient(std::shared_ptr<Core> core, std::shared_ptr<Nodes> nodes)
    : core_(std::move(core)), nodes_(std::move(nodes)) {}

ClusterClient::~ClusterClient() {
  core_->observer = nullptr;
  nodes_->Close();
}

Task<absl::StatusOr<Reply>> ClusterClient::Call(Command command, Options options) {
  return CallRouted(core_, nodes_, std::move(command), options);
}

Task<std::vector<absl::StatusOr<Reply>>> ClusterClient::CallEach(std::vector<Command> commands,
                                                                 Options options) {
  std::vector<std::shared_ptr<Node>> targets;
  targets.reserve(commands.size());
  for (const Command& command : commands) targets.push_back(nodes_->For(command.slot()));
  return CallSpread(core_, nodes_, std::move(commands), std::move(targets), false, options);
}

Task<std::vector<absl::StatusOr<Reply>>> ClusterClient::CallPrimaries(Command command,
                                                                      Options options) {
  std::vector<std::shared_ptr<Node>> targets = nodes_->Primaries();
  std::vector<Command> commands(targets.size(), command);
  return CallSpread(core_, nodes_, std::move(commands), std::move(targets), true, options);
}

std::unique_ptr<BlockingConnection> ClusterClient::Dedicated(std::string_view routing_key) {
  const int slot = routing_key.empty() ? -1 : KeySlot(routing_key);
  return NewBlockingConnection(core_, nodes_, slot);
}

Task<void> ClusterClient::Close(Millis grace) {
  const std::shared_ptr<Core> core = core_;
  const std::shared_ptr<Nodes> nodes = nodes_;
  core->closed = true;
  const auto idle = [nodes] { return InFlight(*nodes) == 0; };
  co_await AwaitIdle(core, idle, grace);
  nodes->Close();
}

bool ClusterClient::connected() const {
  return std::all_of(nodes_->all().begin(), nodes_->all().end(),
                     [](const std::shared_ptr<Node>& node) { return node->connection->up(); });
}

Stats ClusterClient::stats() const {
  Stats stats = core_->counters;
  stats.in_flight = InFlight(*nodes_);
  stats.timeouts = core_->waits->timeouts();
  return stats;
}

}  // namespace baodao::redis
