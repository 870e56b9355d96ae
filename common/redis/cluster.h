// The client of a Redis Cluster. Internal to common/redis: made by Connect().
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "common/redis/client.h"
#include "common/redis/core.h"
#include "common/redis/nodes.h"

namespace baodao::redis {

class ClusterClient final : public Client {
 public:
  // `nodes` is started.
  ClusterClient(std::shared_ptr<Core> core, std::shared_ptr<Nodes> nodes);
  ~ClusterClient() override;

  Task<absl::StatusOr<Reply>> Call(Command command, Options options) override;
  Task<std::vector<absl::StatusOr<Reply>>> CallEach(std::vector<Command> commands,
                                                    Options options) override;
  Task<std::vector<absl::StatusOr<Reply>>> CallPrimaries(Command command, Options options) override;
  std::unique_ptr<BlockingConnection> Dedicated(std::string_view routing_key) override;
  Task<void> Close(Millis grace) override;
  bool connected() const override;
  Stats stats() const override;
  void SetObserver(Observer observer) override { core_->observer = std::move(observer); }

 private:
  const std::shared_ptr<Core> core_;
  const std::shared_ptr<Nodes> nodes_;
};

}  // namespace baodao::redis
