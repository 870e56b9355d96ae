// ops/dev/throwaway.sh, and what a backend of `make run` is like from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>
#include <filesystem>
#include <optional>
#include <sstream>
#include <utility>

#include "common/testing/loop.h"
#include "ops/demo/call.h"
#include "tests/e2e/run/script.h"

namespace baodao::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class RunTest : public ::testing::Test {
 protected:
  // A throwaway backend beside which `command` runs.
  void Start(const std::string& command, Script::Environment environment = {}) {
    const std::vector<std::string> arguments = {"/bin/sh", "-c", command};
    script_.emplace("ops/dev/throwaway.sh", std::move(environment), arguments);
  }

  std::optional<Script> script_;
};

// Throws where the service does not know the district.
template <class Req, class Service, class Resp>
void Ask(asio::io_context& loop, const demo::World& world, rpc::Client<Service>& client,
         rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method, Req request = {}) {
  request.set_area_code("310110");
  Run(loop, demo::Must(client, method, world.OperatorToken(), std::move(request)));
}

std::string MetricsAt(int port) {
  asio::io_context loop;
  asio::ip::tcp::socket socket(loop);
  socket.connect({asio::ip::make_address("127.0.0.1"), static_cast<asio::ip::port_type>(port)});
  asio::write(socket, asio::buffer(std::string("GET /metrics HTTP/1.0\r\n\r\n")));
  std::string answer;
  asio::error_code end;
  asio::read(socket, asio::dynamic_buffer(answer), end);
  return answer;
}

TEST_F(RunTest, ABrokenConfigurationIsSaidOnceAndNothingStarts) {
  Start("echo started", {{"BAODAO_LOG_LEVEL", "loud"}});
  EXPECT_EQ(script_->ExitCode(), 1);
  const std::string log = script_->Log();
  EXPECT_THAT(log, HasSubstr("BAODAO_LOG_LEVEL"));
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
}

// It used to serve in plaintext; then baodaoctl, which asks for the health, sometimes stumbled over
// the file before a service had said what is wrong.
TEST_F(RunTest, HalfOfTlsIsNoTls) {
  Start("echo started", {{"BAODAO_TLS_KEY", "/nonexistent"}});
  EXPECT_EQ(script_->ExitCode(), 1);
  EXPECT_THAT(script_->Log(),
              MatchesRegex("run: [^\n]+tls_cert, tls_key and tls_ca must be set together\n"));
}

// It used to wait for ever for the logs of services that had never opened them.
TEST_F(RunTest, AServiceThatEndsAtOnceEndsItAllAndIsQuoted) {
  Start("echo started", {{"BAODAO_ISSUERS", "city=/nonexistent"}});
  EXPECT_EQ(script_->ExitCode(), 1);
  EXPECT_THAT(script_->Log(), HasSubstr("run: registration did not start"));
  EXPECT_THAT(script_->Log(), HasSubstr("/nonexistent"));
  EXPECT_THAT(script_->Log(), Not(HasSubstr("started\n")));
}

TEST_F(RunTest, TheCommandsAnswerIsTheAnswer) {
  Start("exit 7");
  EXPECT_EQ(script_->ExitCode(), 7) << script_->Log();
}

TEST_F(RunTest, WhoeverServesKnowsTheAreasAndASignalEndsItAll) {
  Start("echo at $BAODAO_PORT_BASE $BAODAO_DIR; sleep 100");
  ASSERT_TRUE(Until(
      [this] { return script_->Log().find("at ") != std::string::npos || !script_->Running(); }));
  int port_base = 0;
  std::string at, directory;
  std::istringstream(script_->Log()) >> at >> port_base >> directory;
  ASSERT_EQ(at, "at") << script_->Log();

  asio::io_context loop;
  const auto world = WorldAt(loop, port_base, directory);
  client::Backend& backend = world->backend;
  Ask<lists::v1::ListNeedsRequest>(loop, *world, backend.needs, &client::Needs::ListNeeds);
  Ask<dispatch::v1::ListTasksRequest>(loop, *world, backend.tasks, &client::Tasks::ListTasks);
  Ask<inbox::v1::ListAreaNotificationsRequest>(loop, *world, backend.notifications,
                                               &client::Notifications::ListAreaNotifications);
  matching::v1::RunMatchingRequest dry;
  dry.set_request_id(world->RequestId());
  dry.set_dry_run(true);
  Ask(loop, *world, backend.matchings, &client::Matchings::RunMatching, dry);

  // The metrics that the alerts on timers look at.
  for (const int service :
       {client::kRegistrationPort, client::kListsPort, client::kDispatchPort, client::kInboxPort}) {
    const std::string metrics = MetricsAt(port_base + 2000 + service);
    EXPECT_THAT(metrics, HasSubstr("baodao_timers_lateness_seconds")) << service;
    EXPECT_THAT(metrics, HasSubstr("baodao_timers_failed_total")) << service;
  }

  // And those on what the services keep in memory: all have heard of the areas.
  for (int service = client::kRegistrationPort; service <= client::kRecordsPort; ++service) {
    EXPECT_THAT(MetricsAt(port_base + 2000 + service),
                HasSubstr("baodao_stream_age_seconds_count{consumer=\"tail\"}"))
        << service;
  }

  script_->Signal(SIGTERM);
  EXPECT_EQ(script_->ExitCode(), 143) << script_->Log();
  EXPECT_FALSE(std::filesystem::exists(directory));
}

}  // namespace
}  // namespace baodao::testing
