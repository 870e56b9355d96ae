#include "ops/ctl/app.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>
#include <utility>
#include <vector>

#include "common/auth/keys.h"
#include "common/auth/tokens.h"
#include "common/testing/matchers.h"
#include "common/testing/temp_dir.h"
#include "ops/ctl/tokens.h"
#include "tests/ctl.h"

namespace baodao::ctl {
namespace {

Outcome Ctl(std::vector<std::string> arguments) {
  unsetenv("BAODAO_TOKEN");  // of whoever runs the tests
  return OutcomeOf(std::move(arguments));
}

TEST(AppTest, WrongUsageIsTwoAndSaysWhat) {
  EXPECT_EQ(Ctl({}).code, kUsage);
  EXPECT_EQ(Ctl({"nonsense"}).code, kUsage);
  EXPECT_EQ(Ctl({"areas", "import"}).code, kUsage);
  EXPECT_EQ(Ctl({"tasks", "assign", "tsk_1"}).code, kUsage);
  EXPECT_EQ(Ctl({"--port-base", "notaport", "health"}).code, kUsage);
  EXPECT_EQ(Ctl({"review", "reject", "reg_1"}).code, kUsage) << "a comment is required";
  EXPECT_EQ(Ctl({"needs", "cancel", "ned_1"}).code, kUsage) << "a reason is required";
  EXPECT_EQ(Ctl({"tasks", "cancel", "tsk_1", "--reason", "x", "--need", "maybe"}).code, kUsage);
  const Outcome outcome = Ctl({"inspect", "what is this"});
  EXPECT_EQ(outcome.code, kUsage);
  EXPECT_NE(outcome.err.find("what is this"), std::string::npos);
}

TEST(AppTest, HelpHasExamplesAndExitCodes) {
  const Outcome help = Ctl({"--help"});
  EXPECT_EQ(help.code, kOk);
  for (const char* word :
       {"Examples", "Exit codes", "areas", "review", "tasks", "needs", "match", "stats", "inspect",
        "dead-letters", "token", "health", "BAODAO_PORT_BASE"}) {
    EXPECT_NE(help.out.find(word), std::string::npos) << word;
  }
  EXPECT_NE(Ctl({"areas", "import", "--help"}).out.find("Example"), std::string::npos);
}

TEST(AppTest, BackendThatIsNotThereIsThree) {
  // Port 1 belongs to nobody here.
  const Outcome health = Ctl({"--port-base", "1", "--lang", "en", "health"});
  EXPECT_EQ(health.code, kUnreachable);
  EXPECT_NE(health.out.find("not serving"), std::string::npos);
  const Outcome json = Ctl({"--port-base", "1", "--json", "health", "inbox"});
  EXPECT_EQ(json.code, kUnreachable);
  EXPECT_EQ(json.out.front(), '[') << json.out;
  EXPECT_NE(json.out.find("\"service\": \"inbox\""), std::string::npos) << json.out;
  EXPECT_EQ(json.out.find("lists"), std::string::npos) << "only what was asked";
  EXPECT_EQ(Ctl({"health", "outbox"}).code, kUsage);
  const Outcome list = Ctl({"--port-base", "1", "--timeout", "1", "--lang", "zh", "areas", "list"});
  EXPECT_EQ(list.code, kUnreachable) << list.err;
  EXPECT_NE(list.err.find("服务"), std::string::npos) << list.err;
}

class MintTest : public ::testing::Test {
 protected:
  MintTest() { EXPECT_THAT(auth::CreateKeyFiles(dir_.path()), testing::IsOk()); }

  std::shared_ptr<const auth::Principal> Minted(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"token", "mint", "--keys", dir_.path()});
    const Outcome outcome = Ctl(std::move(arguments));
    EXPECT_EQ(outcome.code, kOk) << outcome.err;
    auth::KeySource source;
    source.path = dir_.File(std::string(auth::kPublicKeysFile));
    auth::TokenVerifier verifier(*auth::KeySet::Load({source}));
    const std::string token = outcome.out.substr(0, outcome.out.find('\n'));
    return *verifier.Verify(token, SystemClock().Now());
  }

  baodao::testing::TempDir dir_;
};

TEST_F(MintTest, MakesTokensThatTheBackendTakes) {
  const auto op = Minted({"--operator"});
  ASSERT_EQ(op->grants.size(), 1u);
  EXPECT_EQ(op->grants[0].role, auth::v1::ROLE_OPERATOR);
  const std::string id = "per_01J0000000000000000000000A";
  const auto person = Minted({"--person", id, "--role", "coordinator@310110"});
  EXPECT_EQ(person->person_id, id);
  ASSERT_EQ(person->grants.size(), 1u);
  EXPECT_EQ(person->grants[0].area_code, "310110");
  EXPECT_EQ(Minted({"--service", "matching"})->service, "matching");
}

TEST_F(MintTest, KeepsToJson) {
  const Outcome json = Ctl({"--json", "token", "mint", "--operator", "--keys", dir_.path()});
  EXPECT_EQ(json.code, kOk) << json.err;
  EXPECT_NE(json.out.find("{\"token\": \""), std::string::npos) << json.out;
}

TEST_F(MintTest, RefusesWhatMakesNoSense) {
  const auto code = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"token", "mint", "--keys", dir_.path()});
    return Ctl(std::move(arguments)).code;
  };
  EXPECT_EQ(code({}), kUsage);
  EXPECT_EQ(code({"--operator", "--service", "x"}), kUsage);
  EXPECT_EQ(code({"--person", "nobody"}), kUsage);
  EXPECT_EQ(code({"--person", "per_01J0000000000000000000000A", "--role", "king"}), kUsage);
  EXPECT_EQ(Ctl({"token", "mint", "--operator", "--keys", "/nonexistent"}).code, kUsage);
}

TEST(ExplainTest, NamesReasonTextAndFields) {
  EXPECT_EQ(Explain(Refuse(Reason::TASK_FULL), Locale::kZh), "TASK_FULL: 任务名额已满");
  const absl::Status fields = RefuseField("slots_max", ViolationKind::REQUIRED);
  EXPECT_NE(Explain(fields, Locale::kEn).find("\n  slots_max: is required"), std::string::npos);
  EXPECT_EQ(ExitCodeOf(Refuse(Reason::TASK_FULL)), kRefused);
  EXPECT_EQ(ExitCodeOf(fields), kRefused);
  EXPECT_EQ(ExitCodeOf(Refuse(Reason::PEER_UNAVAILABLE)), kUnreachable);
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), kOk);
}

TEST(LocaleTest, AskedLanguageWins) {
  EXPECT_EQ(LocaleOfUser("zh"), Locale::kZh);
  EXPECT_EQ(LocaleOfUser("en"), Locale::kEn);
}

}  // namespace
}  // namespace baodao::ctl
