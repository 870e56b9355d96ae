// ops/dev/run.sh as `make run` starts it, on ports and in a directory of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>

#include "common/testing/loop.h"
#include "common/testing/paths.h"
#include "common/testing/process.h"
#include "common/testing/temp_dir.h"
#include "ops/demo/call.h"
#include "ops/demo/world.h"

namespace baodao::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class RunTest : public ::testing::Test {
 protected:
  using Environment = std::map<std::string, std::string>;

  // In an orderly way also where a test failed: a killed script leaves its backend behind.
  ~RunTest() override {
    if (process_) process_->End(SIGTERM);
  }

  // A throwaway backend beside which `command` runs.
  void Start(const std::string& command, Environment environment = {}) {
    environment["BUILD"] = std::filesystem::path(Binary("baodaoctl")).parent_path().parent_path();
    const std::vector<std::string> argv = {SourceFile("ops/dev/throwaway.sh"), "/bin/sh", "-c",
                                           command};
    process_.emplace(argv, environment, dir_.File("log"));
  }

  std::string Log() const {
    std::ifstream file(dir_.File("log"));
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

  // Nullopt when it takes longer than a minute.
  std::optional<int> ExitCode() {
    if (!Until([this] { return !process_->Running(); })) return std::nullopt;
    return process_->Wait();
  }

  template <class Condition>
  static bool Until(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return true;
  }

  TempDir dir_;
  std::optional<ChildProcess> process_;
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
  EXPECT_EQ(ExitCode(), 1);
  const std::string log = Log();
  EXPECT_THAT(log, HasSubstr("BAODAO_LOG_LEVEL"));
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
}

// It used to serve in plaintext.
TEST_F(RunTest, HalfOfTlsIsNoTls) {
  Start("echo started", {{"BAODAO_TLS_KEY", "/nonexistent"}});
  EXPECT_EQ(ExitCode(), 1);
  EXPECT_THAT(Log(), HasSubstr("tls_cert, tls_key and tls_ca must be set together"));
}

// It used to wait for ever for the logs of services that had never opened them.
TEST_F(RunTest, AServiceThatEndsAtOnceEndsItAllAndIsQuoted) {
  Start("echo started", {{"BAODAO_ISSUERS", "city=/nonexistent"}});
  EXPECT_EQ(ExitCode(), 1);
  EXPECT_THAT(Log(), HasSubstr("run: registration did not start"));
  EXPECT_THAT(Log(), HasSubstr("/nonexistent"));
  EXPECT_THAT(Log(), Not(HasSubstr("started\n")));
}

TEST_F(RunTest, TheCommandsAnswerIsTheAnswer) {
  Start("exit 7");
  EXPECT_EQ(ExitCode(), 7) << Log();
}

TEST_F(RunTest, WhoeverServesKnowsTheAreasAndASignalEndsItAll) {
  Start("echo at $BAODAO_PORT_BASE $BAODAO_DIR; sleep 100");
  ASSERT_TRUE(
      Until([this] { return Log().find("at ") != std::string::npos || !process_->Running(); }));
  demo::Options options;
  std::string at, directory;
  std::istringstream(Log()) >> at >> options.port_base >> directory;
  ASSERT_EQ(at, "at") << Log();

  auto key = auth::LoadPrivateKey(directory + "/keys/" + std::string(auth::kPrivateKeyFile));
  ASSERT_TRUE(key.ok()) << key.status();
  asio::io_context loop;
  demo::World world(loop, options, auth::Signer(*std::move(key)));
  client::Backend& backend = world.backend;
  Ask<lists::v1::ListNeedsRequest>(loop, world, backend.needs, &client::Needs::ListNeeds);
  Ask<dispatch::v1::ListTasksRequest>(loop, world, backend.tasks, &client::Tasks::ListTasks);
  Ask<inbox::v1::ListAreaNotificationsRequest>(loop, world, backend.notifications,
                                               &client::Notifications::ListAreaNotifications);
  matching::v1::RunMatchingRequest dry;
  dry.set_dry_run(true);
  Ask(loop, world, backend.matchings, &client::Matchings::RunMatching, dry);

  // What the alerts on timers look at.
  for (const int service :
       {client::kRegistrationPort, client::kListsPort, client::kDispatchPort, client::kInboxPort}) {
    const std::string metrics = MetricsAt(options.port_base + 2000 + service);
    EXPECT_THAT(metrics, HasSubstr("baodao_timers_lateness_seconds")) << service;
    EXPECT_THAT(metrics, HasSubstr("baodao_timers_failed_total")) << service;
  }

  process_->Signal(SIGTERM);
  EXPECT_EQ(ExitCode(), 143) << Log();
  EXPECT_FALSE(std::filesystem::exists(directory));
}

}  // namespace
}  // namespace baodao::testing
