#include "common/rpc/detail/chain.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <asio/ip/address.hpp>
#include <utility>

#include "common/rpc/server.h"
#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::rpc::detail {
namespace {

constexpr std::string_view kScheme = "bearer ";

// The token of an authorization header; empty when it is of another scheme. The scheme's case is
// free (RFC 7235).
std::string_view BearerOf(std::string_view authorization) {
  if (authorization.size() < kScheme.size()) return {};
  const auto same = [](char wanted, char given) { return absl::ascii_tolower(given) == wanted; };
  if (!std::equal(kScheme.begin(), kScheme.end(), authorization.begin(), same)) return {};
  return authorization.substr(kScheme.size());
}

std::string OwnOf(const std::string& who, const Method& method) {
  return absl::StrCat(who, " ", method.route->name);
}

// Whether the call costs its caller for what it keeps, and so only where it succeeds.
bool IsWrite(const Method& method, const auth::Principal& caller) {
  return method.keeps_answers && caller.IsPerson();
}

}  // namespace

std::string AddressOf(std::string_view peer) {
  const bool v6 = peer.starts_with("ipv6:");
  if (!v6 && !peer.starts_with("ipv4:")) return std::string(peer);
  peer.remove_prefix(5);
  peer = peer.substr(0, peer.rfind(':'));
  for (const std::string_view bracket : {"%5B", "["}) {
    if (peer.starts_with(bracket)) peer.remove_prefix(bracket.size());
  }
  for (const std::string_view bracket : {"%5D", "]"}) {
    if (peer.ends_with(bracket)) peer.remove_suffix(bracket.size());
  }
  return std::string(peer);
}

std::string NetworkOf(std::string_view address) {
  if (address.find(':') == address.npos) return std::string(address);  // no IPv6, as most
  asio::error_code error;
  const asio::ip::address parsed = asio::ip::make_address(address, error);
  if (error || !parsed.is_v6() || parsed.is_loopback()) return std::string(address);
  const asio::ip::address_v6 v6 = parsed.to_v6();
  if (v6.is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_string();
  }
  asio::ip::address_v6::bytes_type bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), 0);
  return asio::ip::make_address_v6(bytes).to_string();
}

Chain::Chain(const ServerOptions& options, Clock& clock)
    : options_(options),
      clock_(clock),
      limiter_(options.rate_limits.max_callers),
      writes_(options.rate_limits.max_callers) {}

absl::StatusOr<std::shared_ptr<const auth::Principal>> Chain::Verify(std::string_view token,
                                                                     const std::string& address) {
  // Counted apart from calls: a caller who shares an address with many strangers may still show a
  // new token.
  const std::string counted = absl::StrCat(address, " tokens");
  const Bucket& bucket = options_.rate_limits.anonymous;
  const auto now = std::chrono::steady_clock::now();
  if (!options_.verifier->Remembers(token)) {
    const Millis wait = limiter_.Wait(counted, bucket, now);
    if (wait > Millis(0)) return RefuseFor(Reason::RATE_LIMITED, wait);
  }
  auto caller = options_.verifier->Verify(token, clock_.Now());
  if (!caller.ok()) limiter_.Take(counted, bucket, now);
  return caller;
}

absl::Status Chain::Authenticate(const Method& method, const Arrival& arrival,
                                 CallContext::State* state) {
  if (arrival.authorization.empty())
    return absl::OkStatus();  // the access rule decides whether that will do
  const std::string_view token = BearerOf(arrival.authorization);
  absl::StatusOr<std::shared_ptr<const auth::Principal>> caller =
      token.empty() ? Refuse(Reason::TOKEN_INVALID) : Verify(token, arrival.address);
  if (caller.ok() && HasEnded(**caller)) caller = Refuse(Reason::SESSION_ENDED);
  if (caller.ok()) {
    state->caller = *std::move(caller);
    return absl::OkStatus();
  }
  // A stale token must not keep anybody from what everybody may do, such as signing in again.
  return method.access.is_public() ? absl::OkStatus() : std::move(caller).status();
}

bool Chain::HasEnded(const auth::Principal& caller) const {
  return options_.ended_sessions != nullptr && !caller.session_id.empty() &&
         options_.ended_sessions->Contains(caller.session_id);
}

