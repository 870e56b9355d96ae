// kill -9 under load, then a restart: nothing acknowledged is missing, nothing is doubled, no timer
// is lost.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "common/async/for_each.h"
#include "ops/demo/task_people.h"
#include "tests/e2e/town.h"

namespace baodao::testing {
namespace {

using dispatch::v1::Assignment;
using dispatch::v1::ASSIGNMENT_STATE_ACCEPTED;

class CrashTest : public ::testing::Test {
 protected:
  static constexpr size_t kPeople = 60;
  static constexpr int kTasks = 30;

  static void SetUpTestSuite() {
    Town::Options options;
    options.people = kPeople;
    options.communities = 1;
    town_ = new Town(options);
  }
  static void TearDownTestSuite() {
    delete town_;
    town_ = nullptr;
  }

  demo::World& world() { return *town_->world; }

  Task<std::vector<Assignment>> PeopleOf(std::string task_id) {
    demo::Job job;
    job.task_id = task_id;
    co_return co_await demo::PeopleOf(world(), job);
  }

  // Tasks two days apart, starting at `first_day`: a person may hold all of them.
  std::vector<std::string> PublishTasks(int first_day, int slots) {
    std::vector<std::string> ids;
    for (int i = 0; i < kTasks; ++i) {
      const auto task =
          town_->Run(town_->Publish(0, slots, std::chrono::hours(24 * (first_day + i * 2))));
      ids.push_back(task.task_id());
    }
    return ids;
  }

  // Everybody claims every task, with patience; `crash` happens when a third is done. What was
  // acknowledged, by task.
  std::map<std::string, std::set<std::string>> ClaimThrough(const std::vector<std::string>& tasks,
                                                            std::function<void()> crash) {
    std::map<std::string, std::set<std::string>> acknowledged;
    size_t done = 0;
    auto claim = [&](size_t i) -> Task<void> {
      const demo::Actor& person = world().people[i % kPeople];
      dispatch::v1::ClaimTaskRequest request;
      request.set_request_id("crash-" + tasks[i / kPeople]);
      request.set_task_id(tasks[i / kPeople]);
      const auto answer = co_await demo::Try(
          world().backend.assignments, &client::Assignments::ClaimTask, person.token, request);
      if (answer.ok() && answer->state() == ASSIGNMENT_STATE_ACCEPTED) {
        acknowledged[request.task_id()].insert(person.person_id);
      } else if (!answer.ok()) {
        EXPECT_TRUE(Is(answer.status(), Reason::WAITLIST_FULL)) << answer.status();
      }
      if (++done == tasks.size() * kPeople / 3) crash();
    };
    town_->Run(ForEach(tasks.size() * kPeople, 32, claim));
    return acknowledged;
  }

  void ExpectExactly(const std::vector<std::string>& tasks,
                     const std::map<std::string, std::set<std::string>>& acknowledged) {
    for (const std::string& task : tasks) {
      std::set<std::string> stored;
      for (const Assignment& assignment : town_->Run(PeopleOf(task))) {
        if (assignment.state() == ASSIGNMENT_STATE_ACCEPTED) stored.insert(assignment.person_id());
      }
      const auto known = acknowledged.find(task);
      EXPECT_EQ(stored, known == acknowledged.end() ? std::set<std::string>() : known->second)
          << task;
      EXPECT_EQ(stored.size(), 20u) << task;
    }
  }

