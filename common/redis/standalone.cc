#include "common/redis/standalone.h"

#include <utility>

#include "common/redis/blocking.h"

namespace baodao::redis {
namespace {

// Free functions: a call may outlive the client, but not what it holds itself.

Task<absl::StatusOr<Reply>> CallOne(std::shared_ptr<Core> core,
                                    std::shared_ptr<Connection> connection, Command command,
                                    Options options) {
  const Instant start = std::chrono::steady_clock::now();
  const Instant deadline = DeadlineOf(options, start);
  if (!connection->up() || core->closed) {
    absl::Status status = co_await Connection::AwaitUp(connection, deadline);
    if (!status.ok()) {
      core->Observe(command, start, status);
      co_return status;
    }
  }
  Answer answer;
  WaitRef wait = core->waits->Begin(&answer, 1, deadline);
  connection->link()->Send(command.wire(), wait, &answer);
  ++core->counters.calls;
  co_await core->waits->Await(std::move(wait));
  absl::StatusOr<Reply> result = std::move(answer).Take(connection->last_error());
  core->Observe(command, start, result.status());
  // Somebody made the server a replica: the primary may stand behind another endpoint.
  if (!result.ok() && HasErrorWord(result.status(), "READONLY")) connection->Reconnect("READONLY");
  co_return result;
}

Task<std::vector<absl::StatusOr<Reply>>> CallMany(std::shared_ptr<Core> core,
                                                  std::shared_ptr<Connection> connection,
                                                  std::vector<Command> commands, Options options) {
  std::vector<absl::StatusOr<Reply>> results;
  results.reserve(commands.size());
  const Instant start = std::chrono::steady_clock::now();
  const Instant deadline = DeadlineOf(options, start);
  if (!connection->up() || core->closed) {
    const absl::Status status = co_await Connection::AwaitUp(connection, deadline);
    if (!status.ok()) {
      for (const Command& command : commands) core->Observe(command, start, status);
      results.resize(commands.size(), status);
      co_return results;
    }
  }
  std::vector<Answer> answers(commands.size());
  co_await Exchange(core->waits, connection->link(), commands.data(), answers.data(),
                    static_cast<uint32_t>(commands.size()), deadline);
  core->counters.calls += commands.size();
  for (size_t i = 0; i < commands.size(); ++i) {
    results.push_back(std::move(answers[i]).Take(connection->last_error()));
    core->Observe(commands[i], start, results.back().status());
  }
  co_return results;
}

}  // namespace

StandaloneClient::StandaloneClient(std::shared_ptr<Core> core, std::shared_ptr<Link> link)
    : core_(std::move(core)),
      connection_(std::make_shared<Connection>(core_, EndpointsOf(core_->config),
                                               Connection::Role::kPrimary)) {
  connection_->Start(std::move(link));
}

StandaloneClient::~StandaloneClient() {
  core_->closed = true;
  core_->observer = nullptr;
  connection_->Close();
}

Task<absl::StatusOr<Reply>> StandaloneClient::Call(Command command, Options options) {
  return CallOne(core_, connection_, std::move(command), options);
}

Task<std::vector<absl::StatusOr<Reply>>> StandaloneClient::CallEach(std::vector<Command> commands,
                                                                    Options options) {
  return CallMany(core_, connection_, std::move(commands), options);
}

Task<std::vector<absl::StatusOr<Reply>>> StandaloneClient::CallPrimaries(Command command,
                                                                         Options options) {
  std::vector<Command> one;
  one.push_back(std::move(command));
  return CallMany(core_, connection_, std::move(one), options);
}

std::unique_ptr<BlockingConnection> StandaloneClient::Dedicated(std::string_view) {
  return NewBlockingConnection(core_, std::make_shared<FixedRoute>(EndpointsOf(core_->config)), -1);
}

Task<void> StandaloneClient::Close(Millis grace) {
  const std::shared_ptr<Core> core = core_;
  const std::shared_ptr<Connection> connection = connection_;
  core->closed = true;
  const auto idle = [connection] { return connection->in_flight() == 0; };
  co_await AwaitIdle(core, idle, grace);
  connection->Close();
}

Stats StandaloneClient::stats() const {
  Stats stats = core_->counters;
  stats.in_flight = connection_->in_flight();
  stats.timeouts = core_->waits->timeouts();
  return stats;
}

}  // namespace baodao::redis
