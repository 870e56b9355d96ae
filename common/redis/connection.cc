#include "common/redis/connection.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <utility>

#include "common/log/log.h"
#include "common/redis/errors.h"

namespace baodao::redis {

std::vector<Endpoint> EndpointsOf(const Config& config) {
  std::vector<Endpoint> endpoints;
  endpoints.push_back(config.unix_path.empty() ? Endpoint{config.host, config.port}
                                               : Endpoint{"", 0});
  endpoints.insert(endpoints.end(), config.more_nodes.begin(), config.more_nodes.end());
  return endpoints;
}

Millis AttemptTimeout(const Config& config) {
  return config.connect_timeout / static_cast<int64_t>(1 + config.more_nodes.size());
}

Connection::Connection(std::shared_ptr<Core> core, std::vector<Endpoint> endpoints, Role role)
    : core_(std::move(core)),
      endpoints_(std::move(endpoints)),
      role_(role),
      pause_(core_->loop),
      down_since_(std::chrono::steady_clock::now()) {}

void Connection::Start(std::shared_ptr<Link> link) {
  if (link != nullptr && link->is_open()) Up(std::move(link));
  asio::co_spawn(core_->loop, Run(shared_from_this()), asio::detached);
}

void Connection::Up(std::shared_ptr<Link> link) {
  link_ = std::move(link);
  link_->OnClosed([weak = weak_from_this()] {
    if (const std::shared_ptr<Connection> self = weak.lock()) self->Down();
  });
  if (was_up_) {
    ++core_->counters.reconnects;
    const auto down = std::chrono::steady_clock::now() - down_since_;
    log::Info("redis.back", {{"endpoint", Name()},
                             {"down_ms", std::chrono::duration_cast<Millis>(down).count()}});
  }
  was_up_ = true;
  WakeAll();
}

void Connection::Down() {
  last_error_ = link_->cause();
  down_since_ = std::chrono::steady_clock::now();
  pause_.cancel();
  if (!closed_) log::Warn("redis.lost", {{"endpoint", Name()}, {"cause", last_error_}});
}

std::string Connection::Name() const {
  std::string name;
  for (const Endpoint& endpoint : endpoints_) {
    if (!name.empty()) name += ",";
    name += endpoint.host.empty() ? core_->config.unix_path
                                  : absl::StrCat(endpoint.host, ":", endpoint.port);
  }
  return name;
}

bool Connection::DownForLong() const {
  return !up() && std::chrono::steady_clock::now() >= down_since_ + core_->config.outage_grace;
}

Task<void> Connection::Run(std::shared_ptr<Connection> self) {
  Millis backoff = self->core_->config.backoff_min;
  asio::error_code ignored;
  while (!self->closed_) {
    if (!self->up()) co_await self->DialOnce();
    if (self->closed_) break;
    if (self->up()) {
      backoff = self->core_->config.backoff_min;
      self->pause_.expires_at(Instant::max());
      co_await self->pause_.async_wait(asio::redirect_error(kAwait, ignored));
    } else {
      self->pause_.expires_after(self->core_->Jitter(backoff));
      co_await self->pause_.async_wait(asio::redirect_error(kAwait, ignored));
      backoff = std::min(backoff * 2, self->core_->config.backoff_max);
    }
  }
}

Task<void> Connection::DialOnce() {
  const Endpoint& endpoint = endpoints_[next_endpoint_++ % endpoints_.size()];
  Dial dial(core_->loop, core_->waits, core_->config, endpoint, core_->config.stall_limit);
  dial_ = &dial;
  const Instant deadline = std::chrono::steady_clock::now() + AttemptTimeout(core_->config);
  absl::Status status = co_await dial.Run(deadline);
  dial_ = nullptr;
  if (status.ok() && role_ == Role::kPrimary && !dial.info().primary) {
    status = absl::UnavailableError("the server is a replica");
    dial.link()->Close("a replica");
  }
  if (status.ok() && !closed_) {
    Up(dial.link());
  } else if (!status.ok()) {
    last_error_ = std::string(status.message());
  }
}

Task<absl::Status> Connection::AwaitUp(std::shared_ptr<Connection> connection, Instant deadline) {
  const Millis grace = connection->core_->config.outage_grace;
  while (!connection->up() || connection->core_->closed) {
    if (connection->core_->closed) co_return NotSentError("the client is closed");
    const Instant end = std::min(deadline, connection->down_since_ + grace);
    if (std::chrono::steady_clock::now() >= end) {
      co_return NotSentError("not connected: " + connection->last_error_);
    }
    asio::steady_timer turn(connection->core_->loop, end);
    connection->waiting_.insert(&turn);
    asio::error_code error;
    co_await turn.async_wait(asio::redirect_error(kAwait, error));
    const bool woken = connection->waiting_.erase(&turn) == 0;
    if (error && !woken) co_return absl::CancelledError("redis: the call was cancelled");
  }
  co_return absl::OkStatus();
}

void Connection::WakeAll() {
  for (asio::steady_timer* turn : std::exchange(waiting_, {})) turn->cancel();
}

void Connection::Reconnect(const std::string& cause) {
  if (link_) link_->Close(cause);
}

void Connection::Close() {
  if (closed_) return;
  closed_ = true;
  last_error_ = "the client is closed";
  if (dial_ != nullptr) dial_->Abort();
  if (link_) link_->Close("the client is closed");
  pause_.cancel();
  WakeAll();
}

}  // namespace baodao::redis