  static Town* town_;
};

Town* CrashTest::town_ = nullptr;

TEST_F(CrashTest, DispatchKilledUnderLoadLosesAndDoublesNothing) {
  const std::vector<std::string> tasks = PublishTasks(2, 20);
  const auto acknowledged = ClaimThrough(tasks, [] {
    town_->deployment.Kill("dispatch");
    town_->deployment.Start("dispatch");
  });
  ExpectExactly(tasks, acknowledged);
}

TEST_F(CrashTest, RedisKilledUnderLoadLosesAndDoublesNothing) {
  const std::vector<std::string> tasks = PublishTasks(100, 20);
  const auto acknowledged = ClaimThrough(tasks, [] {
    town_->deployment.redis().Kill();
    town_->deployment.redis().Restart();
  });
  ExpectExactly(tasks, acknowledged);
}

// Between the need and its task lists dies again and again; every need ends with exactly one task.
TEST_F(CrashTest, ListsKilledBetweenNeedAndTaskMakesExactlyOneTask) {
  constexpr size_t kNeeds = 24;
  std::vector<std::string> needs(kNeeds);
  const demo::Community& community = world().communities[0];
  auto raise = [&](size_t i) -> Task<void> {
    lists::v1::CreateNeedRequest need;
    need.set_request_id(world().RequestId());
    need.set_title("第" + std::to_string(i) + "件");
    need.set_category("cleaning");
    need.set_area_code(community.area.code());
    const Time start = SystemClock().Now() + std::chrono::hours(24 * 320);
    *need.mutable_window()->mutable_start() = ToTimestamp(start);
    *need.mutable_window()->mutable_end() = ToTimestamp(start + std::chrono::hours(1));
    const auto created = co_await demo::Must(world().backend.needs, &client::Needs::CreateNeed,
                                             world().people[i].token, need);
    needs[i] = created.need_id();
    lists::v1::ReviewNeedRequest review;
    review.set_request_id(world().RequestId());
    review.set_need_id(needs[i]);
    review.set_verdict(lists::v1::NEED_VERDICT_ACCEPT);
    co_await demo::Must(world().backend.needs, &client::Needs::ReviewNeed,
                        community.coordinator.token, review);
  };
  town_->Run(ForEach(kNeeds, 8, raise));
  std::vector<std::string> tasks(kNeeds);
  size_t done = 0;
  auto publish = [&](size_t i) -> Task<void> {
    lists::v1::PublishNeedRequest request;
    request.set_request_id("publish-" + needs[i]);
    request.set_need_id(needs[i]);
    if (done++ % 6 == 3) {
      town_->deployment.Kill("lists");
      town_->deployment.Start("lists");
    }
    const auto published = co_await demo::Must(world().backend.needs, &client::Needs::PublishNeed,
                                               community.coordinator.token, request);
    tasks[i] = published.task_id();
  };
  town_->Run(ForEach(kNeeds, 4, publish));
  // Exactly one task of each need exists, and it is the one the need names.
  std::map<std::string, std::set<std::string>> by_need;
  dispatch::v1::ListTasksRequest list;
  list.set_area_code(community.area.code());
  list.set_page_size(200);
  do {
    const auto page = town_->Run(demo::Must(world().backend.tasks, &client::Tasks::ListTasks,
                                            community.coordinator.token, list));
    for (const auto& task : page.tasks()) by_need[task.need_id()].insert(task.task_id());
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  for (size_t i = 0; i < kNeeds; ++i)
    EXPECT_EQ(by_need[needs[i]], std::set<std::string>{tasks[i]}) << needs[i];
}

// Each withdrawal arms a timer that offers the slot to the waitlist. The replica that armed them
// dies in the middle of it: every slot is offered all the same.
TEST_F(CrashTest, TimersOfAKilledReplicaFire) {
  const std::vector<std::string> tasks = PublishTasks(200, 1);
  auto claim = [&](size_t i) -> Task<void> {
    for (size_t person = 0; person < 2; ++person) {
      dispatch::v1::ClaimTaskRequest request;
      request.set_request_id(world().RequestId());
      request.set_task_id(tasks[i]);
      co_await demo::Must(world().backend.assignments, &client::Assignments::ClaimTask,
                          world().people[person].token, request);
    }
  };
  town_->Run(ForEach(tasks.size(), 8, claim));
  size_t done = 0;
  auto withdraw = [&](size_t i) -> Task<void> {
    dispatch::v1::AssignmentRequest request;
    request.set_request_id(world().RequestId());
    request.set_task_id(tasks[i]);
    co_await demo::Must(world().backend.assignments, &client::Assignments::WithdrawAssignment,
                        world().people[0].token, request);
    if (++done % 10 != 0) co_return;
    town_->deployment.Kill("dispatch");
    town_->deployment.Start("dispatch");
  };
  town_->Run(ForEach(tasks.size(), 8, withdraw));
  auto promoted = [&](size_t i) -> Task<void> {
    for (int attempt = 0; attempt < 600; ++attempt) {
      for (const Assignment& assignment : co_await PeopleOf(tasks[i])) {
        const bool offered = assignment.state() == dispatch::v1::ASSIGNMENT_STATE_OFFERED;
        if (offered && assignment.holds_slot()) co_return;
      }
      co_await SystemClock().SleepFor(Millis(100));
    }
    ADD_FAILURE() << tasks[i] << " was not offered to its waitlist";
  };
  town_->Run(ForEach(tasks.size(), 8, promoted));
}

}  // namespace
}  // namespace baodao::testing
