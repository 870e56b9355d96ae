#include "common/rpc/server.h"

#include <absl/strings/str_cat.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <atomic>
#include <thread>
#include <utility>

#include "common/log/log.h"
#include "common/rpc/detail/engine.h"
#include "common/rpc/detail/grpc_setup.h"
#include "common/rpc/detail/service.h"
#include "common/rpc/detail/tls_check.h"
#include "common/status/macros.h"

namespace baodao::rpc {
namespace {

// By so much a request may pass the limit and still be refused by name, not by gRPC itself.
constexpr std::size_t kNamedBeyond = 64 << 10;
// Calls of one connection at once: a phone has a handful, the edge gives every call a connection of
// its own, and another service waits its turn.
constexpr int kMaxStreams = 100;
// Time for gRPC to end calls that were already cut off.
constexpr std::chrono::milliseconds kShutdownGrace{500};

int Milliseconds(Millis time) { return static_cast<int>(time.count()); }

void LimitConnections(const ServerOptions& options, grpc::ServerBuilder* builder) {
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreams);
  builder->AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE,
                              static_cast<int>(detail::kHardMetadataLimit));
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(options.keepalive_time));
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                              Milliseconds(options.keepalive_timeout));
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                              Milliseconds(options.min_client_ping));
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS,
                              Milliseconds(options.connection_idle));
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, Milliseconds(options.connection_age));
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                              Milliseconds(options.connection_age_grace));
}

void Tune(const ServerOptions& options, std::size_t max_message_bytes,
          grpc::ServerBuilder* builder) {
  builder->SetMaxReceiveMessageSize(static_cast<int>(max_message_bytes + kNamedBeyond));
  builder->SetResourceQuota(grpc::ResourceQuota().Resize(options.max_transport_bytes));
  LimitConnections(options, builder);
  // gRPC 1.51 inflates before it looks at the size: a megabyte could become a gigabyte.
  for (const auto algorithm : {GRPC_COMPRESS_GZIP, GRPC_COMPRESS_DEFLATE}) {
    builder->SetCompressionAlgorithmSupportStatus(algorithm, false);
  }
  // Nothing is left for gRPC's own filters to inflate or to deflate, nor does anybody read
  // channelz.
  builder->AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_COMPRESSION, 0);
  builder->AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  builder->AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 0);
  // Otherwise a second process could share the port without anybody noticing.
  builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Only reflection is a synchronous service; one waiting thread is enough for it.
  builder->SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::NUM_CQS, 1);
  builder->SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MIN_POLLERS, 1);
  builder->SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MAX_POLLERS, 1);
}

absl::Status CannotListen(const ServerOptions& options) {
  if (options.tls) RETURN_IF_ERROR(detail::CheckServes(*options.tls));
  return absl::UnavailableError(absl::StrCat("cannot listen on ", options.listen,
                                             ": the port is taken or the address is not ours"));
}

}  // namespace

class Server::Impl {
 public:
  Impl(asio::io_context& loop, ServerOptions options)
      : engine(std::make_shared<detail::Engine>(loop, std::move(options))) {}

  absl::Status Listen(const Router& router) {
    detail::SetUpGrpc();
    const ServerOptions& options = engine->options();
    std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
    if (options.tls) {
      ASSIGN_OR_RETURN(credentials, ServerTls(*options.tls));
    }
    grpc::ServerBuilder builder;
    Tune(options, engine->max_message_bytes(), &builder);
    builder.AddListeningPort(options.listen, credentials, &port);
    for (const auto* registered : router.services()) {
      builder.RegisterService(
          listed.emplace_back(std::make_unique<detail::ListedService>(*registered)).get());
    }
    calls = std::make_unique<detail::CallService>(engine, &builder);
    grpc_server = builder.BuildAndStart();
    if (grpc_server == nullptr || port <= 0) return CannotListen(options);
    calls->Start();
    for (const auto* registered : router.services()) {
      service_names.push_back(registered->full_name());
    }
    SetServing(false);
    return absl::OkStatus();
  }

  void SetServing(bool serving) {
    grpc::HealthCheckServiceInterface* health = grpc_server->GetHealthCheckService();
    if (health == nullptr) return;
    for (const std::string& name : service_names) health->SetServingStatus(name, serving);
    health->SetServingStatus("", serving);
  }

  // Blocks until gRPC has let go of every call: on a thread of its own, since the calls end on the
  // loop.
  void ShutDownGrpc() {
    grpc_server->Shutdown(std::chrono::system_clock::now() + kShutdownGrace);
    calls->Stop();
    down.store(true, std::memory_order_release);
  }

  Task<void> Drain(Millis grace) {
    SetServing(false);
    engine->StartDraining();
    co_await engine->AwaitIdle(grace);
    if (engine->live() > 0) log::Warn("rpc.cut_off", {{"calls", engine->live()}});
    engine->CutOff();
    if (!shutdown.joinable()) shutdown = std::thread([this] { ShutDownGrpc(); });
    asio::steady_timer timer(engine->loop());
    while (!down.load(std::memory_order_acquire)) {
      timer.expires_after(std::chrono::milliseconds(5));
      co_await timer.async_wait(kAwait);
    }
  }

  ~Impl() {
    if (grpc_server == nullptr) return;
    engine->StartDraining();
    if (!shutdown.joinable()) shutdown = std::thread([this] { ShutDownGrpc(); });
    // The loop does not turn while we are here: do what it would do for calls that must end.
    while (!down.load(std::memory_order_acquire)) {
      engine->queue().RunPending();
      engine->CutOff();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    shutdown.join();
    engine->queue().RunPending();
    engine->CutOff();
  }

  std::shared_ptr<detail::Engine> engine;
  std::vector<std::unique_ptr<detail::ListedService>> listed;
  std::unique_ptr<detail::CallService> calls;
  std::unique_ptr<grpc::Server> grpc_server;
  std::vector<std::string> service_names;
  int port = 0;
  std::thread shutdown;
  std::atomic<bool> down{false};
};

absl::StatusOr<std::unique_ptr<Server>> Server::Start(asio::io_context& loop, Router& router,
                                                      ServerOptions options) {
  if (options.verifier == nullptr || options.metrics == nullptr) {
    return absl::InvalidArgumentError("a server needs a token verifier and a metrics registry");
  }
  RETURN_IF_ERROR(router.Finish());
  auto impl = std::make_unique<Impl>(loop, std::move(options));
  RETURN_IF_ERROR(impl->engine->Prepare(router));
  RETURN_IF_ERROR(impl->Listen(router));
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

int Server::port() const { return impl_->port; }
void Server::SetServing(bool serving) { impl_->SetServing(serving); }
Task<void> Server::Drain(Millis grace) { return impl_->Drain(grace); }
void Server::EndStreams(const std::function<bool(const auth::Principal&)>& whose,
                        const absl::Status& why) {
  impl_->engine->EndStreams(whose, why);
}
std::size_t Server::live_calls() const { return impl_->engine->live(); }

}  // namespace baodao::rpc
