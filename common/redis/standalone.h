// The client of one server. Internal to common/redis: made by Connect().
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "common/redis/client.h"
#include "common/redis/connection.h"
#include "common/redis/core.h"

namespace baodao::redis {

class StandaloneClient final : public Client {
 public:
  // `link`: an open connection to start with.
  StandaloneClient(std::shared_ptr<Core> core, std::shared_ptr<Link> link);
  ~StandaloneClient() override;

  Task<absl::StatusOr<Reply>> Call(Command command, Options options) override;
  Task<std::vector<absl::StatusOr<Reply>>> CallEach(std::vector<Command> commands,
                                                    Options options) override;
  Task<std::vector<absl::StatusOr<Reply>>> CallPrimaries(Command command, Options options) override;
  std::unique_ptr<BlockingConnection> Dedicated(std::string_view routing_key) override;
  Task<void> Close(Millis grace) override;
  bool connected() const override { return connection_->up(); }
  Stats stats() const override;
  void SetObserver(Observer observer) override { core_->observer = std::move(observer); }

 private:
  const std::shared_ptr<Core> core_;
  const std::shared_ptr<Connection> connection_;
};

}  // namespace baodao::redis
