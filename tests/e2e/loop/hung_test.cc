// Parts that hang or are not there yet.
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <thread>

#include "common/testing/matchers.h"
#include "tests/e2e/town.h"

namespace baodao::testing {
namespace {

// A need that dispatch is to be asked about.
lists::v1::PublishNeedRequest AcceptedNeed(Town& town) {
  client::Backend& backend = town.world->backend;
  const auto task = town.NewTask(0, 1, std::chrono::hours(30));
  lists::v1::CreateNeedRequest create;
  create.set_request_id(town.world->RequestId());
  create.set_title("陪同就医");
  create.set_category("elderly_care");
  create.set_area_code(task.area_code());
  *create.mutable_place() = task.place();
  *create.mutable_window() = task.window();
  create.mutable_contact()->set_phone(town.world->people[0].phone);
  const auto need = town.Run(
      demo::Must(backend.needs, &client::Needs::CreateNeed, town.world->people[0].token, create));
  lists::v1::ReviewNeedRequest review;
  review.set_request_id(town.world->RequestId());
  review.set_need_id(need.need_id());
  review.set_verdict(lists::v1::NEED_VERDICT_ACCEPT);
  town.Run(demo::Must(backend.needs, &client::Needs::ReviewNeed,
                      town.world->communities[0].coordinator.token, review));
  lists::v1::PublishNeedRequest publish;
  publish.set_request_id(town.world->RequestId());
  publish.set_need_id(need.need_id());
  return publish;
}

// One attempt, with a deadline that a patient app may have.
absl::StatusOr<lists::v1::Need> PublishOnce(Town& town,
                                            const lists::v1::PublishNeedRequest& publish) {
  rpc::ChannelOptions options;
  options.target = "127.0.0.1:" + std::to_string(town.deployment.port_base() + client::kListsPort);
  options.attempts = 1;
  options.timeout = std::chrono::seconds(60);
  rpc::Channel channel(town.loop, options);
  rpc::Client<lists::v1::NeedService> needs(channel);
  return town.Run(needs.Call(&client::Needs::PublishNeed,
                             rpc::CallOptions::As(town.world->communities[0].coordinator.token),
                             publish));
}

// It held the coordinator's call for half a minute.
TEST(HungTest, AHungDispatchIsAnsweredForAndThePublicationGoesOn) {
  Town town({.people = 2, .communities = 1, .units = 0, .deployment = {}});
  const lists::v1::PublishNeedRequest publish = AcceptedNeed(town);
  town.deployment.process("dispatch").Signal(SIGSTOP);
  const auto hung = PublishOnce(town, publish);
  EXPECT_THAT(hung, testing::IsRefusal(Reason::PEER_UNAVAILABLE)) << hung.status();
  town.deployment.process("dispatch").Signal(SIGCONT);
  const auto published = town.Run(demo::Try(town.world->backend.needs, &client::Needs::PublishNeed,
                                            town.world->communities[0].coordinator.token, publish));
  ASSERT_THAT(published, testing::IsOk());
  EXPECT_FALSE(published->task_id().empty());
}

TEST(HungTest, AnotherReplicaIsAskedInsteadOfTheHungOne) {
  DeploymentOptions deployment;
  deployment.second_dispatch = true;
  Town town({.people = 2, .communities = 1, .units = 0, .deployment = deployment});
  const lists::v1::PublishNeedRequest first = AcceptedNeed(town);
  const lists::v1::PublishNeedRequest second = AcceptedNeed(town);
  town.deployment.process("dispatch").Signal(SIGSTOP);
  for (const auto& publish : {first, second}) {
    const auto published = PublishOnce(town, publish);
    EXPECT_THAT(published, testing::IsOk());
  }
  town.deployment.process("dispatch").Signal(SIGCONT);
}

class StartTest : public ::testing::Test {
 protected:
  void Start() {
    process_.emplace(std::vector<std::string>{Binary("registration"), "--listen=127.0.0.1:0",
                                              "--metrics_listen="},
                     std::map<std::string, std::string>{{"BAODAO_REDIS", redis_.socket()},
                                                        {"BAODAO_KEYS_DIR", dir_.File("keys")},
                                                        {"BAODAO_CREATE_KEYS", "true"}},
                     dir_.File("log"));
  }
  std::string Log() const {
    std::ifstream file(dir_.File("log"));
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  // Until the log says so, and the process lives.
  bool Says(const std::string& line) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (Log().find(line) == std::string::npos) {
      if (!process_->Running() || std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return true;
  }

  RedisServer redis_;
  TempDir dir_;
  std::optional<ChildProcess> process_;
};

TEST_F(StartTest, WithoutRedisAStartWaitsAndGoesOn) {
  redis_.Stop();
  Start();
  ASSERT_TRUE(Says("service.waiting")) << Log();
  EXPECT_EQ(Log().find("service.serving"), std::string::npos) << "not ready";
  redis_.Restart();
  EXPECT_TRUE(Says("service.serving")) << Log();
  EXPECT_EQ(process_->End(SIGTERM), 0);
}

TEST_F(StartTest, AStartThatMeetsAHungRedisGoesOnWhenItAnswers) {
  redis_.Pause();
  Start();
  ASSERT_TRUE(Says("service.waiting")) << Log();
  redis_.Resume();
  EXPECT_TRUE(Says("service.serving")) << Log();
}

TEST_F(StartTest, AStartThatWaitsCanBeStopped) {
  redis_.Stop();
  Start();
  ASSERT_TRUE(Says("service.waiting")) << Log();
  EXPECT_EQ(process_->End(SIGTERM), 0);
}

}  // namespace
}  // namespace baodao::testing
