// The checks between the arrival of a call and its handler, in one place and order: size of the
// metadata → authentication → access rule → rate limit (which refused calls count against, too) →
// bounds. A rule that asks about a resource is decided last: after the rate limit and the bounds.
// Deadline, overload, metrics and trace id belong to the call itself.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/clock/clock.h"
#include "common/metrics/rpc_metrics.h"
#include "common/rpc/context.h"
#include "common/rpc/detail/access_plan.h"
#include "common/rpc/detail/live_limit.h"
#include "common/rpc/rate_limit.h"
#include "common/rpc/router.h"
#include "common/validate/validate.h"

namespace baodao::rpc {
struct ServerOptions;
}

namespace baodao::rpc::detail {

// All that is known of a method before any call of it arrives.
struct Method {
  Method(const Route& the_route, AccessPlan plan, metrics::RpcMetrics::Method* method_metrics,
         std::optional<Bucket> own)
      : route(&the_route),
        access(std::move(plan)),
        bounds(the_route.request),
        metrics(method_metrics),
        bucket(own),
        keeps_answers(the_route.request->FindFieldByName("request_id") != nullptr) {}

  const Route* route;
  AccessPlan access;
  validate::Validator bounds;
  metrics::RpcMetrics::Method* metrics;
  std::optional<Bucket> bucket;                                      // instead of the common one
  bool keeps_answers;                                                // for a day: a mutation
  std::unique_ptr<LiveLimit> limit = std::make_unique<LiveLimit>();  // nothing to a stream
};

// Metadata of a call beyond this is refused, of that call alone. gRPC itself would end every call
// of the connection, and so looks on up to kHardMetadataLimit.
inline constexpr std::size_t kMaxMetadataBytes = 8 << 10;
inline constexpr std::size_t kHardMetadataLimit = 64 << 10;

// All that a request brought besides its message. Views are valid while the call lives.
struct Arrival {
  std::string_view authorization;
  absl::Status decoded;    // why the message could not be read, if so
  absl::Status oversized;  // why the call is refused before anything of it is looked at, if so
  std::string address;     // the client's, without its port
};

// Loop thread only.
class Chain final : public Charger {
 public:
  Chain(const ServerOptions& options, Clock& clock);

  // Authenticates into `state->caller`, decides what can be decided at once, and counts the call
  // against its caller's rate, also where it is refused. `needs_scope` is set when the access rule
  // depends on the resource: then call CheckScope, too, which costs reads.
  absl::Status Admit(const Method& method, const Arrival& arrival, CallContext::State* state,
                     google::protobuf::Message* request, bool* needs_scope);
  // The call's handler has answered, and not refused.
  void Answered(const Method& method, const CallContext::State& state);
  void Charge(const CallContext& context, double calls) override;
  // By value: a coroutine outlives its caller's frame.
  Task<absl::Status> CheckScope(const Method& method, std::shared_ptr<CallContext::State> state,
                                google::protobuf::Message* request);

 private:
  absl::Status CheckCaller(const Method& method, const Arrival& arrival, CallContext::State* state,
                           google::protobuf::Message* request, bool* needs_scope);
  absl::Status CheckRate(const Method& method, const Arrival& arrival,
                         const CallContext::State& state);
  absl::Status Authenticate(const Method& method, const Arrival& arrival,
                            CallContext::State* state);
  // The caller that the token names. Bad tokens are counted by address: from one that has sent too
  // many of them, signatures of tokens never seen before are not even checked.
  absl::StatusOr<std::shared_ptr<const auth::Principal>> Verify(std::string_view token,
                                                                const std::string& address);
  // Whether the session that the token belongs to has ended.
  bool HasEnded(const auth::Principal& caller) const;
  // PERMISSION_DENIED, or what is malformed in a request that names nothing to permit.
  absl::Status Denial(const Method& method, google::protobuf::Message* request) const;

  const ServerOptions& options_;
  Clock& clock_;
  RateLimiter limiter_;
  RateLimiter writes_;  // of people, which strangers cannot make it forget
};

// The address of gRPC's peer string: "ipv4:10.0.0.7:51234" → "10.0.0.7", "ipv6:%5B::1%5D:7" →
// "::1".
std::string AddressOf(std::string_view peer);
// The address by which callers are counted. A subscriber has a whole IPv6 /64, so its first address
// stands for all; an IPv4 address in IPv6's dress is itself.
std::string NetworkOf(std::string_view address);

}  // namespace baodao::rpc::detail
