// The whole backend over mTLS: whatever one service asks of another goes through it.
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <sstream>

#include "common/client/backend.h"
#include "common/clock/timestamp.h"
#include "common/testing/certificates.h"
#include "common/testing/deployment.h"
#include "common/testing/loop.h"
#include "common/testing/paths.h"
#include "common/testing/process.h"
#include "common/testing/until.h"
#include "ops/demo/call.h"
#include "tests/e2e/world.h"

namespace baodao::testing {
namespace {

DeploymentOptions Over(const rpc::TlsFiles& tls) {
  DeploymentOptions options;
  options.environment = {
      {"BAODAO_TLS_CERT", tls.certificate}, {"BAODAO_TLS_KEY", tls.key}, {"BAODAO_TLS_CA", tls.ca}};
  return options;
}

class TlsTest : public ::testing::Test {
 protected:
  int Ctl(const rpc::TlsFiles& tls, std::vector<std::string> arguments) {
    std::vector<std::string> argv = {Binary("baodaoctl"), "--port-base",
                                     std::to_string(deployment_.port_base()), "--keys",
                                     deployment_.keys_dir()};
    if (!tls.ca.empty()) argv.insert(argv.end(), {"--tls-ca", tls.ca});
    if (!tls.key.empty()) {
      argv.insert(argv.end(), {"--tls-cert", tls.certificate, "--tls-key", tls.key});
    }
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    ChildProcess ctl(argv, {}, dir_.File("ctl.log"));
    return ctl.Wait();
  }
  std::string CtlLog() const {
    std::ifstream file(dir_.File("ctl.log"));
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

  static Task<void> PublishNeed(client::Backend& backend, std::string token) {
    lists::v1::CreateNeedRequest create;
    create.set_request_id("create");
    create.set_title("陪老人就诊");
    create.set_category("elderly_care");
    create.set_area_code("310110001001");
    create.set_people_wanted(1);
    create.mutable_contact()->set_phone("13800001234");
    create.mutable_contact()->set_address("平凉路1号101室");
    const Time start = SystemClock().Now() + std::chrono::hours(24);
    *create.mutable_window()->mutable_start() = ToTimestamp(start);
    *create.mutable_window()->mutable_end() = ToTimestamp(start + std::chrono::hours(2));
    // Every service hears of the areas from registration, a moment later.
    absl::StatusOr<lists::v1::Need> need;
    do {
      co_await SystemClock().SleepFor(Millis(50));
      need = co_await demo::Try(backend.needs, &client::Needs::CreateNeed, token, create);
    } while (Is(need.status(), Reason::AREA_UNKNOWN));
    if (!need.ok()) throw std::runtime_error(need.status().ToString());
    lists::v1::ReviewNeedRequest review;
    review.set_request_id("review");
    review.set_need_id(need->need_id());
    review.set_verdict(lists::v1::NEED_VERDICT_ACCEPT);
    co_await demo::Must(backend.needs, &client::Needs::ReviewNeed, token, review);
    lists::v1::PublishNeedRequest publish;
    publish.set_request_id("publish");
    publish.set_need_id(need->need_id());
    need = co_await demo::Must(backend.needs, &client::Needs::PublishNeed, token, publish);
    dispatch::v1::GetTaskRequest get;
    get.set_task_id(need->task_id());
    const auto task = co_await demo::Must(backend.tasks, &client::Tasks::GetTask, token, get);
    EXPECT_EQ(task.need_id(), need->need_id());
  }

  TempDir dir_;
  Certificates certificates_;
  rpc::TlsFiles ours_ = certificates_.Issue("service");
  // Serving means that each has read the areas and profiles it needs from registration.
  Deployment deployment_{Over(ours_)};
};

TEST_F(TlsTest, ServicesAndToolsTalkOverIt) {
  const rpc::TlsFiles tool = certificates_.Issue("tool");
  EXPECT_EQ(Ctl(tool, {"health"}), 0) << CtlLog();
  ASSERT_EQ(Ctl(tool, {"areas", "import", SourceFile("ops/data/yangpu/areas.csv")}), 0) << CtlLog();
  // dispatch hears of the areas from registration, a moment later.
  EXPECT_TRUE(Until([&] { return Ctl(tool, {"stats", "--area", "310110"}) == 0; })) << CtlLog();
}

// lists asks dispatch for the task as itself, with a certificate and a token of its own.
TEST_F(TlsTest, ANeedBecomesATaskOverIt) {
  ASSERT_EQ(Ctl(ours_, {"areas", "import", SourceFile("ops/data/yangpu/areas.csv")}), 0)
      << CtlLog();
  asio::io_context loop;
  demo::Options options;
  options.keys_dir = deployment_.keys_dir();
  const std::string token = MakeWorld(loop, options)->OperatorToken();
  client::Backend backend(loop, "127.0.0.1", deployment_.port_base(), ours_);
  testing::Run(loop, PublishNeed(backend, token), std::chrono::seconds(60));
}

TEST_F(TlsTest, WithoutACertificateThereIsNoWayIn) {
  EXPECT_EQ(Ctl({}, {"health"}), 3) << CtlLog();
  EXPECT_EQ(Ctl({"", "", certificates_.ca()}, {"health"}), 3) << CtlLog();
  const Certificates theirs;
  EXPECT_EQ(Ctl(theirs.Issue("tool"), {"health"}), 3) << CtlLog();
}

}  // namespace
}  // namespace baodao::testing
