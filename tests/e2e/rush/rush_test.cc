// 抢单 against two dispatch replicas: the promises under a rush.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "common/async/for_each.h"
#include "common/testing/matchers.h"
#include "ops/demo/task_people.h"
#include "tests/e2e/town.h"

namespace baodao::testing {
namespace {

using dispatch::v1::Assignment;
using dispatch::v1::AssignmentState;
using Assigned = absl::StatusOr<Assignment>;

// Several connections to each of two replicas.
class RushTest : public ::testing::Test {
 protected:
  static constexpr size_t kPeople = 500;

  static void SetUpTestSuite() {
    Town::Options options;
    options.people = kPeople;
    options.communities = 1;
    options.deployment.second_dispatch = true;
    town_ = new Town(options);
    for (int i = 0; i < 6; ++i) {
      rpc::ChannelOptions channel;
      const int port = i % 2 == 0 ? town_->deployment.port_base() + client::kDispatchPort
                                  : town_->deployment.second_dispatch_port();
      channel.target = "127.0.0.1:" + std::to_string(port);
      channel.timeout = Millis(20'000);
      channels_.push_back(std::make_unique<rpc::Channel>(town_->loop, channel));
      clients_.push_back(
          std::make_unique<rpc::Client<dispatch::v1::AssignmentService>>(*channels_.back()));
    }
  }

  static void TearDownTestSuite() {
    clients_.clear();
    channels_.clear();
    delete town_;
    town_ = nullptr;
  }

  demo::World& world() { return *town_->world; }
  rpc::Client<dispatch::v1::AssignmentService>& Connection(size_t i) {
    return *clients_[i % clients_.size()];
  }

  Task<Assigned> Claim(size_t connection, std::string token, std::string task_id,
                       std::string request_id) {
    dispatch::v1::ClaimTaskRequest request;
    request.set_request_id(request_id);
    request.set_task_id(task_id);
    co_return co_await demo::Try(Connection(connection), &client::Assignments::ClaimTask, token,
                                 request);
  }

  // Everybody claims at once; the answers by person.
  Task<std::vector<Assigned>> Rush(std::string task_id) {
    std::vector<Assigned> answers(kPeople, absl::UnknownError("not asked"));
    auto claim = [&](size_t i) -> Task<void> {
      answers[i] = co_await Claim(i, world().people[i].token, task_id, "rush-" + task_id);
    };
    co_await ForEach(kPeople, kPeople, claim);
    co_return answers;
  }

  Task<std::vector<Assignment>> PeopleOf(std::string task_id) {
    demo::Job job;
    job.task_id = task_id;
    co_return co_await demo::PeopleOf(world(), job);
  }

  static Town* town_;
  static std::vector<std::unique_ptr<rpc::Channel>> channels_;
  static std::vector<std::unique_ptr<rpc::Client<dispatch::v1::AssignmentService>>> clients_;
};

Town* RushTest::town_ = nullptr;
std::vector<std::unique_ptr<rpc::Channel>> RushTest::channels_;
std::vector<std::unique_ptr<rpc::Client<dispatch::v1::AssignmentService>>> RushTest::clients_;

TEST_F(RushTest, FiveHundredClaimsOnTenSlotsGiveExactlyTen) {
  for (int round = 0; round < 3; ++round) {
    // Far apart, so that the accepted of one round are free for the next.
    const auto task = town_->Run(town_->Publish(0, 10, std::chrono::hours(48 * (round + 1))));
    const std::vector<Assigned> answers = town_->Run(Rush(task.task_id()));
    std::map<AssignmentState, int> states;
    for (const Assigned& answer : answers) {
      if (answer.ok()) {
        ++states[answer->state()];
      } else {
        EXPECT_THAT(answer, ::testing::AnyOf(IsRefusal(Reason::WAITLIST_FULL),
                                             IsRefusal(Reason::TASK_FULL)));
      }
    }
    EXPECT_EQ(states[dispatch::v1::ASSIGNMENT_STATE_ACCEPTED], 10);
    EXPECT_EQ(states[dispatch::v1::ASSIGNMENT_STATE_WAITLISTED], task.waitlist_max());
    std::map<AssignmentState, int> stored;
    for (const Assignment& assignment : town_->Run(PeopleOf(task.task_id())))
      ++stored[assignment.state()];
    EXPECT_EQ(stored, states);
  }
}

TEST_F(RushTest, NobodyEndsUpInTwoOverlappingTasks) {
  const auto one = town_->Run(town_->Publish(0, 200, std::chrono::hours(300)));
  const auto two =
      town_->Run(town_->Publish(0, 200, std::chrono::hours(300) + std::chrono::minutes(30)));
  auto both = [&](size_t i) -> Task<void> {
    const std::string& token = world().people[i / 2].token;
    const std::string& task_id = i % 2 == 0 ? one.task_id() : two.task_id();
    // The two claims of a person go to different replicas.
    co_await Claim(i, token, task_id, "both-" + std::to_string(i));
  };
  town_->Run(ForEach(200, 200, both));
  std::set<std::string> first;
  int accepted = 0;
  for (const Assignment& assignment : town_->Run(PeopleOf(one.task_id()))) {
    if (assignment.state() != dispatch::v1::ASSIGNMENT_STATE_ACCEPTED) continue;
    first.insert(assignment.person_id());
    ++accepted;
  }
  for (const Assignment& assignment : town_->Run(PeopleOf(two.task_id()))) {
    if (assignment.state() != dispatch::v1::ASSIGNMENT_STATE_ACCEPTED) continue;
    EXPECT_FALSE(first.contains(assignment.person_id())) << assignment.person_id();
    ++accepted;
  }
  EXPECT_GT(accepted, 90);  // Nearly all of the hundred people got one of the two.
  EXPECT_LE(accepted, 100);
}

TEST_F(RushTest, TheSameRequestSentAHundredTimesHasOneEffectAndOneAnswer) {
  const auto task = town_->Run(town_->Publish(0, 50, std::chrono::hours(400)));
  std::set<std::string> answers;
  auto again = [&](size_t i) -> Task<void> {
    const Assigned answer =
        co_await Claim(i, world().people[0].token, task.task_id(), "hundred-times");
    EXPECT_THAT(answer, testing::IsOk());
    if (answer.ok()) answers.insert(answer->SerializeAsString());
  };
  town_->Run(ForEach(100, 100, again));
  EXPECT_EQ(answers.size(), 1u);
  EXPECT_EQ(town_->Run(PeopleOf(task.task_id())).size(), 1u);
  const auto other = town_->Run(town_->Publish(0, 50, std::chrono::hours(500)));
  const Assigned reused =
      town_->Run(Claim(0, world().people[0].token, other.task_id(), "hundred-times"));
  EXPECT_THAT(reused, testing::IsRefusal(Reason::REQUEST_ID_REUSED)) << reused.status();
}

}  // namespace
}  // namespace baodao::testing
