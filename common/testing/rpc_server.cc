#include "common/testing/rpc_server.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace baodao::testing {

rpc::ServerOptions TestServerOptions(Tokens& tokens, metrics::Registry& metrics) {
  rpc::ServerOptions options;
  options.listen = "127.0.0.1:0";
  options.verifier = &tokens.verifier();
  options.metrics = &metrics;
  options.rate_limits.person = {};
  options.rate_limits.anonymous = {};
  options.rate_limits.writes = {};
  return options;
}

RpcServer::RpcServer(asio::io_context& loop, rpc::Router& router, rpc::ServerOptions options,
                     int attempts) {
  auto server = rpc::Server::Start(loop, router, std::move(options));
  if (!server.ok()) {
    std::fprintf(stderr, "the test server did not start: %s\n", server.status().ToString().c_str());
    std::abort();
  }
  server_ = *std::move(server);
  server_->SetServing(true);
  rpc::ChannelOptions channel;
  channel.target = target();
  channel.attempts = attempts;
  channel_ = std::make_unique<rpc::Channel>(loop, std::move(channel));
}

std::string RpcServer::target() const { return "127.0.0.1:" + std::to_string(server_->port()); }

}  // namespace baodao::testing
