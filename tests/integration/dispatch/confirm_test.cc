// Service confirmed after the fact, on a real store.
#include "common/testing/matchers.h"
#include "tests/integration/dispatch/missed.h"

namespace baodao::dispatch {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class ConfirmServiceTest : public MissedTest {};

// Who had come and could not sign in was a NO_SHOW for ever, and nothing could put it right.
TEST_F(ConfirmServiceTest, FromExpiredToCreditedAndRated) {
  const std::string person = NewPerson();
  const v1::Task task = Missed(person);
  const std::string id = task.task_id();
  EXPECT_EQ(Why(Run(one_.assignments.ConfirmService(As(requester_), Told(task, person, "early")))
                    .status()),
            "TOO_EARLY");
  Expire(id);
  // Each refusal names the way.
  EXPECT_EQ(EvaluatedBy(requester_, id), "NOTHING_TO_EVALUATE");
  EXPECT_EQ(Why(Correct(id, person, 60).status()), "HOURS_NOT_CREDITED");
  v1::AssignTaskRequest assign;
  assign.set_request_id("assign");
  assign.set_task_id(id);
  assign.set_person_id(person);
  EXPECT_EQ(Why(Run(one_.assignments.AssignTask(Coordinator(), assign)).status()), "TASK_OVER");

  const auto confirmed =
      Run(one_.assignments.ConfirmService(As(requester_), Told(task, person, "confirm")));
  ASSERT_THAT(confirmed, testing::IsOk());
  EXPECT_EQ(confirmed->state(), v1::TASK_STATE_SERVED);
  Credit(id);
  EXPECT_EQ(Run(replicas_[0]->app.tasks.ReadAssignment(id, person))->assignment().state(),
            v1::ASSIGNMENT_STATE_CREDITED);
  const auto entries = LedgerOf(person);
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].minutes(), 60);
  EXPECT_EQ(entries[0].confirmation(), v1::CONFIRMATION_MANUAL);
  EXPECT_EQ(entries[0].reason(), "手机没电");
  EXPECT_EQ(entries[0].confirmer_id(), requester_);

  // Sent again it answers as it did; told anew it is on record; corrected it is corrected.
  const auto again =
      Run(two_.assignments.ConfirmService(As(requester_), Told(task, person, "confirm")));
  ASSERT_THAT(again, testing::IsOk());
  EXPECT_EQ(again->SerializeAsString(), confirmed->SerializeAsString());
  v1::ConfirmServiceRequest other = Told(task, person, "confirm");
  other.set_reason("别的原因");
  EXPECT_EQ(Why(Run(two_.assignments.ConfirmService(As(requester_), other)).status()),
            "REQUEST_ID_REUSED");
  EXPECT_EQ(
      Why(Run(two_.assignments.ConfirmService(Coordinator(), Told(task, person, "anew"))).status()),
      "SERVICE_ON_RECORD");
  EXPECT_EQ(Correct(id, person, 30)->minutes(), 30);
  EXPECT_EQ(EvaluatedBy(requester_, id), "OK");
  Credit(id);
  EXPECT_EQ(Run(replicas_[0]->app.ledgers.Head(person))->minutes(), 30);
  // The door is not theirs to see again.
  v1::GetTaskContactRequest contact;
  contact.set_task_id(id);
  EXPECT_EQ(Why(Run(one_.tasks.GetTaskContact(As(person), contact)).status()), "PERMISSION_DENIED");
}

TEST_F(ConfirmServiceTest, NobodyWasInTwoPlacesAtOnce) {
  const std::string person = NewPerson();
  const v1::Task missed = Missed(person);
  // Somewhere else during the second half, from when the first was given up.
  const v1::Task elsewhere = Publish(NewTask(hours(2), 1, 1));
  Expire(missed.task_id());
  clock_.ahead = Millis(0);
  ASSERT_THAT(Run(Claim(1, person, elsewhere.task_id(), "elsewhere")), testing::IsOk());
  clock_.ahead = hours(5);
  const int64_t before = server_.Do({"DBSIZE"}).integer;
  v1::ConfirmServiceRequest whole = Told(missed, person, "whole");
  *whole.mutable_services(0)->mutable_served()->mutable_end() = missed.window().end();
  EXPECT_EQ(Why(Run(one_.assignments.ConfirmService(Coordinator(), whole)).status()),
            "OVERLAPPING_TASK");
  EXPECT_EQ(CalendarOf(person).entries_size(), 1);
  EXPECT_EQ(Get(missed.task_id()).state(), v1::TASK_STATE_EXPIRED);
  EXPECT_EQ(server_.Do({"DBSIZE"}).integer, before);
  v1::ConfirmServiceRequest half = Told(missed, person, "half");
  *half.mutable_services(0)->mutable_served()->mutable_end() =
      ToTimestamp(StartOf(elsewhere) - minutes(1));
  const auto confirmed = Run(one_.assignments.ConfirmService(Coordinator(), half));
  EXPECT_THAT(confirmed, testing::IsOk());
  EXPECT_EQ(CalendarOf(person).entries_size(), 2);
}

