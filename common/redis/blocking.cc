#include "common/redis/blocking.h"

#include <algorithm>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <string>

#include "common/redis/dial.h"
#include "common/redis/topology.h"

namespace baodao::redis {
namespace {

absl::Status Cancelled() { return absl::CancelledError("redis: the call was cancelled"); }

// Shared with the call in progress, which may outlive the connection object.
struct State {
  State(std::shared_ptr<Core> core, std::shared_ptr<Route> route, int slot)
      : core(std::move(core)), route(std::move(route)), slot(slot), pause(this->core->loop) {}

  const std::shared_ptr<Core> core;
  const std::shared_ptr<Route> route;
  const int slot;
  asio::steady_timer pause;  // between attempts to connect
  std::shared_ptr<Link> link;
  Endpoint endpoint;  // of the link
  size_t next_endpoint = 0;
  bool busy = false;
  bool closed = false;
  bool cancelled = false;  // the call in progress
  Dial* dial = nullptr;
  Wait* wait = nullptr;

  void Cancel() {
    if (!busy) return;
    cancelled = true;
    pause.cancel();
    if (dial != nullptr) dial->Abort();
    if (wait != nullptr) core->waits->Cancel(*wait);
  }
};

// Leaves the state in order however a call ends, also when its coroutine is destroyed.
struct Busy {
  explicit Busy(State& state) : state(state) {
    state.busy = true;
    state.cancelled = false;
  }
  ~Busy() {
    state.busy = false;
    state.dial = nullptr;
    state.wait = nullptr;
    if (drop && state.link) std::exchange(state.link, nullptr)->Close("the call was given up");
  }
  State& state;
  bool drop = true;  // until the command was answered
};

Task<absl::Status> DialOnce(std::shared_ptr<State> state, Instant deadline) {
  const std::vector<Endpoint> endpoints = state->route->EndpointsFor(state->slot);
  state->endpoint = endpoints[state->next_endpoint++ % endpoints.size()];
  const Config& config = state->core->config;
  Dial dial(state->core->loop, state->core->waits, config, state->endpoint, Millis::zero());
  state->dial = &dial;
  const Instant limit = std::chrono::steady_clock::now() + config.connect_timeout;
  const absl::Status status = co_await dial.Run(std::min(deadline, limit));
  state->dial = nullptr;
  if (status.ok()) state->link = dial.link();
  co_return status;
}

// Like the calls of a Client: tries for Config::outage_grace, then says so.
Task<absl::Status> EnsureLink(std::shared_ptr<State> state, Instant deadline) {
  const Config& config = state->core->config;
  const Instant end = std::min(deadline, std::chrono::steady_clock::now() + config.outage_grace);
  Millis backoff = config.backoff_min;
  while (state->link == nullptr || !state->link->is_open()) {
    const absl::Status status = co_await DialOnce(state, deadline);
    if (state->cancelled) co_return Cancelled();
    if (status.ok()) break;
    if (status.code() != absl::StatusCode::kUnavailable) co_return status;
    const Millis wait = state->core->Jitter(backoff);
    if (std::chrono::steady_clock::now() + wait >= end)
      co_return NotSentError(std::string(status.message()));
    asio::error_code ignored;
    state->pause.expires_after(wait);
    co_await state->pause.async_wait(asio::redirect_error(kAwait, ignored));
    if (state->cancelled) co_return Cancelled();
    backoff = std::min(backoff * 2, config.backoff_max);
  }
  co_return absl::OkStatus();
}

Task<absl::StatusOr<Reply>> CallConnected(std::shared_ptr<State> state, const Command& command,
                                          Instant deadline, Busy& busy) {
  for (int redirects = 0;; ++redirects) {
    absl::Status status = co_await EnsureLink(state, deadline);
    if (!status.ok()) co_return status;
    Answer answer;
    WaitRef wait = state->core->waits->Begin(&answer, 1, deadline);
    state->wait = wait.get();
    state->link->Send(command.wire(), wait, &answer);
    ++state->core->counters.calls;
    co_await state->core->waits->Await(std::move(wait));
    state->wait = nullptr;
    const bool redirected = answer.IsError() && ParseRedirect(answer.reply.text, state->endpoint);
    if (redirected && redirects < kMaxRedirects) {
      ++state->core->counters.redirects;
      state->route->Redirected(answer.reply.text, state->endpoint);
      state->next_endpoint = 0;
      std::exchange(state->link, nullptr)->Close("redirected");
      continue;
    }
    busy.drop = answer.state != Answer::State::kReply;
    co_return std::move(answer).Take(state->link->cause());
  }
}

Task<absl::StatusOr<Reply>> CallBlocking(std::shared_ptr<State> state, Command command,
                                         Options options) {
  if (state->closed) co_return Cancelled();
  if (state->busy) {
    co_return absl::FailedPreconditionError(
        "redis: a blocking connection takes one call at a time");
  }
  Busy busy(*state);
  const Instant start = std::chrono::steady_clock::now();
  const Instant deadline = DeadlineOf(options, start);
  absl::StatusOr<Reply> result = Cancelled();
  try {
    result = co_await CallConnected(state, command, deadline, busy);
  } catch (const asio::system_error&) {
    // The calling coroutine was cancelled between two steps of connecting.
  }
  state->core->Observe(command, start, result.status());
  co_return result;
}

class Blocking final : public BlockingConnection {
 public:
  explicit Blocking(std::shared_ptr<State> state) : state_(std::move(state)) {}
  ~Blocking() override { Close(); }

  Task<absl::StatusOr<Reply>> Call(Command command, Options options) override {
    return CallBlocking(state_, std::move(command), options);
  }
  void Cancel() override { state_->Cancel(); }
  void Close() override {
    state_->closed = true;
    state_->Cancel();
    if (!state_->busy && state_->link) state_->link->Close("closed");
  }

 private:
  const std::shared_ptr<State> state_;
};

}  // namespace

std::unique_ptr<BlockingConnection> NewBlockingConnection(std::shared_ptr<Core> core,
                                                          std::shared_ptr<Route> route, int slot) {
  return std::make_unique<Blocking>(
      std::make_shared<State>(std::move(core), std::move(route), slot));
}

}  // namespace baodao::redis
