#include "common/metrics/server.h"

#include <prometheus/exposer.h>
#include <prometheus/registry.h>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <exception>

#include "common/metrics/process.h"
#include "common/version.h"

namespace baodao::metrics {
namespace {

constexpr Spec kBuildInfo{"baodao_build_info",
                          Type::kGauge,
                          "Which build runs; always 1.",
                          {"service", "version", "compiler"}};

// Binds and lets go again: the web server underneath cannot say why it could not.
absl::Status TryBind(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) {
    return absl::InvalidArgumentError("metrics: " + address + " is not host:port");
  }
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  asio::io_context io;
  std::error_code error;
  asio::ip::tcp::resolver resolver(io);
  const auto found =
      resolver.resolve(host, address.substr(colon + 1), asio::ip::resolver_base::passive, error);
  if (error || found.empty()) {
    return absl::InvalidArgumentError("metrics: cannot resolve " + address);
  }
  const asio::ip::tcp::endpoint endpoint = found.begin()->endpoint();
  asio::ip::tcp::acceptor acceptor(io);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(1, error);
  if (!error) return absl::OkStatus();
  if (error == asio::error::address_in_use) {
    return absl::AlreadyExistsError("metrics: " + address + " is taken by another program");
  }
  return absl::InvalidArgumentError("metrics: cannot listen on " + address + ": " +
                                    error.message());
}

}  // namespace

Server::~Server() = default;

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const std::string& address,
                                                      const Registry& registry) {
  const absl::Status bound = TryBind(address);
  if (!bound.ok()) return bound;
  std::unique_ptr<Server> server(new Server);
  try {
    server->exposer_ = std::make_unique<prometheus::Exposer>(address, /*num_threads=*/1);
    server->exposer_->RegisterCollectable(registry.prometheus());
    server->exposer_->RegisterCollectable(ProcessMetrics());
    server->port_ = server->exposer_->GetListeningPorts().at(0);
  } catch (const std::exception& error) {
    return absl::UnavailableError("metrics: cannot listen on " + address + ": " + error.what());
  }
  return server;
}

void AddBuildInfo(Registry& registry, const std::string& service) {
  registry.GaugeOf(kBuildInfo, {service, kVersion, __VERSION__})->Set(1);
}

}  // namespace baodao::metrics
