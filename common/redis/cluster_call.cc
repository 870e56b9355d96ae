#include "common/redis/cluster_call.h"

#include <algorithm>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <string_view>
#include <utility>

#include "common/redis/dial.h"

namespace baodao::redis {
namespace {

constexpr Millis kReroute{50};  // how long a command waits for a node before it looks again
constexpr Millis kPauseMin{10};
constexpr Millis kPauseMax{200};

bool IsTransient(const Answer& answer) {
  return answer.IsError() && (answer.reply.text.starts_with("TRYAGAIN") ||
                              answer.reply.text.starts_with("CLUSTERDOWN"));
}

bool WasNotExecuted(const Answer& answer) {
  if (answer.state == Answer::State::kNotSent || IsTransient(answer)) return true;
  return answer.IsError() && ParseRedirect(answer.reply.text, Endpoint{}).has_value();
}

// One command looking for its node.
class RedirectedCall {
 public:
  RedirectedCall(std::shared_ptr<Core> core, std::shared_ptr<Nodes> nodes, const Command& command,
                 Instant start, Instant deadline)
      : core_(std::move(core)),
        nodes_(std::move(nodes)),
        command_(command),
        start_(start),
        deadline_(deadline) {}

  Task<absl::StatusOr<Reply>> Run();

 private:
  Task<absl::Status> AwaitNode();
  Task<void> Send(Answer* answer);
  Task<bool> Pause();
  bool Follow(const Answer& answer);

  const std::shared_ptr<Core> core_;
  const std::shared_ptr<Nodes> nodes_;
  const Command& command_;
  const Instant start_;
  const Instant deadline_;
  std::shared_ptr<Node> node_;
  bool asking_ = false;  // node_ was named by ASK
  int redirects_ = 0;
  Millis pause_ = kPauseMin;
};

Task<absl::StatusOr<Reply>> RedirectedCall::Run() {
  while (true) {
    const absl::Status status = co_await AwaitNode();
    if (!status.ok()) co_return status;
    Answer answer;
    co_await Send(&answer);
    const bool again = Follow(answer) || (IsTransient(answer) && co_await Pause());
    if (!again) co_return std::move(answer).Take(node_->connection->last_error());
  }
}

// The layout may change while a node is down, so it is looked at again and again.
Task<absl::Status> RedirectedCall::AwaitNode() {
  while (true) {
    if (!asking_) node_ = nodes_->For(command_.slot());
    const std::shared_ptr<Connection> connection = node_->connection;
    if (connection->up() && !core_->closed) co_return absl::OkStatus();
    nodes_->RequestRefresh();
    const Instant now = std::chrono::steady_clock::now();
    const Instant end = std::min(deadline_, start_ + core_->config.outage_grace);
    const absl::Status status =
        co_await Connection::AwaitUp(connection, std::min(end, now + kReroute));
    const bool give_up = core_->closed || connection->DownForLong() ||
                         std::chrono::steady_clock::now() >= end || absl::IsCancelled(status);
    if (!status.ok() && give_up) co_return status;
  }
}

Task<void> RedirectedCall::Send(Answer* answer) {
  const std::shared_ptr<Link> link = node_->connection->link();
  ++core_->counters.calls;
  if (!asking_) {
    co_await Exchange(core_->waits, link, &command_, answer, 1, deadline_);
    co_return;
  }
  const Command asking = Command::Any("ASKING");
  Answer answers[2];
  WaitRef wait = core_->waits->Begin(answers, 2, deadline_);
  link->Send(asking.wire(), wait, &answers[0]);
  link->Send(command_.wire(), wait, &answers[1]);
  co_await core_->waits->Await(std::move(wait));
  *answer = std::move(answers[1]);
}

// Whether the answer says to go elsewhere, and where.
bool RedirectedCall::Follow(const Answer& answer) {
  if (!answer.IsError()) return false;
  const std::optional<Redirect> redirect = ParseRedirect(answer.reply.text, node_->endpoint);
  if (!redirect || redirects_ >= kMaxRedirects || core_->closed) return false;
  ++redirects_;
  ++core_->counters.redirects;
  asking_ = redirect->ask;
  if (redirect->ask) {
    node_ = nodes_->At(redirect->to);
  } else {
    nodes_->Moved(*redirect);
  }
  return true;
}

// False when there is no time left, or the caller was cancelled.
Task<bool> RedirectedCall::Pause() {
  asking_ = false;
  nodes_->RequestRefresh();
  asio::steady_timer timer(core_->loop, core_->Jitter(pause_));
  pause_ = std::min(pause_ * 2, kPauseMax);
  if (timer.expiry() >= deadline_) co_return false;
  asio::error_code error;
  co_await timer.async_wait(asio::redirect_error(kAwait, error));
  co_return !error && !core_->closed;
}

}  // namespace

Task<absl::StatusOr<Reply>> CallSlot(std::shared_ptr<Core> core, std::shared_ptr<Nodes> nodes,
                                     const Command& command, Instant start, Instant deadline) {
  RedirectedCall call(core, std::move(nodes), command, start, deadline);
  absl::StatusOr<Reply> result = co_await call.Run();
  core->Observe(command, start, result.status());
  co_return result;
}

Task<std::vector<absl::StatusOr<Reply>>> CallSpread(std::shared_ptr<Core> core,
                                                    std::shared_ptr<Nodes> nodes,
                                                    std::vector<Command> commands,
                                                    std::vector<std::shared_ptr<Node>> targets,
                                                    bool stay, Options options) {
  const Instant start = std::chrono::steady_clock::now();
  const Instant deadline = DeadlineOf(options, start);
  std::vector<Answer> answers(commands.size());
  WaitRef wait =
      core->waits->Begin(answers.data(), static_cast<uint32_t>(answers.size()), deadline);
  for (size_t i = 0; i < commands.size(); ++i) {
    const std::shared_ptr<Connection>& connection = targets[i]->connection;
    if (connection->up() && !core->closed) {
      connection->link()->Send(commands[i].wire(), wait, &answers[i]);
      ++core->counters.calls;
    } else {
      wait->Fail(&answers[i], Answer::State::kNotSent);
    }
  }
  co_await core->waits->Await(std::move(wait));
  const bool cancelled = std::any_of(answers.begin(), answers.end(), [](const Answer& answer) {
    return answer.state == Answer::State::kCancelled;
  });
  std::vector<absl::StatusOr<Reply>> results;
  results.reserve(commands.size());
  for (size_t i = 0; i < commands.size(); ++i) {
    if (!stay && !cancelled && WasNotExecuted(answers[i])) {
      results.push_back(co_await CallSlot(core, nodes, commands[i], start, deadline));
    } else {
      results.push_back(std::move(answers[i]).Take(targets[i]->connection->last_error()));
      core->Observe(commands[i], start, results.back().status());
    }
  }
  co_return results;
}

}  // namespace baodao::redis
