// The six services, unchanged, on a Redis Cluster of three masters.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <sstream>

#include "baodao/diagnostics/v1/diagnostics.grpc.pb.h"
#include "common/async/for_each.h"
#include "common/events/group_consumer.h"
#include "common/redis/slot.h"
#include "common/store/keys.h"
#include "common/testing/matchers.h"
#include "ops/demo/task_people.h"
#include "tests/e2e/town.h"

namespace baodao::testing {
namespace {

using diagnostics::v1::DiagnosticsService;
using dispatch::v1::Assignment;
using dispatch::v1::ASSIGNMENT_STATE_ACCEPTED;
using dispatch::v1::ASSIGNMENT_STATE_OFFERED;

class ClusterTest : public ::testing::Test {
 protected:
  static constexpr int kShards = 16;  // what a new store has
  // One of each subdistrict, which tasks share their shard with: together they lie on all masters.
  static constexpr size_t kCommunities = 4;
  static constexpr size_t kPeople = 64;
  static constexpr size_t kTasks = 5;  // of a community, beside those of the story
  static constexpr size_t kClaims = kTasks * kPeople;
  static constexpr int kSlots = 6;  // and twice as many may wait: nobody is refused

  static void SetUpTestSuite() {
    Town::Options options;
    options.people = kPeople;
    options.communities = kCommunities;
    options.units = kCommunities;
    options.needs = 12;
    options.lead = std::chrono::seconds(12);
    options.deployment.cluster = true;
    // The story's tasks start within seconds.
    options.deployment.environment["BAODAO_MATCHING_MATCH_OFFER_UNTIL"] = "1s";
    town_ = new Town(options);
  }
  static void TearDownTestSuite() {
    delete town_;
    town_ = nullptr;
  }

  demo::World& world() { return *town_->world; }
  RedisCluster& cluster() { return town_->deployment.cluster(); }

  static size_t NodeOf(int shard) {
    return RedisCluster::NodeOf(redis::KeySlot(keys_.Of(shard, "any")));
  }

  // Until the condition holds.
  static Task<void> Await(std::string what, std::function<Task<bool>()> condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!co_await condition()) {
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error("never: " + what);
      co_await SystemClock().SleepFor(Millis(10));
    }
  }

  // A write of a service, with an event, into one shard of the store.
  Task<absl::Status> Write(rpc::Channel& service, int shard) {
    diagnostics::v1::CommitRequest request;
    request.set_request_id(world().RequestId());
    do {
      request.set_key("cluster-" + std::to_string(world().Random(1'000'000)));
    } while (keys_.ShardOfText(request.key()) != shard);
    rpc::Client<DiagnosticsService> client(service);
    const auto answer =
        co_await client.Call(&rpc::AsyncOf<DiagnosticsService>::Commit,
                             rpc::CallOptions::As(world().OperatorToken()), request);
    co_return answer.status();
  }

  // Puts an event into every stream there is, and sees all of them read.
  Task<void> ExpectEveryStreamRead() {
    client::Backend& backend = world().backend;
    for (rpc::Channel* service : {&backend.registration, &backend.lists, &backend.dispatch}) {
      for (int shard = 0; shard < kShards; ++shard) {
        const absl::Status written = co_await Write(*service, shard);
        EXPECT_THAT(written, testing::IsOk());
      }
    }
    const auto client = co_await redis::Connect(town_->loop, cluster().config());
    if (!client.ok()) throw std::runtime_error(client.status().ToString());
    const std::map<std::string, std::vector<std::string>> groups = {
        {"inbox", {"registration", "lists", "dispatch"}},
        {"lists", {"dispatch", "registration"}},
        {"dispatch", {"registration"}},
        {"records", {"registration", "lists", "dispatch"}}};
    for (const auto& [group, services] : groups) {
      co_await Await(group + " has read all events", [&]() -> Task<bool> {
        const auto lag =
            co_await events::ReadGroupLag(**client, SystemClock(), group, services, kShards);
        EXPECT_THAT(lag, testing::IsOk());
        if (!lag.ok()) co_return false;
        EXPECT_EQ(lag->dead_letters, 0) << group;
        co_return lag->unread == 0;
      });
    }
  }

