// A real server on a port, its loop on a thread, and stock blocking stubs against it.
#pragma once

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <thread>

#include "baodao/diagnostics/v1/diagnostics.grpc.pb.h"
#include "common/rpc/detail/event.h"
#include "common/rpc/diagnostics.h"
#include "common/rpc/server.h"
#include "common/status/grpc.h"
#include "common/status/status.h"
#include "common/testing/rpc_loop_thread.h"
#include "common/testing/rpc_server.h"
#include "common/testing/rpc_tokens.h"
#include "common/testing/until.h"

namespace baodao::rpc {

using diagnostics::v1::CommitRequest;
using diagnostics::v1::CommitResponse;
using diagnostics::v1::DiagnosticsService;
using diagnostics::v1::EchoRequest;
using diagnostics::v1::EchoResponse;
using diagnostics::v1::EchoStreamRequest;
using diagnostics::v1::EchoStreamResponse;

// The value of a counter of Echo, e.g. ("grpc_server_handled_total", "grpc_code=\"OK\""); -1: not
// there.
inline int CounterOfEcho(const metrics::Registry& registry, const std::string& name,
                         const std::string& label) {
  std::istringstream text(registry.Text());
  for (std::string line; std::getline(text, line);) {
    if (line.rfind(name + "{", 0) == 0 && line.find("grpc_method=\"Echo\"") != std::string::npos &&
        line.find(label) != std::string::npos) {
      return std::stoi(line.substr(line.rfind(' ') + 1));
    }
  }
  return -1;
}

// Diagnostics that can also misbehave, and count.
class Misbehaving {
 public:
  explicit Misbehaving(Router& router) {
    router.Unary("baodao.diagnostics.v1.DiagnosticsService/Echo", this, &Misbehaving::Echo);
    router.Stream("baodao.diagnostics.v1.DiagnosticsService/EchoStream", this,
                  &Misbehaving::EchoStream);
    router.Unary("baodao.diagnostics.v1.DiagnosticsService/Commit", this, &Misbehaving::Commit);
  }

  std::atomic<int> started{0}, finished{0}, written{0};
  std::atomic<bool> saw_cancelled{false};
  detail::Event release;            // what Echo of "hang" waits for
  std::atomic<bool> stalled{true};  // for as long, any number of Echo of "stall" wait

  Task<absl::StatusOr<EchoResponse>> Echo(CallContext context, EchoRequest request) {
    ++started;
    if (request.message() == "throw") throw std::runtime_error("thrown in a handler");
    if (request.message() == "fault") co_return absl::UnknownError("secret detail");
    if (request.message() == "hang") {
      co_await release.Wait();
      saw_cancelled = context.cancelled();
    }
    if (request.message() == "stall") {
      while (stalled) co_await SystemClock().SleepFor(Millis(50));
    }
    auto answer = co_await plain_.Echo(std::move(context), std::move(request));
    ++finished;
    co_return answer;
  }
  Task<absl::Status> EchoStream(CallContext, EchoStreamRequest request,
                                Writer<EchoStreamResponse>& writer) {
    ++started;
    EchoStreamResponse response;
    response.set_message(request.message());
    for (int i = 1; i <= request.count(); ++i) {
      if (request.interval_ms() > 0 && !co_await writer.Wait(Millis(request.interval_ms()))) break;
      response.set_number(i);
      if (!co_await writer.Write(response)) break;
      ++written;
    }
    ++finished;
    co_return absl::OkStatus();
  }
  Task<absl::StatusOr<CommitResponse>> Commit(CallContext context, CommitRequest request) {
    return plain_.Commit(std::move(context), std::move(request));
  }

 private:
  Diagnostics plain_;
};

class RpcTest : public ::testing::Test {
 protected:
  RpcTest() : options_(testing::TestServerOptions(tokens_, metrics_)) {}
  ~RpcTest() override { StopServer(); }

  void StartServer() {
    thread_.Call([this] {
      server_ = std::make_unique<testing::RpcServer>(thread_.loop(), router_, options_);
    });
    channel_ = grpc::CreateChannel(server_->target(), grpc::InsecureChannelCredentials());
    stub_ = DiagnosticsService::NewStub(channel_);
  }
  void StopServer() {
    if (server_) thread_.Call([this] { server_.reset(); });
    thread_.Stop();
  }
  // A context with a token (an operator's unless given) and a minute.
  std::unique_ptr<grpc::ClientContext> Context() { return Context(tokens_.Operator()); }
  std::unique_ptr<grpc::ClientContext> Context(const std::string& token) {
    auto context = std::make_unique<grpc::ClientContext>();
    if (!token.empty()) context->AddMetadata("authorization", "Bearer " + token);
    context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    return context;
  }
  static EchoRequest Request(const std::string& message, int delay_ms = 0) {
    EchoRequest request;
    request.set_message(message);
    request.set_delay_ms(delay_ms);
    return request;
  }
  // The refusal or fault an Echo ends with.
  absl::Status Echo(grpc::ClientContext* context, const EchoRequest& request) {
    EchoResponse response;
    return FromGrpc(stub_->Echo(context, request, &response));
  }

  testing::LoopThread thread_;
  testing::Tokens tokens_;
  metrics::Registry metrics_;
  Router router_;
  Misbehaving handlers_{router_};
  ServerOptions options_;
  std::unique_ptr<testing::RpcServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<DiagnosticsService::Stub> stub_;
};

}  // namespace baodao::rpc
