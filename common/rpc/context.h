// The call that a handler serves: caller, deadline, trace, address. Copies share one state, so
// passing by value is cheap.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "common/auth/principal.h"
#include "common/clock/clock.h"
#include "common/status/status.h"

namespace baodao::rpc {

using SteadyTime = std::chrono::steady_clock::time_point;

// The part of a W3C traceparent that is carried along: 32 lower-case hex digits.
using TraceId = std::array<char, 32>;

// A fresh, random trace id. Any thread.
TraceId NewTraceId();
// The trace id of a `traceparent` header; false when the header is malformed (then `out` is
// untouched).
bool ParseTraceparent(std::string_view header, TraceId* out);
// The header for a call made on behalf of this trace, with a fresh span id.
std::string Traceparent(const TraceId& trace);

class CallContext;

// The limiter of how often callers may call.
class Charger {
 public:
  // `calls` more on the account of the call's caller.
  virtual void Charge(const CallContext& context, double calls) = 0;

 protected:
  ~Charger() = default;
};

class CallContext {
 public:
  struct State {
    // Never null; Principal{} stands for a caller without a token.
    std::shared_ptr<const auth::Principal> caller;
    TraceId trace{};
    SteadyTime deadline = SteadyTime::max();
    Locale locale = Locale::kZh;
    std::string peer;
    std::string address;
    // "baodao.dispatch.v1.TaskService/ClaimTask"; lives as long as the process.
    std::string_view method;
    std::atomic<bool> cancelled{false};
    Charger* charger = nullptr;  // outlives the call
    // The record that the access rule has read, and its key: see Keep.
    std::string kept_key;
    std::shared_ptr<const void> kept;
  };

  // A call that began inside this process: a worker, a timer, a test. No deadline unless one is
  // given.
  static CallContext Internal(auth::Principal caller, std::string_view method = "internal",
                              SteadyTime deadline = SteadyTime::max());
  explicit CallContext(std::shared_ptr<State> state) : state_(std::move(state)) {}

  const auth::Principal& caller() const { return *state_->caller; }
  std::string_view trace_id() const { return {state_->trace.data(), state_->trace.size()}; }
  const TraceId& trace() const { return state_->trace; }
  // Monotonic; the answer is worthless after it.
  SteadyTime deadline() const { return state_->deadline; }
  // Never negative; about 24 days when there is no deadline.
  Millis remaining() const;
  Locale locale() const { return state_->locale; }
  // gRPC's form: "ipv4:10.0.0.7:51234". Not authenticated.
  const std::string& peer() const { return state_->peer; }
  // The address that the client calls from, without a port: "10.0.0.7". The peer, or whom a trusted
  // proxy named as `x-real-ip`. Empty for calls that began inside this process.
  const std::string& address() const { return state_->address; }
  std::string_view method() const { return state_->method; }
  // The client has gone or its deadline passed: the answer will be dropped. A unary handler may
  // stop early between commits, but need not look.
  bool cancelled() const { return state_->cancelled.load(std::memory_order_relaxed); }
  // This call costs as much as `calls` more of them: the caller's next ones wait for it. Loop
  // thread.
  void Charge(double calls) const {
    if (calls > 0 && state_->charger != nullptr) state_->charger->Charge(*this, calls);
  }

  // Leaves what was read for the access rule to the handler of the same call, which takes it once:
  // a second look is to see what has changed. In a stream it grows old. Loop thread.
  void Keep(std::string key, std::shared_ptr<const void> value) const {
    state_->kept_key = std::move(key);
    state_->kept = std::move(value);
  }
  // nullptr where nothing is left under this key.
  std::shared_ptr<const void> Take(std::string_view key) const {
    if (key != state_->kept_key) return nullptr;
    return std::exchange(state_->kept, nullptr);
  }

 private:
  std::shared_ptr<State> state_;
};

}  // namespace baodao::rpc