  // Two days apart, so that a person may hold all of them.
  void PublishTasks() {
    std::set<size_t> nodes;
    for (size_t i = 0; i < kTasks; ++i) {
      for (size_t community = 0; community < kCommunities; ++community) {
        const auto day = std::chrono::hours(24 * 2 * (i + 1));
        demo::Job& job = jobs_.emplace_back();
        job.community = community;
        job.task_id = town_->Run(town_->Publish(community, kSlots, day)).task_id();
        nodes.insert(NodeOf(keys_.ShardOfId(job.task_id)));
      }
    }
    EXPECT_EQ(nodes.size(), RedisCluster::size());
  }

  // By task and person.
  template <class Value>
  using ByClaim = std::map<std::pair<std::string, std::string>, Value>;

  // Everybody claims the tasks of their community; `beside` goes on meanwhile.
  ByClaim<Assignment> ClaimAll(std::function<Task<void>()> beside) {
    ByClaim<Assignment> answers;
    claimed_ = 0;
    auto claim = [&](size_t i) -> Task<void> {
      if (i == 0) co_return co_await beside();
      const demo::Actor& person = world().people[(i - 1) % kPeople];
      dispatch::v1::ClaimTaskRequest request;
      request.set_task_id(jobs_[(i - 1) / kPeople * kCommunities + person.community].task_id);
      request.set_request_id("cluster-" + request.task_id());
      answers[{request.task_id(), person.person_id}] = co_await demo::Must(
          world().backend.assignments, &client::Assignments::ClaimTask, person.token, request);
      ++claimed_;
    };
    town_->Run(ForEach(1 + kClaims, 32, claim));
    return answers;
  }

  // kill -9 of a master in the middle of the claims. It comes back on what its append-only file
  // holds, and not before dispatch has felt it.
  Task<void> CrashAmongClaims(int shard) {
    RedisServer& node = cluster().node(NodeOf(shard));
    co_await Await("half of the claims",
                   [this]() -> Task<bool> { co_return claimed_ >= kClaims / 2; });
    node.Kill();
    co_await Await("the crash is felt", [this, shard]() -> Task<bool> {
      co_return absl::IsUnavailable(co_await Write(world().backend.dispatch, shard));
    });
    node.Restart();
  }

  // The tasks' own lists, and those kept with the people, in shards of their own, say what was
  // told.
  void ExpectAsTold(const ByClaim<Assignment>& answers) {
    ByClaim<std::string> told, by_task, by_person;
    const auto add = [](ByClaim<std::string>& claims, const Assignment& assignment) {
      const bool first = claims
                             .emplace(std::pair(assignment.task_id(), assignment.person_id()),
                                      dispatch::v1::AssignmentState_Name(assignment.state()))
                             .second;
      EXPECT_TRUE(first) << assignment.task_id() << " " << assignment.person_id();
    };
    for (const auto& [claim, answer] : answers) add(told, answer);
    std::set<std::string> ours;
    for (const demo::Job& job : jobs_) {
      ours.insert(job.task_id);
      for (const Assignment& assignment : town_->Run(demo::PeopleOf(world(), job))) {
        add(by_task, assignment);
      }
    }
    for (const demo::Actor& person : world().people) {
      dispatch::v1::ListMyAssignmentsRequest request;
      request.set_page_size(200);
      const auto mine =
          town_->Run(demo::Must(world().backend.assignments,
                                &client::Assignments::ListMyAssignments, person.token, request));
      for (const auto& item : mine.items()) {
        if (ours.contains(item.assignment().task_id())) add(by_person, item.assignment());
      }
    }
    EXPECT_EQ(by_task, told);
    EXPECT_EQ(by_person, told);
  }

