#include "common/redis/nodes.h"

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <unordered_set>
#include <utility>

#include "common/redis/dial.h"

namespace baodao::redis {
namespace {

constexpr Millis kRefreshPause{100};
constexpr Millis kQuestionTimeout{1000};

}  // namespace

Task<absl::StatusOr<Topology>> AskTopology(std::shared_ptr<Core> core, std::shared_ptr<Link> link,
                                           std::string host, Instant deadline) {
  const Command question = Command::Any("CLUSTER", "SLOTS");
  Answer answer;
  co_await Exchange(core->waits, link, &question, &answer, 1, deadline);
  const absl::StatusOr<Reply> reply = std::move(answer).Take(link->cause());
  if (!reply.ok()) co_return reply.status();
  co_return ParseSlots(*reply, host);
}

void Nodes::Start(const Topology& topology, std::shared_ptr<Link> link, const Endpoint& endpoint) {
  const auto same = std::find(topology.primaries.begin(), topology.primaries.end(), endpoint);
  if (same == topology.primaries.end()) {
    link->Close("only asked for the layout");
  } else {
    const auto node = std::make_shared<Node>();
    node->endpoint = endpoint;
    const std::vector<Endpoint> endpoints(1, endpoint);
    node->connection = std::make_shared<Connection>(core_, endpoints, Connection::Role::kAny);
    node->connection->Start(std::move(link));
    nodes_.push_back(node);
  }
  Adopt(topology);
}

void Nodes::Close() {
  core_->closed = true;
  for (const std::shared_ptr<Node>& node : nodes_) node->connection->Close();
}

std::shared_ptr<Node> Nodes::For(int slot) const {
  if (slot >= 0 && owners_[slot] != nullptr) return owners_[slot];
  const auto up = std::find_if(nodes_.begin(), nodes_.end(), [](const std::shared_ptr<Node>& node) {
    return node->connection->up();
  });
  return up != nodes_.end() ? *up : nodes_.front();
}

std::shared_ptr<Node> Nodes::At(const Endpoint& endpoint) {
  for (const std::shared_ptr<Node>& node : nodes_) {
    if (node->endpoint == endpoint) return node;
  }
  auto node = std::make_shared<Node>();
  node->endpoint = endpoint;
  const std::vector<Endpoint> endpoints(1, endpoint);
  node->connection = std::make_shared<Connection>(core_, endpoints, Connection::Role::kAny);
  node->connection->Start(nullptr);
  nodes_.push_back(node);
  return node;
}

std::vector<std::shared_ptr<Node>> Nodes::Primaries() const {
  std::vector<std::shared_ptr<Node>> primaries;
  for (const std::shared_ptr<Node>& node : nodes_) {
    if (std::find(owners_.begin(), owners_.end(), node) != owners_.end()) primaries.push_back(node);
  }
  return primaries;
}

void Nodes::Moved(const Redirect& redirect) {
  owners_[redirect.slot] = At(redirect.to);
  RequestRefresh();
}

std::vector<Endpoint> Nodes::EndpointsFor(int slot) {
  std::vector<Endpoint> endpoints(1, For(slot)->endpoint);
  RequestRefresh();  // what is asked for is being connected to: a good time to be up to date
  return endpoints;
}

void Nodes::Redirected(std::string_view line, const Endpoint& from) {
  const std::optional<Redirect> redirect = ParseRedirect(line, from);
  if (redirect && !core_->closed) Moved(*redirect);
}

// Nodes without slots go when nothing waits for them any more.
void Nodes::Adopt(const Topology& topology) {
  std::vector<std::shared_ptr<Node>> primaries;
  for (const Endpoint& endpoint : topology.primaries) primaries.push_back(At(endpoint));
  for (size_t slot = 0; slot < kSlots; ++slot) {
    const int16_t index = topology.owner[slot];
    owners_[slot] = index == Topology::kNobody ? nullptr : primaries[static_cast<size_t>(index)];
  }
  std::erase_if(nodes_, [&](const std::shared_ptr<Node>& node) {
    const bool needed = std::find(primaries.begin(), primaries.end(), node) != primaries.end();
    if (needed || node->connection->in_flight() > 0) return false;
    node->connection->Close();
    return true;
  });
}

void Nodes::RequestRefresh() {
  if (refreshing_ || core_->closed) return;
  refreshing_ = true;
  asio::co_spawn(core_->loop, Refresh(shared_from_this()), asio::detached);
}

Task<void> Nodes::Refresh(std::shared_ptr<Nodes> self) {
  asio::steady_timer pause(self->core_->loop);
  while (!self->core_->closed) {
    bool done = co_await self->AskAround();
    if (!done && !self->core_->closed) done = co_await self->AskSeeds();
    pause.expires_after(self->core_->Jitter(kRefreshPause));
    asio::error_code ignored;
    co_await pause.async_wait(asio::redirect_error(kAwait, ignored));
    if (done) break;
  }
  self->refreshing_ = false;
}

Task<bool> Nodes::AskAround() {
  const std::vector<std::shared_ptr<Node>> nodes = nodes_;
  for (const std::shared_ptr<Node>& node : nodes) {
    if (!node->connection->up()) continue;
    const Instant deadline = std::chrono::steady_clock::now() + kQuestionTimeout;
    const absl::StatusOr<Topology> topology =
        co_await AskTopology(core_, node->connection->link(), node->endpoint.host, deadline);
    if (core_->closed) co_return false;
    if (!topology.ok()) continue;
    Adopt(*topology);
    co_return true;
  }
  co_return false;
}

Task<bool> Nodes::AskSeeds() {
  const std::vector<Endpoint> seeds = EndpointsOf(core_->config);
  for (const Endpoint& seed : seeds) {
    Dial dial(core_->loop, core_->waits, core_->config, seed, core_->config.stall_limit);
    const Instant deadline = std::chrono::steady_clock::now() + kQuestionTimeout;
    const absl::Status status = co_await dial.Run(deadline);
    if (!status.ok() || core_->closed) continue;
    const absl::StatusOr<Topology> topology =
        co_await AskTopology(core_, dial.link(), seed.host, deadline);
    dial.link()->Close("only asked for the layout");
    if (!topology.ok() || core_->closed) continue;
    Adopt(*topology);
    co_return true;
  }
  co_return false;
}

}  // namespace baodao::redis
