// A volunteer's phone hears of a task over a push gateway that fails, hangs and comes back, while
// inbox is killed.
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "baodao/inbox/v1/push.pb.h"
#include "common/testing/http_server.h"
#include "common/testing/matchers.h"
#include "common/testing/until.h"
#include "tests/e2e/town.h"

namespace baodao::testing {
namespace {

constexpr char kSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

class PushTest : public ::testing::Test {
 protected:
  Town::Options WithGateway() const {
    Town::Options options;
    options.people = 2;
    options.communities = 1;
    options.deployment.environment["BAODAO_INBOX_PUSH_URL"] = gateway_.url();
    options.deployment.environment["BAODAO_INBOX_PUSH_SECRET"] = kSecret;
    options.deployment.environment["BAODAO_INBOX_PUSH_TIMEOUT"] = "2s";
    return options;
  }
  void RegisterDevice(const demo::Actor& person) {
    inbox::v1::RegisterDeviceRequest request;
    request.set_request_id("device");
    request.set_person_id(person.person_id);
    request.set_platform(inbox::v1::DEVICE_PLATFORM_HARMONY);
    request.set_push_token("token of the phone");
    town_.Run(demo::Must(town_.world->backend.channels, &client::Channels::RegisterDevice,
                         person.token, request));
  }
  // The person accepts a task, and hears of it.
  void Claim(const demo::Actor& person) {
    dispatch::v1::ClaimTaskRequest claim;
    claim.set_request_id("claim");
    claim.set_task_id(town_.Run(town_.Publish(0, 2, std::chrono::hours(24))).task_id());
    town_.Run(demo::Must(town_.world->backend.assignments, &client::Assignments::ClaimTask,
                         person.token, claim));
  }

  // The answers of the gateway.
  std::atomic<int> status_ = 200;
  std::atomic<bool> hangs_ = false;
  HttpServer gateway_{[this](const HttpRequest&) {
    HttpAnswer answer;
    answer.status = status_;
    answer.hangs = hangs_;
    return answer;
  }};
  Town town_{WithGateway()};
};

TEST_F(PushTest, APushSurvivesABrokenGatewayAndAKilledService) {
  const demo::Actor& person = town_.world->people[0];
  RegisterDevice(person);
  status_ = 503;
  Claim(person);
  ASSERT_TRUE(Until([&] { return !gateway_.requests().empty(); }));
  hangs_ = true;  // the next try is under way while its process is killed
  ASSERT_TRUE(Until([&] { return gateway_.requests().size() >= 2; }));
  town_.deployment.Kill("inbox");
  hangs_ = false;
  status_ = 200;
  const size_t before = gateway_.requests().size();
  town_.deployment.Start("inbox");
  // The lease of the process that was killed runs out first.
  const auto sent = [&] { return gateway_.requests().size() > before; };
  ASSERT_TRUE(Until(sent, std::chrono::seconds(180)));
  const std::vector<HttpRequest> requests = gateway_.requests();
  std::set<std::string> ids;
  for (const HttpRequest& request : requests) ids.insert(request.headers.at("webhook-id"));
  EXPECT_EQ(ids.size(), 1u) << "one push, under one id, however often it was tried";
  inbox::v1::Push push;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(requests.back().body, &push).ok());
  EXPECT_EQ(push.person_id(), person.person_id);
  ASSERT_EQ(push.devices_size(), 1);
  EXPECT_EQ(push.devices(0).push_token(), "token of the phone");
  EXPECT_FALSE(push.devices(0).title().empty());
}

}  // namespace
}  // namespace baodao::testing
