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

void CallList::Append(Call* call) {
  call->previous_ = last_;
  (last_ == nullptr ? first_ : last_->next_) = call;
  last_ = call;
}

void CallList::Remove(Call* call) {
  (call->previous_ == nullptr ? first_ : call->previous_->next_) = call->next_;
  (call->next_ == nullptr ? last_ : call->next_->previous_) = call->previous_;
  call->previous_ = call->next_ = nullptr;
}

Call* CallList::After(const Call* call) { return call->next_; }

Engine::Engine(asio::io_context& loop, ServerOptions options)
    : loop_(loop),
      queue_(LoopQueue::Of(loop)),
      options_(std::move(options)),
      metrics_(*options_.metrics),
      chain_(options_, options_.clock == nullptr ? SystemClock() : *options_.clock),
      max_message_bytes_(options_.max_message_bytes),
      sweep_timer_(loop),
      idle_timer_(loop) {}

absl::Status Engine::Prepare(const Router& router) {
  std::size_t largest = 0;
  for (const Route& route : router.routes()) {
    largest = std::max(largest, validate::LargestSize(route.request));
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
  max_message_bytes_ = std::min(max_message_bytes_, largest);
  for (const auto& [name, bucket] : options_.rate_limits.methods) {
    const auto named = [&name = name](const Route& route) { return route.name == name; };
    if (std::none_of(router.routes().begin(), router.routes().end(), named)) {
      return absl::FailedPreconditionError(absl::StrCat("a rate limit names ", name, ", no RPC"));
    }
  }
  return absl::OkStatus();
}

void Engine::Add(Call* call) {
  calls_.Append(call);
  ++live_;
  if (!call->streaming()) {
    ++live_unary_;
    call->method_.limit->Add();
  }
  if (!sweeping_) ArmSweep();
}

void Engine::Remove(Call* call) {
  calls_.Remove(call);
  --live_;
  if (!call->streaming()) {
    --live_unary_;
    call->method_.limit->Remove();
  }
  if (live_ == 0) idle_timer_.cancel();
}

void Engine::Await(Call* call) {
  bool watch = false;
  {
    const std::lock_guard lock(waiting_mutex_);
    waiting_.Append(call);
    call->awaited_ = true;
    watch = watching_ == Watching::kNo;
    if (watch) watching_ = Watching::kPosted;
  }
  if (watch) queue_.Post(&watch_);
}

bool Engine::StopAwaiting(Call* call) {
  const std::lock_guard lock(waiting_mutex_);
  if (!call->awaited_) return false;
  call->awaited_ = false;
  waiting_.Remove(call);
  return true;
}

void Engine::Watch::OnLoop() {
  {
    const std::lock_guard lock(engine->waiting_mutex_);
    engine->watching_ = Watching::kYes;
  }
  if (!engine->sweeping_) engine->ArmSweep();
}

bool Engine::GiveUpWaiting(SteadyTime limit, const absl::Status& why) {
  std::vector<Call*> late;
  bool any = false;
  {
    const std::lock_guard lock(waiting_mutex_);
    for (Call* call = waiting_.first(); call != nullptr && call->started() < limit;
         call = waiting_.first()) {
      waiting_.Remove(call);
      call->awaited_ = false;
      late.push_back(call);
    }
    any = !waiting_.empty();
    if (!any && watching_ == Watching::kYes) watching_ = Watching::kNo;
  }
  for (Call* call : late) call->GiveUp(why);
  return any;
}

void Engine::AddLeaving(Call* call) {
  {
    const std::lock_guard lock(leaving_mutex_);
    call->concluded_ = std::chrono::steady_clock::now();
    call->leaving_ = true;
    leaving_.Append(call);
  }
  if (!sweeping_) ArmSweep();
}

void Engine::RemoveLeaving(Call* call) {
  const std::lock_guard lock(leaving_mutex_);
  if (!call->leaving_) return;
  call->leaving_ = false;
  leaving_.Remove(call);
}

bool Engine::CancelLeaving(SteadyTime limit) {
  const std::lock_guard lock(leaving_mutex_);  // keeps gRPC from letting go of the call meanwhile
  for (Call* call = leaving_.first(); call != nullptr && call->concluded_ < limit;
       call = leaving_.first()) {
    RemoveLeaving(call);
    call->raw_.context().TryCancel();
  }
  return !leaving_.empty();
}

void Engine::ArmSweep() {
  sweeping_ = true;
  sweep_timer_.expires_after(kSweepEvery);
  sweep_timer_.async_wait([self = weak_from_this()](asio::error_code error) {
    const auto engine = self.lock();
    if (engine == nullptr || error) return;
    engine->sweeping_ = false;
    engine->Sweep();
    const SteadyTime now = std::chrono::steady_clock::now();
    const ServerOptions& options = engine->options_;
    const bool waiting =
        engine->GiveUpWaiting(now - options.message_timeout, Refuse(Reason::MESSAGE_TOO_SLOW));
    const bool leaving = engine->CancelLeaving(now - options.answer_timeout);
    if (!engine->sweeping_ && (engine->live_ > 0 || waiting || leaving)) engine->ArmSweep();
  });
}

void Engine::Sweep() {
  const SteadyTime now = std::chrono::steady_clock::now();
  for (Call* call = calls_.first(); call != nullptr;) {
    Call* next = CallList::After(call);
    // Beyond the client's own deadline gRPC has told the client already; this frees our side.
    if (now >= call->due()) call->CutOff(Refuse(Reason::DEADLINE_EXCEEDED));
    call = next;
  }
  for (const Method& method : methods_) method.limit->Measure(now);
}

void Engine::StartDraining() {
  if (draining_) return;
  draining_ = true;
  std::vector<Call*> streams;
  for (Call* call = calls_.first(); call != nullptr; call = CallList::After(call)) {
    if (call->streaming()) streams.push_back(call);
  }
  for (Call* call : streams) call->Close();  // only wakes: nobody leaves the list meanwhile
  GiveUpWaiting(SteadyTime::max(), Refuse(Reason::SHUTTING_DOWN));
}

void Engine::EndStreams(const std::function<bool(const auth::Principal&)>& whose,
                        const absl::Status& why) {
  for (Call* call = calls_.first(); call != nullptr;) {
    Call* next = CallList::After(call);
    if (call->streaming() && whose(call->caller())) call->CutOff(why);
    call = next;
  }
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
  GiveUpWaiting(SteadyTime::max(), Refuse(Reason::SHUTTING_DOWN));
  while (!calls_.empty()) calls_.first()->CutOff(Refuse(Reason::SHUTTING_DOWN));
}

}  // namespace baodao::rpc::detail