absl::Status Chain::CheckCaller(const Method& method, const Arrival& arrival,
                                CallContext::State* state, google::protobuf::Message* request,
                                bool* needs_scope) {
  RETURN_IF_ERROR(arrival.oversized);
  RETURN_IF_ERROR(Authenticate(method, arrival, state));
  if (!arrival.decoded.ok()) {
    // Nothing in it can be trusted to decide who may call; a stranger learns only that.
    if (!method.access.is_public() && state->caller->IsAnonymous()) {
      return Refuse(Reason::UNAUTHENTICATED);
    }
    return arrival.decoded;
  }
  switch (method.access.Decide(*state->caller, *request, options_.access)) {
    case Verdict::kAllowed:
      return absl::OkStatus();
    case Verdict::kSignIn:
      return Refuse(Reason::UNAUTHENTICATED);
    case Verdict::kDenied:
      return Denial(method, request);
    case Verdict::kNeedsScope:
      break;
  }
  if (method.access.LacksValues(*request)) return Denial(method, request);
  *needs_scope = true;
  return absl::OkStatus();
}

absl::Status Chain::Admit(const Method& method, const Arrival& arrival, CallContext::State* state,
                          google::protobuf::Message* request, bool* needs_scope) {
  absl::Status admitted = CheckCaller(method, arrival, state, request, needs_scope);
  // Refused calls count as well: guessing and flooding have their limit, too.
  RETURN_IF_ERROR(CheckRate(method, arrival, *state));
  return admitted;
}

Task<absl::Status> Chain::CheckScope(const Method& method,
                                     std::shared_ptr<CallContext::State> state,
                                     google::protobuf::Message* request) {
  // The store is asked about well-formed ids only.
  CO_RETURN_IF_ERROR(method.bounds.Check(request));
  std::string resource = method.access.ResourceOf(*request);
  absl::StatusOr<Scope> scope =
      co_await options_.access.resolve(CallContext(state), std::move(resource));
  if (!scope.ok()) co_return std::move(scope).status();
  if (method.access.Decide(*state->caller, *scope, options_.access)) co_return absl::OkStatus();
  co_return Refuse(Reason::PERMISSION_DENIED);
}

absl::Status Chain::Denial(const Method& method, google::protobuf::Message* request) const {
  if (method.access.LacksValues(*request)) RETURN_IF_ERROR(method.bounds.Check(request));
  return Refuse(Reason::PERMISSION_DENIED);
}

absl::Status Chain::CheckRate(const Method& method, const Arrival& arrival,
                              const CallContext::State& state) {
  const auth::Principal& caller = *state.caller;
  if (caller.IsService()) return absl::OkStatus();
  const RateLimits& limits = options_.rate_limits;
  const std::string& who = caller.IsPerson() ? caller.person_id : arrival.address;
  const Bucket& common = caller.IsPerson() ? limits.person : limits.anonymous;
  const auto now = std::chrono::steady_clock::now();
  const bool write = IsWrite(method, caller);
  Millis wait = method.bucket && !write ? limiter_.Take(OwnOf(who, method), *method.bucket, now)
                                        : limiter_.Take(who, common, now);
  if (write) wait = std::max(wait, writes_.Wait(who, limits.writes, now));
  if (write && method.bucket) {
    wait = std::max(wait, writes_.Wait(OwnOf(who, method), *method.bucket, now));
  }
  if (wait == Millis(0)) return absl::OkStatus();
  return RefuseFor(Reason::RATE_LIMITED, wait);
}

void Chain::Answered(const Method& method, const CallContext::State& state) {
  if (!IsWrite(method, *state.caller)) return;
  const std::string& who = state.caller->person_id;
  const auto now = std::chrono::steady_clock::now();
  writes_.Charge(who, options_.rate_limits.writes, 1, now);
  if (method.bucket) writes_.Charge(OwnOf(who, method), *method.bucket, 1, now);
}

void Chain::Charge(const CallContext& context, double calls) {
  const auth::Principal& caller = context.caller();
  if (caller.IsService()) return;
  const RateLimits& limits = options_.rate_limits;
  const std::string& who = caller.IsPerson() ? caller.person_id : context.address();
  limiter_.Charge(who, caller.IsPerson() ? limits.person : limits.anonymous, calls,
                  std::chrono::steady_clock::now());
}

}  // namespace baodao::rpc::detail
