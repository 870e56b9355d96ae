#include "common/rpc/client.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>

#include "common/log/log.h"
#include "common/rpc/detail/grpc_setup.h"
#include "common/rpc/detail/peer_error.h"
#include "common/status/grpc.h"
#include "common/status/status.h"

namespace baodao::rpc {
namespace {

constexpr int kKeepaliveTimeMs = 30'000;
constexpr int kKeepaliveTimeoutMs = 10'000;
constexpr int kMaxReplyBytes = 16 << 20;
constexpr int kMaxMetadataBytes = 64 << 10;
// After a lost connection: a service that restarts is back in use within about a second.
constexpr int kFirstReconnectMs = 100;
constexpr int kLastReconnectMs = 2'000;
// How long one attempt to connect may take, whatever gRPC's name for it says: a busy machine needs
// more than the first pause between attempts.
constexpr int kConnectTimeoutMs = 5'000;
// With another replica to ask, one is not waited for longer than this.
constexpr Millis kPatience{1'500};
// One that did not answer is asked last for so long.
constexpr Millis kDoubt{10'000};
// gRPC ignores more attempts than this.
constexpr int kMaxAttempts = 5;

std::string ServiceConfig(int attempts) {
  return absl::StrCat(R"({"methodConfig":[{"name":[{}],"retryPolicy":{"maxAttempts":)", attempts,
                      R"(,"initialBackoff":"0.05s","maxBackoff":"1s","backoffMultiplier":2,)",
                      R"("retryableStatusCodes":["UNAVAILABLE"]}}],)",
                      // No retries while most calls fail: they would only add to the load.
                      R"("retryThrottling":{"maxTokens":100,"tokenRatio":0.1}})");
}

std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(const ChannelOptions& options) {
  if (!options.tls) return grpc::InsecureChannelCredentials();
  auto credentials = ClientTls(*options.tls);
  if (credentials.ok()) return *credentials;
  log::Error("rpc.client_tls", {{"target", options.target}, {"status", credentials.status()}});
  return nullptr;  // gRPC makes a channel of it on which every call fails
}

}  // namespace

Channel::Channel(asio::io_context& loop, ChannelOptions options)
    : loop_(loop), options_(std::move(options)) {
  detail::SetUpGrpc();
  for (const absl::string_view target : absl::StrSplit(options_.target, ',')) {
    replicas_.push_back({Connect(std::string(target))});
  }
}

std::shared_ptr<grpc::Channel> Channel::Connect(const std::string& target) const {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstReconnectMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectTimeoutMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kLastReconnectMs);
  // Two channels to one address are two connections: what a load generator or a test counts on.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxReceiveMessageSize(kMaxReplyBytes);
  // A refusal with many details must not end the other calls of the connection.
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  const int attempts = std::min(options_.attempts, kMaxAttempts);
  if (attempts > 1) arguments.SetServiceConfigJSON(ServiceConfig(attempts));
  return grpc::CreateCustomChannel(target, CredentialsOf(options_), arguments);
}

bool Channel::Doubts(size_t replica) const {
  return std::chrono::steady_clock::now() < replicas_[replica].doubted_until;
}

size_t Channel::Next() {
  for (size_t i = 0; i < replicas_.size(); ++i) {
    const size_t replica = (turn_ + i) % replicas_.size();
    if (Doubts(replica)) continue;
    turn_ = replica + 1;
    return replica;
  }
  return turn_++ % replicas_.size();
}

SteadyTime Channel::EndOf(const CallOptions& options) const {
  SteadyTime end = std::chrono::steady_clock::now() + options.timeout.value_or(options_.timeout);
  if (options.parent) end = std::min(end, options.parent->deadline());
  return end;
}

Millis Channel::LimitOf(int attempt, SteadyTime end) const {
  const auto left = std::chrono::floor<Millis>(end - std::chrono::steady_clock::now());
  const Millis limit = std::max(left, Millis(0));
  const bool last = static_cast<size_t>(attempt) >= replicas_.size();
  return last ? limit : std::min(limit, kPatience);
}

bool Channel::TryAnother(size_t replica, int attempt, SteadyTime end, const absl::Status& status) {
  const SteadyTime now = std::chrono::steady_clock::now();
  SteadyTime& doubted_until = replicas_[replica].doubted_until;
  if (!absl::IsDeadlineExceeded(status) && !absl::IsUnavailable(status)) {
    doubted_until = {};
    return false;
  }
  const bool another = static_cast<size_t>(attempt) < replicas_.size() && now < end;
  // It has answered, and of one method: others are served there (ops/decisions/0056).
  if (Is(status, Reason::OVERLOADED)) return another;
  // A call that ran out of its caller's time says nothing about whom it asked.
  if (now < end || absl::IsUnavailable(status)) doubted_until = now + kDoubt;
  return another;
}

absl::Status Channel::Prepare(const CallOptions& options, std::optional<Millis> limit,
                              grpc::ClientContext* context) const {
  if (limit == Millis(0)) return Refuse(Reason::DEADLINE_EXCEEDED);
  if (limit) context->set_deadline(std::chrono::system_clock::now() + *limit);
  if (options.parent) context->AddMetadata("traceparent", Traceparent(options.parent->trace()));
  if (!options.bearer.empty()) {
    context->AddMetadata("authorization", absl::StrCat("Bearer ", options.bearer));
  } else if (options_.tokens != nullptr) {
    Clock& clock = options_.clock == nullptr ? SystemClock() : *options_.clock;
    context->AddMetadata("authorization",
                         absl::StrCat("Bearer ", options_.tokens->Get(clock.Now())));
  }
  if (!options.language.empty()) {
    context->AddMetadata("accept-language", options.language);
  } else if (options.parent) {
    context->AddMetadata("accept-language", std::string(LocaleName(options.parent->locale())));
  }
  return absl::OkStatus();
}

std::string Channel::TrustedBy(const CallOptions& options) const {
  return options.bearer.empty() && options_.tokens != nullptr ? options_.target : std::string();
}

namespace detail {

absl::Status PeerError(const std::string& trusted_by, const grpc::Status& status) {
  absl::Status error = FromGrpc(status);
  const bool distrusted = absl::IsUnauthenticated(error) || absl::IsPermissionDenied(error);
  if (trusted_by.empty() || !distrusted) return error;
  log::Error("rpc.peer_refused_us", {{"target", trusted_by}, {"status", error}});
  return Refuse(Reason::PEER_UNAVAILABLE);
}

}  // namespace detail
}  // namespace baodao::rpc
