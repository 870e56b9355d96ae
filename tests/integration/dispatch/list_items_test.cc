// Tasks in lists, as they say to each caller what they are to it.
#include <map>
#include <string>
#include <vector>

#include "common/testing/matchers.h"
#include "services/dispatch/workers/task_feed.h"
#include "tests/integration/dispatch/handlers_fixture.h"

namespace baodao::dispatch {
namespace {

using std::chrono::hours;

class ListItemsTest : public HandlersTest {
 protected:
  std::vector<v1::Task> List(const rpc::CallContext& caller) {
    v1::ListTasksRequest request;
    request.set_area_code(kCommunity);
    const auto page = Ok(replicas_[1]->tasks.ListTasks(caller, request));
    return {page.tasks().begin(), page.tasks().end()};
  }
  std::vector<v1::Task> Near(const rpc::CallContext& caller) {
    v1::FindNearestTasksRequest request;
    request.mutable_point()->set_latitude(31.2746);
    request.mutable_point()->set_longitude(121.5234);
    const auto page = Ok(replicas_[1]->tasks.FindNearestTasks(caller, request));
    std::vector<v1::Task> tasks;
    for (const auto& hit : page.hits()) tasks.push_back(hit.task());
    return tasks;
  }
  void LoadNear() {
    Replica& replica = *replicas_[1];
    metrics::Registry registry;
    Metrics metrics(registry);
    TaskFeed feed(replica.app, replica.near, metrics);
    ASSERT_THAT(Run(feed.Load()), testing::IsOk());
  }
  v1::AssignmentState StateIn(const std::string& task, const std::string& person) {
    v1::GetTaskRequest request;
    request.set_task_id(task);
    return Ok(replicas_[1]->tasks.GetTask(As(person), request)).my_state();
  }
  // Commands that Redis has processed so far.
  int64_t Commands() {
    const std::string info = server_.Do({"INFO", "stats"}).text;
    const std::string name = "total_commands_processed:";
    return std::stoll(info.substr(info.find(name) + name.size()));
  }
};

TEST_F(ListItemsTest, EveryTaskSaysWhatTheCallerIsToIt) {
  const std::string person = NewPerson();
  const std::string none = Publish(NewTask(hours(3), 1, 2)).task_id();
  const std::string accepted = Publish(NewTask(hours(30), 1, 2)).task_id();
  const std::string offered = Publish(NewTask(hours(60), 1, 2)).task_id();
  const std::string full = Publish(NewTask(hours(90), 1, 1)).task_id();
  const std::string left = Publish(NewTask(hours(120), 1, 2)).task_id();
  ASSERT_THAT(Run(Claim(0, person, accepted, "1")), testing::IsOk());
  ASSERT_THAT(Run(Claim(0, NewPerson(), full, "2")), testing::IsOk());
  ASSERT_THAT(Run(Claim(0, person, full, "3")), testing::IsOk());
  ASSERT_THAT(Run(Claim(0, person, left, "4")), testing::IsOk());
  v1::AssignmentRequest withdraw;
  withdraw.set_request_id("withdraw");
  withdraw.set_task_id(left);
  ASSERT_THAT(Run(replicas_[0]->assignments.WithdrawAssignment(As(person), withdraw)),
              testing::IsOk());
  v1::OfferTaskRequest offer;
  offer.set_request_id("offer");
  offer.set_task_id(offered);
  offer.set_person_id(person);
  ASSERT_THAT(Run(replicas_[0]->assignments.OfferTask(Coordinator(), offer)), testing::IsOk());
  LoadNear();

  using States = std::map<std::string, v1::AssignmentState>;
  const States expected = {{none, v1::ASSIGNMENT_STATE_UNSPECIFIED},
                           {accepted, v1::ASSIGNMENT_STATE_ACCEPTED},
                           {offered, v1::ASSIGNMENT_STATE_OFFERED},
                           {full, v1::ASSIGNMENT_STATE_WAITLISTED},
                           {left, v1::ASSIGNMENT_STATE_UNSPECIFIED}};
  const auto states = [](const std::vector<v1::Task>& tasks) {
    States found;
    for (const v1::Task& task : tasks) found[task.task_id()] = task.my_state();
    return found;
  };
  EXPECT_EQ(states(List(As(person))), expected);
  States near = expected;
  near.erase(full);
  EXPECT_EQ(states(Near(As(person))), near);
  for (const auto& [task, state] : expected) EXPECT_EQ(StateIn(task, person), state) << task;
  for (const auto& caller : {As(NewPerson()), Lists()}) {
    for (const v1::Task& task : List(caller)) {
      EXPECT_EQ(task.my_state(), v1::ASSIGNMENT_STATE_UNSPECIFIED);
    }
  }
}

TEST_F(ListItemsTest, EveryTaskNamesItsAreaAndTheSlotsLeft) {
  const std::string some = Publish(NewTask(hours(3), 1, 3)).task_id();
  const std::string full = Publish(NewTask(hours(30), 1, 1)).task_id();
  ASSERT_THAT(Run(Claim(0, NewPerson(), some, "1")), testing::IsOk());
  ASSERT_THAT(Run(Claim(0, NewPerson(), full, "2")), testing::IsOk());
  ASSERT_THAT(Run(Claim(0, NewPerson(), full, "3")), testing::IsOk());
  LoadNear();
  const std::vector<v1::Task> listed = List(As(NewPerson()));
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0].free_slots(), 2);
  EXPECT_EQ(listed[1].free_slots(), 0);
  EXPECT_EQ(listed[1].waitlist_count(), 1);
  const std::vector<v1::Task> near = Near(As(NewPerson()));
  ASSERT_EQ(near.size(), 1u);
  EXPECT_EQ(near[0].free_slots(), 2);
  for (const v1::Task& task : {listed[0], listed[1], near[0], Get(some)}) {
    EXPECT_EQ(task.area_name(), kCommunity) << "areas of tests are named by their codes";
    EXPECT_EQ(task.publisher_name(), std::string("310110001") + kCommunity);
  }
  // None of it is stored.
  const v1::TaskRecord record = Ok(replicas_[0]->app.tasks.Read(some));
  EXPECT_EQ(record.task().area_name() + record.task().publisher_name(), "");
  EXPECT_EQ(record.task().free_slots(), 0);
}

TEST_F(ListItemsTest, WhatTheCallerIsToTasksCostsTwoReadsHoweverManyThereAre) {
  for (int i = 0; i < 10; ++i) Publish(NewTask(hours(3 + i), 1, 2));
  const auto cost = [&](const rpc::CallContext& caller) {
    const int64_t before = Commands();
    EXPECT_EQ(List(caller).size(), 10u);
    return Commands() - before;
  };
  cost(Lists());
  const int64_t without = cost(Lists());
  EXPECT_LE(cost(As(NewPerson())), without + 2);
}

}  // namespace
}  // namespace baodao::dispatch
