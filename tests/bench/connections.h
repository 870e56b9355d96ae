// Several connections to one server that speaks the API: dispatch, the floor, a peer.
#pragma once

#include <memory>
#include <vector>

#include "baodao/diagnostics/v1/diagnostics.grpc.pb.h"
#include "common/client/backend.h"

namespace baodao::bench {

struct Connection {
  Connection(asio::io_context& loop, const rpc::ChannelOptions& options) : channel(loop, options) {}
  rpc::Channel channel;
  rpc::Client<dispatch::v1::AssignmentService> assignments{channel};
  rpc::Client<dispatch::v1::TaskService> tasks{channel};
  rpc::Client<diagnostics::v1::DiagnosticsService> diagnostics{channel};
};

class Connections {
 public:
  Connections(asio::io_context& loop, int port) {
    rpc::ChannelOptions options;
    options.target = "127.0.0.1:" + std::to_string(port);
    options.timeout = Millis(30'000);
    for (int i = 0; i < kConnections; ++i) {
      connections_.push_back(std::make_unique<Connection>(loop, options));
    }
  }

  Connection& operator[](size_t i) { return *connections_[i % connections_.size()]; }

 private:
  static constexpr int kConnections = 4;
  std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace baodao::bench
