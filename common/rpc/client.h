// Awaitable calls to other services over the stock generated stubs:
//
//   rpc::Channel channel(loop, {.target = "127.0.0.1:7103", .tokens = &tokens});
//   rpc::Client<dispatch::v1::TaskService> tasks(channel);
//   using Tasks = rpc::AsyncOf<dispatch::v1::TaskService>;
//   absl::StatusOr<Task> answer =
//       co_await tasks.Call(&Tasks::GetTask, rpc::CallOptions::From(context), std::move(request));
#pragma once

#include <absl/status/statusor.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/auth/tokens.h"
#include "common/rpc/call_options.h"
#include "common/rpc/detail/client_call.h"
#include "common/rpc/stream_reader.h"
#include "common/rpc/tls.h"

namespace baodao::rpc {

struct ChannelOptions {
  // "127.0.0.1:7103", "dns:///dispatch:7103"; several replicas separated by commas.
  std::string target;
  std::optional<TlsFiles> tls;  // none: plaintext
  // Bearer token of every call that does not bring its own; may be null. Must outlive the channel.
  auth::ServiceToken* tokens = nullptr;
  Millis timeout{4'000};  // of unary calls that say nothing else
  int attempts = 4;  // of calls answered UNAVAILABLE, the first included; 1–5, 1 = no retries
  Clock* clock = nullptr;  // for renewing tokens; null: SystemClock()
};

// Connections to the replicas of one service. Calls go to them in turns; one that has not answered
// a unary call in time, or not at all, is passed over for some seconds, and the call goes to the
// next: what services ask of each other may be asked twice. Cheap to share, expensive to create.
// Calls on the loop thread.
class Channel {
 public:
  // Never fails or blocks: connecting happens in the background. A bad TLS file makes every call
  // fail; the log says which file and why.
  Channel(asio::io_context& loop, ChannelOptions options);

  // The first replica's, for those that have one.
  const std::shared_ptr<grpc::Channel>& grpc() const { return replicas_.front().channel; }
  size_t replicas() const { return replicas_.size(); }
  const std::shared_ptr<grpc::Channel>& grpc(size_t replica) const {
    return replicas_[replica].channel;
  }
  // The replica that the next call goes to.
  size_t Next();
  // When a unary call must be over.
  SteadyTime EndOf(const CallOptions& options) const;
  // How long the `attempt`-th attempt (from 1) of a call that ends then may take.
  Millis LimitOf(int attempt, SteadyTime end) const;
  // Notes how an attempt went. True when the call is to be tried with another replica.
  bool TryAnother(size_t replica, int attempt, SteadyTime end, const absl::Status& status);

  asio::io_context& loop() const { return loop_; }
  // Deadline (none without a limit), token, traceparent and language of one call.
  // DEADLINE_EXCEEDED when the limit is zero.
  absl::Status Prepare(const CallOptions& options, std::optional<Millis> limit,
                       grpc::ClientContext* context) const;
  // The peer, where a call with these options carries this service's own token; else empty.
  std::string TrustedBy(const CallOptions& options) const;

 private:
  struct Replica {
    std::shared_ptr<grpc::Channel> channel;
    SteadyTime doubted_until{};
  };
  std::shared_ptr<grpc::Channel> Connect(const std::string& target) const;
  bool Doubts(size_t replica) const;

  asio::io_context& loop_;
  ChannelOptions options_;
  std::vector<Replica> replicas_;  // never empty
  size_t turn_ = 0;
};

// The generated interface whose member functions name the RPCs.
template <class Service>
using AsyncOf = typename Service::StubInterface::async_interface;

template <class Service>
class Client {
 public:
  explicit Client(Channel& channel) : channel_(channel) {
    for (size_t i = 0; i < channel.replicas(); ++i) {
      stubs_.push_back(Service::NewStub(channel.grpc(i)));
    }
  }

  // The answer, or the error as FromGrpc makes it: refusals keep their reason and metadata. A peer
  // that refuses this service's own token is PEER_UNAVAILABLE: whoever asked us is not the one who
  // has to sign in again.
  template <class Req, class Resp>
  Task<absl::StatusOr<Resp>> Call(detail::UnaryMember<AsyncOf<Service>, Req, Resp> method,
                                  CallOptions options, Req request) {
    const SteadyTime end = channel_.EndOf(options);
    for (int attempt = 1;; ++attempt) {
      const size_t replica = channel_.Next();
      const Millis limit = channel_.LimitOf(attempt, end);
      absl::StatusOr<Resp> answer =
          co_await CallReplica<Req, Resp>(replica, method, options, limit, request);
      if (!channel_.TryAnother(replica, attempt, end, answer.status())) co_return answer;
    }
  }

  // Starts a server stream; it ends when the reader is destroyed. An error of the call comes from
  // the reader.
  template <class Req, class Resp>
  StreamReader<Resp> Stream(detail::StreamMember<AsyncOf<Service>, Req, Resp> method,
                            CallOptions options, Req request) {
    auto stream =
        std::make_shared<detail::ClientStream<Req, Resp>>(channel_.loop(), std::move(request));
    std::optional<Millis> limit = options.timeout;
    if (options.parent && options.parent->deadline() != SteadyTime::max()) {
      limit = std::min(limit.value_or(Millis::max()), options.parent->remaining());
    }
    channel_.Prepare(options, limit, &stream->context).IgnoreError();
    stream->trusted_by = channel_.TrustedBy(options);
    stream->Start(stubs_[channel_.Next()]->async(), method, stream);
    return StreamReader<Resp>(stream);
  }

 private:
  template <class Req, class Resp>
  Task<absl::StatusOr<Resp>> CallReplica(size_t replica,
                                         detail::UnaryMember<AsyncOf<Service>, Req, Resp> method,
                                         const CallOptions& options, Millis limit,
                                         const Req& request) {
    detail::UnaryClientHolder<Req, Resp> holder(
        new detail::UnaryClientCall<Req, Resp>(channel_.loop(), request));
    auto* call = holder.call;
    absl::Status prepared = channel_.Prepare(options, limit, &call->context);
    if (!prepared.ok()) co_return prepared;
    holder.running = true;
    call->Start(stubs_[replica]->async(), method);
    co_await call->Done();
    holder.running = false;
    if (!call->status.ok()) {
      co_return detail::PeerError(channel_.TrustedBy(options), call->status);
    }
    co_return std::move(call->response);
  }

  Channel& channel_;
  std::vector<std::unique_ptr<typename Service::StubInterface>> stubs_;  // of the replicas
};

}  // namespace baodao::rpc
