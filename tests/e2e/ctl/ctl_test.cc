// baodaoctl against the real services.
#include "tests/e2e/ctl/ctl.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>
#include <utility>
#include <vector>

#include "common/testing/deployment.h"
#include "common/testing/paths.h"
#include "ops/ctl/app.h"

namespace baodao::ctl {
namespace {

class CtlTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    unsetenv("BAODAO_TOKEN");  // of whoever runs the tests
    deployment_ = new baodao::testing::Deployment();
    const std::string file = baodao::testing::SourceFile("ops/data/yangpu/areas.csv");
    ASSERT_EQ(Ctl({"areas", "import", file}).code, kOk);
    // The other services hear of an import a moment later.
    ASSERT_TRUE(Succeeds({"tasks", "list", "--area", "310110"}));
    ASSERT_TRUE(Succeeds({"match", "run", "--area", "310110", "--dry-run"}));
  }
  static void TearDownTestSuite() { delete deployment_; }

  static Outcome Ctl(std::vector<std::string> arguments) {
    return RunCtl(*deployment_, std::move(arguments));
  }

  static bool Succeeds(const std::vector<std::string>& arguments) {
    return Until([&] { return Ctl(arguments).code == kOk; });
  }

  static baodao::testing::Deployment* deployment_;
};

baodao::testing::Deployment* CtlTest::deployment_ = nullptr;

TEST_F(CtlTest, HealthOfAll) {
  const Outcome health = Ctl({"health", "--wait", "30"});
  EXPECT_EQ(health.code, kOk) << health.out;
  EXPECT_FALSE(Has(health.out, "not serving")) << health.out;
  EXPECT_TRUE(Has(Ctl({"--json", "health"}).out, "\"state\": \"serving\""));
}

TEST_F(CtlTest, KeysOnTheCommandLineBeatTheEnvironmentsToken) {
  setenv("BAODAO_TOKEN", "nonsense", 1);
  const Outcome queue = Ctl({"review", "queue", "--area", "310110"});
  unsetenv("BAODAO_TOKEN");
  EXPECT_EQ(queue.code, kOk) << queue.err;
  const Outcome token = Ctl({"--token", "nonsense", "review", "queue", "--area", "310110"});
  EXPECT_EQ(token.code, kRefused) << token.err;
}

TEST_F(CtlTest, ImportingAgainChangesNothing) {
  const std::string file = baodao::testing::SourceFile("ops/data/yangpu/areas.csv");
  const Outcome again = Ctl({"areas", "import", file});
  EXPECT_EQ(again.code, kOk) << again.err;
  EXPECT_TRUE(Has(again.out, "added 0, changed 0")) << again.out;
  EXPECT_TRUE(Has(Ctl({"areas", "import", "--if-empty", file}).out, "nothing imported"));
  EXPECT_EQ(Ctl({"--json", "areas", "import", "--if-empty", file}).out, "{}\n");
  EXPECT_EQ(Ctl({"areas", "import", "/nonexistent.csv"}).code, kUsage);
}

TEST_F(CtlTest, AreasAsTableAndJson) {
  const Outcome table = Ctl({"areas", "list", "--parent", "310110"});
  EXPECT_EQ(table.code, kOk) << table.err;
  EXPECT_TRUE(Has(table.out, "subdistrict")) << table.out;
  const Outcome json = Ctl({"areas", "list", "--parent", "31", "--json"});
  EXPECT_TRUE(Has(json.out, "\"code\": \"310110\"")) << json.out;
  EXPECT_TRUE(Has(Ctl({"inspect", "310110"}).out, "杨浦"));
}

TEST_F(CtlTest, RefusalsNameTheReason) {
  const Outcome unknown = Ctl({"inspect", "tsk_01J0000000000000000000000A"});
  EXPECT_EQ(unknown.code, kRefused);
  EXPECT_TRUE(Has(unknown.err, "NOT_FOUND")) << unknown.err;
  EXPECT_EQ(Ctl({"review", "approve", "reg_01J0000000000000000000000A"}).code, kRefused);
}

TEST_F(CtlTest, EmptyListsAndSums) {
  EXPECT_EQ(Ctl({"review", "queue", "--area", "310110"}).code, kOk);
  EXPECT_EQ(Ctl({"tasks", "list", "--area", "310110"}).code, kOk);
  const Outcome stats = Ctl({"stats", "--area", "310110"});
  EXPECT_EQ(stats.code, kOk) << stats.err;
  EXPECT_TRUE(Has(stats.out, "OPEN")) << stats.out;
  const Outcome run = Ctl({"match", "run", "--area", "310110", "--dry-run"});
  EXPECT_EQ(run.code, kOk) << run.err;
  EXPECT_TRUE(Has(run.out, "OPEN TASKS")) << run.out;
}

TEST_F(CtlTest, DeadLettersOfAGroup) {
  const std::string redis = "127.0.0.1:" + std::to_string(deployment_->redis().port());
  const Outcome list = Ctl({"dead-letters", "list", "--group", "inbox", "--redis", redis});
  EXPECT_EQ(list.code, kOk) << list.err;
  EXPECT_TRUE(Has(list.out, "SHARD"));
  const Outcome none =
      Ctl({"dead-letters", "requeue", "0", "1-1", "--group", "inbox", "--redis", redis});
  EXPECT_EQ(none.code, kRefused) << none.err;
  const Outcome json =
      Ctl({"--json", "dead-letters", "list", "--group", "inbox", "--redis", redis});
  EXPECT_EQ(json.out, "[]\n");
  for (const char* misspelt : {"inbocks", "matching"}) {
    const Outcome list = Ctl({"dead-letters", "list", "--group", misspelt, "--redis", redis});
    EXPECT_EQ(list.code, kUsage) << list.out;
    EXPECT_TRUE(Has(list.err, misspelt)) << list.err;
    EXPECT_EQ(Ctl({"dead-letters", "drop", "0", "1-1", "--group", misspelt, "--redis", redis}).code,
              kUsage);
  }
}

}  // namespace
}  // namespace baodao::ctl