TEST_F(ConfirmServiceTest, ManyTellItAtOnceAndItIsCreditedOnce) {
  const std::string person = NewPerson(), stranger = NewPerson();
  const v1::Task task = Missed(person);
  Expire(task.task_id());
  int confirmed = 0;
  const auto tell = [&](LaterReplica& replica, std::string who, std::string id) -> Task<void> {
    auto told = co_await replica.assignments.ConfirmService(Coordinator(), Told(task, who, id));
    confirmed += told.ok();
    const std::string why = Why(told.status());
    EXPECT_TRUE(told.ok() || why == "SERVICE_ON_RECORD" || why == "TASK_FULL") << why;
  };
  std::vector<Task<void>> all;
  for (int i = 0; i < 8; ++i) {
    all.push_back(tell(i % 2 == 0 ? one_ : two_, i < 4 ? person : stranger, std::to_string(i)));
  }
  RunAll(std::move(all));
  EXPECT_EQ(confirmed, 1);
  EXPECT_EQ(Get(task.task_id()).accepted_count(), 1);
  Credit(task.task_id());
  Credit(task.task_id());
  EXPECT_EQ(LedgerOf(person).size() + LedgerOf(stranger).size(), 1u);
  // Whose time was entered and not needed has it back.
  EXPECT_EQ(CalendarOf(person).entries_size() + CalendarOf(stranger).entries_size(), 1);
}

// Only the task's commit sees that another call was faster: until then this one looked good.
TEST_F(ConfirmServiceTest, WhatTheCommitRefusesLeavesNoMark) {
  const std::string person = NewPerson(), stranger = NewPerson();
  const v1::Task task = Missed(person);
  Expire(task.task_id());
  const DispatchKeys& keys = replicas_[0]->app.keys;
  std::string coordinator = NewPerson();
  while (keys.ShardOf(coordinator) == keys.ShardOf(task.task_id())) coordinator = NewPerson();
  const auto as = CoordinatorWith(coordinator);
  std::vector<std::string> why(8);
  const auto tell = [&](LaterReplica& replica, size_t i) -> Task<void> {
    const std::string& who = i % 2 == 0 ? person : stranger;
    why[i] =
        Why((co_await replica.assignments.ConfirmService(as, Told(task, who, std::to_string(i))))
                .status());
  };
  std::vector<Task<void>> all;
  for (size_t i = 0; i < why.size(); ++i) all.push_back(tell(i < 4 ? one_ : two_, i));
  RunAll(std::move(all));
  EXPECT_EQ(std::ranges::count(why, "OK"), 1);
  for (size_t i = 0; i < why.size(); ++i) {
    const store::RequestKey other{coordinator, std::to_string(i), 7};
    const auto marking = Run(stores_[0]->MarkRequest(keys.ShardOf(coordinator), other));
    ASSERT_THAT(marking, testing::IsOk());
    EXPECT_EQ(*marking, why[i] == "OK" ? store::Marking::kReused : store::Marking::kNew) << why[i];
  }
}

// Coordinators raise needs of their own; on those somebody else decides who else was there.
TEST_F(ConfirmServiceTest, ARequesterWhoCoordinatesNamesOnlyWhoHadAccepted) {
  const std::string person = NewPerson(), friend_of_theirs = NewPerson();
  const v1::Task task = Missed(person);
  Expire(task.task_id());
  const auto as = CoordinatorWith(requester_);
  EXPECT_EQ(Why(Run(one_.assignments.ConfirmService(as, Told(task, friend_of_theirs, "friend")))
                    .status()),
            "NOT_ASSIGNED");
  EXPECT_EQ(Why(Run(one_.assignments.ConfirmService(as, Told(task, person, "p"))).status()), "OK");
}

TEST_F(ConfirmServiceTest, WhatIsRefusedWritesNothing) {
  const std::string person = NewPerson();
  const v1::Task task = Missed(person);
  Expire(task.task_id());
  const int64_t before = server_.Do({"DBSIZE"}).integer;
  v1::ConfirmServiceRequest nobody = Told(task, ids::New("tsk", 1), "a");
  EXPECT_EQ(Why(Run(one_.assignments.ConfirmService(Coordinator(), nobody)).status()), "NOT_FOUND");
  EXPECT_EQ(Why(Run(one_.assignments.ConfirmService(As(requester_), Told(task, requester_, "b")))
                    .status()),
            "OWN_SERVICE");
  EXPECT_EQ(server_.Do({"DBSIZE"}).integer, before);
}

}  // namespace
}  // namespace baodao::dispatch
