// A session, or a key, that ends takes its streams and tokens with it in every service and replica.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "common/ids/ids.h"
#include "common/testing/matchers.h"
#include "common/testing/paths.h"
#include "common/testing/process.h"
#include "common/testing/temp_dir.h"
#include "tests/e2e/town.h"

namespace baodao::testing {
namespace {

// So soon a token of a session that has ended is refused by every replica.
constexpr std::chrono::seconds kBound{30};

class SessionsTest : public ::testing::Test {
 protected:
  static Town::Options TwoDispatches() {
    Town::Options options;
    options.people = 2;
    options.communities = 1;
    options.deployment.second_dispatch = true;
    // Who signs out may sign in again at once.
    options.deployment.environment["BAODAO_REGISTRATION_LOGIN_CODE_INTERVAL"] = "1ms";
    return options;
  }

  // Calls until the answer is a refusal for `reason`, as long as that may take.
  template <class Service, class Req, class Resp>
  bool SoonRefused(rpc::Client<Service>& client,
                   rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method,
                   const std::string& token, const Req& request, Reason reason) {
    const auto end = std::chrono::steady_clock::now() + kBound;
    while (std::chrono::steady_clock::now() < end) {
      const auto answer = town_.Run(client.Call(method, rpc::CallOptions::As(token), request));
      if (Is(answer.status(), reason)) return true;
    }
    return false;
  }
  rpc::StreamReader<inbox::v1::WatchInboxResponse> Watch(const demo::Actor& person) {
    inbox::v1::WatchInboxRequest request;
    request.set_person_id(person.person_id);
    return town_.world->backend.notifications.Stream(&client::Notifications::WatchInbox,
                                                     rpc::CallOptions::As(person.token), request);
  }
  // The refusal that a stream ends with, whatever comes before.
  absl::Status EndOf(rpc::StreamReader<inbox::v1::WatchInboxResponse>& stream) {
    while (town_.Run(stream.Next()).has_value()) {
    }
    return stream.status();
  }
  template <class T>
  T Must(Task<T> task) {
    return town_.Run(std::move(task));
  }

  Town town_{TwoDispatches()};
  client::Backend& backend_ = town_.world->backend;
};

// After it the stream went on, and the old token accepted an offer.
TEST_F(SessionsTest, SigningOutEndsStreamsAndTokensInEveryService) {
  const demo::Actor gone = town_.world->people[0];
  const demo::Actor& other = town_.world->people[1];
  auto stream = Watch(gone);
  auto others = Watch(other);
  ASSERT_TRUE(town_.Run(stream.Next()).has_value());
  ASSERT_TRUE(town_.Run(others.Next()).has_value());
  dispatch::v1::ClaimTaskRequest claim;
  claim.set_task_id(Must(town_.Publish(0, 2, std::chrono::hours(24))).task_id());
  claim.set_request_id("claim");

  Must(demo::Must(backend_.sessions, &client::Sessions::Logout, gone.token,
                  registration::v1::LogoutRequest()));
  const absl::Status end = EndOf(stream);
  EXPECT_THAT(end, testing::IsRefusal(Reason::SESSION_ENDED)) << end;
  dispatch::v1::GetTaskRequest get;
  get.set_task_id(claim.task_id());
  ASSERT_TRUE(
      SoonRefused(backend_.tasks, &client::Tasks::GetTask, gone.token, get, Reason::SESSION_ENDED));
  rpc::ChannelOptions second;
  second.target = "127.0.0.1:" + std::to_string(town_.deployment.second_dispatch_port());
  rpc::Channel channel(town_.loop, second);
  rpc::Client<dispatch::v1::TaskService> replica(channel);
  ASSERT_TRUE(
      SoonRefused(replica, &client::Tasks::GetTask, gone.token, get, Reason::SESSION_ENDED));
  const auto claimed = town_.Run(backend_.assignments.Call(
      &client::Assignments::ClaimTask, rpc::CallOptions::As(gone.token), claim));
  EXPECT_THAT(claimed, testing::IsRefusal(Reason::SESSION_ENDED)) << claimed.status();

  inbox::v1::ListNotificationsRequest list;
  list.set_person_id(gone.person_id);
  EXPECT_TRUE(SoonRefused(backend_.notifications, &client::Notifications::ListNotifications,
                          gone.token, list, Reason::SESSION_ENDED));
  lists::v1::ListNeedsRequest needs;
  needs.set_area_code("310110");
  EXPECT_TRUE(SoonRefused(backend_.needs, &client::Needs::ListNeeds, gone.token, needs,
                          Reason::SESSION_ENDED));
  registration::v1::GetPersonRequest person;
  person.set_person_id(gone.person_id);
  EXPECT_TRUE(SoonRefused(backend_.people, &client::People::GetPerson, gone.token, person,
                          Reason::SESSION_ENDED));

  // A replica that was not there when it ended knows of it as soon as it serves.
  town_.deployment.Kill("dispatch");
  town_.deployment.Start("dispatch");
  const auto later = town_.Run(
      backend_.tasks.Call(&client::Tasks::GetTask, rpc::CallOptions::As(gone.token), get));
  EXPECT_THAT(later, testing::IsRefusal(Reason::SESSION_ENDED)) << later.status();

  // Nobody else's: neither another person's nor a new one of theirs.
  demo::Actor back = gone;
  town_.Run(town_.world->LogIn(back));
  EXPECT_EQ(back.person_id, gone.person_id);
  for (const demo::Actor* actor : {&other, static_cast<const demo::Actor*>(&back)}) {
    auto fresh = claim;
    fresh.set_request_id(town_.world->RequestId());
    Must(demo::Must(backend_.assignments, &client::Assignments::ClaimTask, actor->token, fresh));
  }
  EXPECT_TRUE(town_.Run(others.Next()).has_value());
  EXPECT_THAT(others.status(), testing::IsOk());
}

// It took a restart of all services, and tokens that were remembered stayed good until then.
TEST_F(SessionsTest, KeysAreReplacedWhileTheServicesRun) {
  const demo::Actor person = town_.world->people[0];
  auto stream = Watch(person);
  ASSERT_TRUE(town_.Run(stream.Next()).has_value());
  const TempDir next;
  ChildProcess made({Binary("baodaoctl"), "token", "keys", next.path()}, {}, next.File("ctl.log"));
  ASSERT_EQ(made.Wait(), 0);
  for (const auto file : {auth::kPublicKeysFile, auth::kPrivateKeyFile}) {
    const std::string name(file);
    std::filesystem::copy_file(next.File(name), town_.deployment.keys_dir() + "/" + name,
                               std::filesystem::copy_options::overwrite_existing);
  }
  const absl::Status end = EndOf(stream);
  EXPECT_THAT(end, testing::IsRefusal(Reason::TOKEN_INVALID)) << end;
  registration::v1::GetPersonRequest get;
  get.set_person_id(person.person_id);
  EXPECT_TRUE(SoonRefused(backend_.people, &client::People::GetPerson, person.token, get,
                          Reason::TOKEN_INVALID));
  dispatch::v1::GetTaskRequest task;
  task.set_task_id(ids::New("tsk", 0));
  EXPECT_TRUE(SoonRefused(backend_.tasks, &client::Tasks::GetTask, person.token, task,
                          Reason::TOKEN_INVALID));
  // Sessions live on; whoever refreshes has a token of the new key, and so have the services.
  demo::Actor renewed = person;
  town_.Run(town_.world->Refresh(renewed));
  Must(demo::Must(backend_.people, &client::People::GetPerson, renewed.token, get));
}

}  // namespace
}  // namespace baodao::testing
