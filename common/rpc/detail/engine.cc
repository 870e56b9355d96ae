#include "common/rpc/detail/engine.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <asio/redirect_error.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "common/rpc/detail/call.h"
#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::rpc::detail {
namespace {

// How late a deadline of ours may be noticed. (gRPC itself watches those of clients.)
constexpr Millis kSweepEvery{200};

}  // namespace

Engine::Engine(asio::io_context& loop, ServerOptions options)
    : loop_(loop),
      queue_(LoopQueue::Of(loop)),
      options_(std::move(options)),
      metrics_(*options_.metrics),
      chain_(options_, options_.clock == nullptr ? SystemClock() : *options_.clock),
      sweep_timer_(loop),
      idle_timer_(loop) {}

absl::Status Engine::Prepare(const Router& router) {
  for (const Route& route : router.routes()) {
    ASSIGN_OR_RETURN(AccessPlan access, AccessPlan::Compile(route.method));
    if (access.needs_resource() && !options_.access.resolve) {
      return absl::FailedPreconditionError(
          absl::StrCat(route.name, ": its access rule needs a scope resolver, and there is none"));
    }
    if (access.needs_area() && !options_.access.covers) {
      return absl::FailedPreconditionError(
          absl::StrCat(route.name, ": its access rule needs the area tree, and there is none"));
    }
    metrics::RpcMetrics::Method* metrics =
        metrics_.Add(route.streaming ? "server_stream" : "unary",
                     route.method->service()->full_name(), route.method->name());
    const auto own = options_.rate_limits.methods.find(route.name);
    methods_.emplace_back(
        route, std::move(access), metrics,
        own == options_.rate_limits.methods.end() ? std::nullopt : std::make_optional(own->second));
  }
  for (const auto& [name, bucket] : options_.rate_limits.methods) {
    const auto named = [&name = name](const Route& route) { return route.name == name; };
    if (std::none_of(router.routes().begin(), router.routes().end(), named)) {
      return absl::FailedPreconditionError(absl::StrCat("a rate limit names ", name, ", no RPC"));
    }
  }
  return absl::OkStatus();
}

void Engine::Add(Call* call) {
  call->next_ = first_;
  if (first_ != nullptr) first_->previous_ = call;
  first_ = call;
  ++live_;
  if (!call->streaming()) ++live_unary_;
  if (!sweeping_) ArmSweep();
}

void Engine::Remove(Call* call) {
  if (call->previous_ != nullptr) {
    call->previous_->next_ = call->next_;
  } else {
    first_ = call->next_;
  }
  if (call->next_ != nullptr) call->next_->previous_ = call->previous_;
  call->previous_ = call->next_ = nullptr;
  --live_;
  if (!call->streaming()) --live_unary_;
  if (live_ == 0) idle_timer_.cancel();
}

void Engine::ArmSweep() {
  sweeping_ = true;
  sweep_timer_.expires_after(kSweepEvery);
  sweep_timer_.async_wait([self = weak_from_this()](asio::error_code error) {
    const auto engine = self.lock();
    if (engine == nullptr || error) return;
    engine->sweeping_ = false;
    engine->Sweep();
    if (engine->live_ > 0) engine->ArmSweep();
  });
}

void Engine::Sweep() {
  const SteadyTime now = std::chrono::steady_clock::now();
  for (Call* call = first_; call != nullptr;) {
    Call* next = call->next_;
    // Beyond the client's own deadline gRPC has told the client already; this frees our side.
    if (!call->streaming() && now >= call->deadline()) {
      call->MarkCancelled();
      call->End(Refuse(Reason::DEADLINE_EXCEEDED));
    }
    call = next;
  }
}

void Engine::StartDraining() {
  if (draining_) return;
  draining_ = true;
  std::vector<Call*> streams;
  for (Call* call = first_; call != nullptr; call = call->next_) {
    if (call->streaming()) streams.push_back(call);
  }
  for (Call* call : streams) call->Close();  // only wakes: nobody leaves the list meanwhile
}

Task<void> Engine::AwaitIdle(Millis grace) {
  const auto end = std::chrono::steady_clock::now() + grace;
  while (live_ > 0 && std::chrono::steady_clock::now() < end) {
    idle_timer_.expires_at(end);
    asio::error_code ignored;
    co_await idle_timer_.async_wait(asio::redirect_error(kAwait, ignored));
  }
}

void Engine::CutOff() {
  while (first_ != nullptr) {
    Call* call = first_;
    call->MarkCancelled();
    call->End(Refuse(Reason::SHUTTING_DOWN));  // removes it from the list
  }
}

}  // namespace baodao::rpc::detail
