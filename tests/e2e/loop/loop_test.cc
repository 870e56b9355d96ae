// The whole loop with the real binaries, as a user runs it.
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "common/config/config.h"
#include "common/testing/matchers.h"
#include "common/testing/process.h"
#include "common/testing/redis_server.h"
#include "common/testing/temp_dir.h"
#include "tests/e2e/town.h"

namespace baodao::testing {
namespace {

TEST(LoopTest, TheDemoPlaysTheWholeLoopAndFindsEveryPromiseKept) {
  Town::Options options;
  options.people = 10;
  // The demo's tasks start within seconds.
  options.deployment.environment["BAODAO_MATCHING_MATCH_OFFER_UNTIL"] = "1s";
  Town town(options);
  TempDir dir;
  const std::vector<std::string> argv = {
      Binary("baodao-demo"),
      "--port-base=" + std::to_string(town.deployment.port_base()),
      "--keys=" + town.deployment.keys_dir(),
      "--codes=" + town.deployment.codes_file(),
      "--units=8",
      "--people=120",
      "--needs=24",
      "--lead=15"};
  ChildProcess demo(argv, {}, dir.File("demo.log"));
  const int code = demo.Wait();
  std::ifstream log(dir.File("demo.log"));
  const std::string text(std::istreambuf_iterator<char>(log), {});
  EXPECT_EQ(code, 0) << text;
  EXPECT_NE(text.find("promises kept"), std::string::npos) << text;
}

// A promise that was never put to the test must not count as kept.
TEST(LoopTest, ATownWhereNothingHappenedKeepsNoPromise) {
  Town town({.people = 3, .communities = 1, .units = 1, .deployment = {}});
  EXPECT_GE(town.Run(demo::CheckPromises(*town.world)), 5);
}

// From the resident who asks for a nurse to the coordinator who has seen the nurse's papers.
TEST(LoopTest, TheCredentialThatANeedAsksForIsAskedForAtTheClaim) {
  Town town({.people = 2, .communities = 1, .units = 0, .deployment = {}});
  client::Backend& backend = town.world->backend;
  const demo::Actor& resident = town.world->people[0];
  const demo::Actor& nurse = town.world->people[1];
  const std::string& coordinator = town.world->communities[0].coordinator.token;
  const auto task = town.NewTask(0, 1, std::chrono::hours(24));

  lists::v1::CreateNeedRequest create;
  create.set_request_id(town.world->RequestId());
  create.set_title("上门换药");
  create.set_category("medical");
  create.set_area_code(task.area_code());
  *create.mutable_place() = task.place();
  *create.mutable_window() = task.window();
  create.add_credentials("nurse");
  create.mutable_contact()->set_phone(resident.phone);
  const auto need =
      town.Run(demo::Must(backend.needs, &client::Needs::CreateNeed, resident.token, create));
  lists::v1::ReviewNeedRequest review;
  review.set_request_id(town.world->RequestId());
  review.set_need_id(need.need_id());
  review.set_verdict(lists::v1::NEED_VERDICT_ACCEPT);
  town.Run(demo::Must(backend.needs, &client::Needs::ReviewNeed, coordinator, review));
  lists::v1::PublishNeedRequest publish;
  publish.set_request_id(town.world->RequestId());
  publish.set_need_id(need.need_id());
  dispatch::v1::ClaimTaskRequest claim;
  claim.set_task_id(
      town.Run(demo::Must(backend.needs, &client::Needs::PublishNeed, coordinator, publish))
          .task_id());

  const auto taken = [&] {
    claim.set_request_id(town.world->RequestId());
    return town.Run(
        demo::Try(backend.assignments, &client::Assignments::ClaimTask, nurse.token, claim));
  };
  EXPECT_THAT(taken(), testing::IsRefusal(Reason::MISSING_CREDENTIAL));
  registration::v1::GrantCredentialRequest grant;
  grant.set_request_id(town.world->RequestId());
  grant.set_person_id(nurse.person_id);
  grant.set_kind("nurse");
  grant.set_issuer("上海市卫生健康委员会");
  *grant.mutable_expire_time() = task.window().end();
  town.Run(demo::Must(backend.people, &client::People::GrantCredential, coordinator, grant));
  const auto accepted = taken();
  ASSERT_THAT(accepted, testing::IsOk());
  EXPECT_EQ(accepted->state(), dispatch::v1::ASSIGNMENT_STATE_ACCEPTED);

  // Each knows whom to expect, and the nurse whom to turn to.
  dispatch::v1::ListTaskPeopleRequest who;
  who.set_task_id(claim.task_id());
  const auto coming = town.Run(
      demo::Must(backend.assignments, &client::Assignments::ListTaskPeople, resident.token, who));
  ASSERT_EQ(coming.people_size(), 1);
  EXPECT_EQ(coming.people(0).phone(), nurse.phone);
  ASSERT_EQ(coming.people(0).credentials_size(), 1);
  EXPECT_EQ(coming.people(0).credentials(0).issuer(), grant.issuer());
  dispatch::v1::GetTaskCoordinatorRequest ask;
  ask.set_task_id(claim.task_id());
  EXPECT_EQ(
      town.Run(demo::Must(backend.tasks, &client::Tasks::GetTaskCoordinator, nurse.token, ask))
          .phone(),
      town.world->communities[0].coordinator.phone);
}

TEST(LoopTest, OldTokensAreRenewed) {
  Town town({.people = 2, .communities = 1, .units = 1, .deployment = {}});
  demo::World& world = *town.world;
  world.units[0].liaison.token_time = Time{};
  world.people[1].token_time = Time{};
  const std::string young = world.people[0].refresh_token;
  const std::string old = world.people[1].refresh_token;
  const std::string liaison = world.units[0].liaison.refresh_token;
  town.Run(world.KeepSignedIn());
  EXPECT_EQ(world.people[0].refresh_token, young);
  EXPECT_NE(world.people[1].refresh_token, old);
  EXPECT_NE(world.units[0].liaison.refresh_token, liaison);
}

TEST(LoopTest, AStopIsCleanAndTheNextStartFindsEverythingAgain) {
  Town town({.people = 3, .communities = 1, .units = 0, .deployment = {}});
  const dispatch::v1::Task task = town.Run(town.Publish(0, 2, std::chrono::minutes(120)));
  const std::vector<std::string> services(config::kServices.begin(), config::kServices.end());
  for (const std::string& service : services) town.deployment.process(service).Signal(SIGTERM);
  for (const std::string& service : services) {
    EXPECT_EQ(town.deployment.process(service).Wait(), 0) << town.deployment.Log(service);
  }
  town.deployment.redis().Stop();
  town.deployment.redis().Restart();
  town.deployment.Start(services);
  dispatch::v1::GetTaskRequest get;
  get.set_task_id(task.task_id());
  dispatch::v1::Task again = town.Run(demo::Must(town.world->backend.tasks, &client::Tasks::GetTask,
                                                 town.world->people[0].token, get));
  EXPECT_NE(again.area_name(), "");
  for (const char* shown : {"area_name", "publisher_name", "free_slots"}) {
    const auto* const field = dispatch::v1::Task::descriptor()->FindFieldByName(shown);
    again.GetReflection()->ClearField(&again, field);
  }
  EXPECT_EQ(again.SerializeAsString(), task.SerializeAsString());
}

// A start that waited for another service could not be stopped but by SIGKILL.
TEST(LoopTest, AServiceThatWaitsForAnotherCanBeStopped) {
  RedisServer redis;
  TempDir dir;
  const std::string log = dir.File("dispatch.log");
  ChildProcess dispatch({Binary("dispatch"), "--listen=127.0.0.1:0", "--metrics_listen="},
                        {{"BAODAO_REDIS", "127.0.0.1:" + std::to_string(redis.port())},
                         {"BAODAO_KEYS_DIR", dir.File("keys")},
                         {"BAODAO_CREATE_KEYS", "true"},
                         {"BAODAO_PEER_REGISTRATION", "127.0.0.1:9"}},
                        log);
  const auto waits = [&] {
    std::ifstream file(log);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    return text.find("areas.waiting") != std::string::npos;
  };
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!waits()) {
    ASSERT_TRUE(dispatch.Running() && std::chrono::steady_clock::now() < end);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(dispatch.End(SIGTERM), 0);
}

}  // namespace
}  // namespace baodao::testing