  // Who withdraws arms a timer that offers the slot to the waitlist.
  Task<void> ExpectTimersFire() {
    for (const demo::Job& job : jobs_) {
      for (const Assignment& assignment : co_await demo::PeopleOf(world(), job)) {
        if (assignment.state() != ASSIGNMENT_STATE_ACCEPTED) continue;
        dispatch::v1::AssignmentRequest request;
        request.set_request_id(world().RequestId());
        request.set_task_id(job.task_id);
        co_await demo::Must(world().backend.assignments, &client::Assignments::WithdrawAssignment,
                            demo::PersonOf(world(), assignment.person_id())->token, request);
        break;
      }
    }
    for (const demo::Job& job : jobs_) {
      co_await Await(job.task_id + " is offered to its waitlist", [this, &job]() -> Task<bool> {
        for (const Assignment& assignment : co_await demo::PeopleOf(world(), job)) {
          if (assignment.state() == ASSIGNMENT_STATE_OFFERED) co_return true;
        }
        co_return false;
      });
    }
  }

  // Matching knows a new task from nothing but its event.
  Task<void> ExpectMatchingHears() {
    for (size_t community = 0; community < kCommunities; ++community) {
      const auto task =
          co_await town_->Publish(community, kSlots, std::chrono::hours(24 * 2 * (kTasks + 1)));
      const demo::Actor& person = world().people[community];
      EXPECT_EQ(person.community, community);
      matching::v1::RecommendTasksRequest request;
      request.set_person_id(person.person_id);
      request.set_limit(100);
      co_await Await(task.task_id() + " is recommended", [&]() -> Task<bool> {
        const auto answer = co_await demo::Must(
            world().backend.matchings, &client::Matchings::RecommendTasks, person.token, request);
        for (const auto& item : answer.items()) {
          if (item.task().task_id() == task.task_id()) co_return true;
        }
        co_return false;
      });
    }
  }

  // No event was missed, since nothing was trimmed and nothing lost; and no worker gave up.
  void ExpectNothingAmiss() {
    for (const std::string_view name : config::kServices) {
      std::istringstream log(town_->deployment.Log(std::string(name)));
      for (std::string line; std::getline(log, line);) {
        EXPECT_EQ(line.find("events.gap"), line.npos) << line;
        EXPECT_EQ(line.find(R"("level":"error")"), line.npos) << line;
      }
    }
  }

  static inline Town* town_ = nullptr;
  // Shards lie where they lie for every service.
  static inline const store::Keys keys_{"dispatch", kShards};
  std::vector<demo::Job> jobs_;
  size_t claimed_ = 0;
};

TEST_F(ClusterTest, EventsOfEveryShardAreRead) { town_->Run(ExpectEveryStreamRead()); }

// From reporting in to the outcome heard, with a crash between claiming and serving.
TEST_F(ClusterTest, TheLoopGoesOnAfterAMasterWasKilled) {
  town_->Run(demo::RaiseNeeds(world()));
  town_->Run(demo::ClaimForUnits(world()));
  town_->Run(demo::StaffTasks(world()));
  town_->Run(demo::ChangeMinds(world()));
  PublishTasks();
  // The readers of events keep their membership in shard 0.
  const ByClaim<Assignment> told = ClaimAll([this] { return CrashAmongClaims(0); });
  cluster().AwaitReady();
  EXPECT_EQ(told.size(), kClaims);
  ExpectAsTold(told);
  town_->Run(ExpectTimersFire());
  town_->Run(ExpectMatchingHears());
  town_->Run(demo::LiveOn(world()));
  town_->Run(demo::Serve(world()));
  town_->Run(demo::SettleUp(world()));
  EXPECT_EQ(town_->Run(demo::CheckPromises(world())), 0);
  town_->Run(ExpectEveryStreamRead());
  ExpectNothingAmiss();
}

}  // namespace
}  // namespace baodao::testing
