// Connections for commands that block. Internal to common/redis.
#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "common/redis/client.h"
#include "common/redis/core.h"

namespace baodao::redis {

// Finds the node for the commands of one slot.
class Route {
 public:
  virtual ~Route() = default;
  // To be tried in turn; never empty.
  virtual std::vector<Endpoint> EndpointsFor(int slot) = 0;
  // `from` answered with the error `line`: MOVED or ASK.
  virtual void Redirected(std::string_view line, const Endpoint& from) = 0;
};

class FixedRoute final : public Route {
 public:
  explicit FixedRoute(std::vector<Endpoint> endpoints) : endpoints_(std::move(endpoints)) {}
  std::vector<Endpoint> EndpointsFor(int) override { return endpoints_; }
  void Redirected(std::string_view, const Endpoint&) override {}

 private:
  const std::vector<Endpoint> endpoints_;
};

std::unique_ptr<BlockingConnection> NewBlockingConnection(std::shared_ptr<Core> core,
                                                          std::shared_ptr<Route> route, int slot);

}  // namespace baodao::redis
