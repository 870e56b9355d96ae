// Awaitable calls to other services over the stock generated stubs:
//
//   rpc::Channel channel(loop, {.target = "127.0.0.1:7103", .tokens = &tokens});
//   rpc::Client<dispatch::v1::TaskService> tasks(channel);
//   using Tasks = rpc::AsyncOf<dispatch::v1::TaskService>;
//   absl::StatusOr<ClaimTaskResponse> answer =
//       co_await tasks.Call(&Tasks::ClaimTask, rpc::CallOptions::From(ctx), std::move(request));
#pragma once

#include <absl/status/statusor.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/auth/tokens.h"
#include "common/rpc/call_options.h"
#include "common/rpc/detail/client_call.h"
#include "common/rpc/stream_reader.h"
#include "common/rpc/tls.h"

namespace baodao::rpc {

struct ChannelOptions {
  std::string target;           // "127.0.0.1:7103", "dns:///dispatch:7103"
  std::optional<TlsFiles> tls;  // none: plaintext
  // Bearer token of every call that does not bring its own; may be null. Must outlive the channel.
  auth::ServiceToken* tokens = nullptr;
  Millis timeout{5'000};  // of unary calls that say nothing else
  int attempts = 4;  // of calls answered UNAVAILABLE, the first included; 1–5, 1 = no retries
  Clock* clock = nullptr;  // for renewing tokens; null: SystemClock()
};

// A connection (pool) to one service. Cheap to share, expensive to create. Calls on the loop
// thread.
class Channel {
 public:
  // Never fails or blocks: connecting happens in the background. A bad TLS file makes every call
  // fail; the log says which file and why.
  Channel(asio::io_context& loop, ChannelOptions options);

  const std::shared_ptr<grpc::Channel>& grpc() const { return channel_; }
  asio::io_context& loop() const { return loop_; }
  // Deadline, token, traceparent and language of one call. DEADLINE_EXCEEDED when the parent has no
  // time left.
  absl::Status Prepare(const CallOptions& options, bool unary, grpc::ClientContext* context) const;
  // The peer, where a call with these options carries this service's own token; else empty.
  std::string TrustedBy(const CallOptions& options) const;

 private:
  asio::io_context& loop_;
  ChannelOptions options_;
  std::shared_ptr<grpc::Channel> channel_;
};

// The generated interface whose member functions name the RPCs.
template <class Service>
using AsyncOf = typename Service::StubInterface::async_interface;

template <class Service>
class Client {
 public:
  explicit Client(Channel& channel) : channel_(channel), stub_(Service::NewStub(channel.grpc())) {}

  // The answer, or the error as FromGrpc makes it: refusals keep their reason and metadata. A peer
  // that refuses this service's own token is PEER_UNAVAILABLE: whoever asked us is not the one who
  // has to sign in again.
  template <class Req, class Resp>
  Task<absl::StatusOr<Resp>> Call(detail::UnaryMember<AsyncOf<Service>, Req, Resp> method,
                                  CallOptions options, Req request) {
    detail::UnaryClientHolder<Req, Resp> holder(
        new detail::UnaryClientCall<Req, Resp>(channel_.loop(), std::move(request)));
    auto* call = holder.call;
    absl::Status prepared = channel_.Prepare(options, true, &call->context);
    if (!prepared.ok()) co_return prepared;
    holder.running = true;
    call->Start(stub_->async(), method);
    co_await call->Done();
    holder.running = false;
    if (!call->status.ok()) {
      co_return detail::PeerError(channel_.TrustedBy(options), call->status);
    }
    co_return std::move(call->response);
  }

  // Starts a server stream; it ends when the reader is destroyed. An error of the call comes from
  // the reader.
  template <class Req, class Resp>
  StreamReader<Resp> Stream(detail::StreamMember<AsyncOf<Service>, Req, Resp> method,
                            CallOptions options, Req request) {
    auto stream =
        std::make_shared<detail::ClientStream<Req, Resp>>(channel_.loop(), std::move(request));
    channel_.Prepare(options, false, &stream->context).IgnoreError();
    stream->trusted_by = channel_.TrustedBy(options);
    stream->Start(stub_->async(), method, stream);
    return StreamReader<Resp>(stream);
  }

 private:
  Channel& channel_;
  std::unique_ptr<typename Service::StubInterface> stub_;
};

}  // namespace baodao::rpc
