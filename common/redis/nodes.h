// The nodes of a cluster and who serves which slot, kept up to date. Internal to common/redis.
#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "common/redis/blocking.h"
#include "common/redis/connection.h"
#include "common/redis/core.h"
#include "common/redis/topology.h"

namespace baodao::redis {

struct Node {
  Endpoint endpoint;
  std::shared_ptr<Connection> connection;
};

class Nodes final : public Route, public std::enable_shared_from_this<Nodes> {
 public:
  explicit Nodes(std::shared_ptr<Core> core) : core_(std::move(core)) {}

  // The first layout; `link` is used for the node at `endpoint` if that is a primary, else closed.
  void Start(const Topology& topology, std::shared_ptr<Link> link, const Endpoint& endpoint);
  void Close();

  // The node that serves `slot`; any node, preferably one that is up, for -1 and for a slot nobody
  // serves (it will say so). Never null once started.
  std::shared_ptr<Node> For(int slot) const;
  // The node at `endpoint`, connecting to it when it is new.
  std::shared_ptr<Node> At(const Endpoint& endpoint);
  // Those that serve slots.
  std::vector<std::shared_ptr<Node>> Primaries() const;
  const std::vector<std::shared_ptr<Node>>& all() const { return nodes_; }

  void Moved(const Redirect& redirect);
  // Asks the cluster for its layout soon; at most one question at a time, with pauses in between.
  void RequestRefresh();

  std::vector<Endpoint> EndpointsFor(int slot) override;
  void Redirected(std::string_view line, const Endpoint& from) override;

 private:
  static Task<void> Refresh(std::shared_ptr<Nodes> self);
  Task<bool> AskAround();
  Task<bool> AskSeeds();
  void Adopt(const Topology& topology);

  const std::shared_ptr<Core> core_;
  std::vector<std::shared_ptr<Node>> nodes_;
  std::array<std::shared_ptr<Node>, kSlots> owners_;
  bool refreshing_ = false;
};

// One question over an open link.
Task<absl::StatusOr<Topology>> AskTopology(std::shared_ptr<Core> core, std::shared_ptr<Link> link,
                                           std::string host, Instant deadline);

}  // namespace baodao::redis
