// A server on a free port and a channel to it, in the test's own process and on its loop.
#pragma once

#include <asio/io_context.hpp>
#include <memory>
#include <string>

#include "common/metrics/metrics.h"
#include "common/rpc/client.h"
#include "common/rpc/router.h"
#include "common/rpc/server.h"
#include "common/testing/rpc_tokens.h"

namespace baodao::testing {

// Options for a test: loopback, any port, no rate limits, tokens and metrics of the given objects.
rpc::ServerOptions TestServerOptions(Tokens& tokens, metrics::Registry& metrics);

// Starts serving when constructed; aborts with the reason when that fails. Everything on one loop:
// a test awaits calls made through channel() while the same loop serves them. `attempts`: of a call
// through channel(), see rpc::ChannelOptions.
class RpcServer {
 public:
  RpcServer(asio::io_context& loop, rpc::Router& router, rpc::ServerOptions options,
            int attempts = 4);

  std::string target() const;
  rpc::Server& server() { return *server_; }
  // Calls without a token, unless they bring one.
  rpc::Channel& channel() { return *channel_; }

 private:
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<rpc::Channel> channel_;
};

}  // namespace baodao::testing
