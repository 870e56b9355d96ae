// Many people, few slots, two replicas.
#include <map>

#include "common/status/status.h"
#include "common/testing/matchers.h"
#include "tests/integration/dispatch/cluster.h"

namespace baodao::dispatch {
namespace {

class RushTest : public ReplicasTest {
 protected:
  using Counts = std::map<std::string, int>;

  Task<void> Try(int replica, std::string person, std::string task, std::string request_id,
                 Counts& counts) {
    const auto answer = co_await Claim(replica, person, task, request_id);
    if (!answer.ok()) {
      const auto reason = ReasonOf(answer.status());
      ++counts[reason ? std::string(Name(*reason)) : answer.status().ToString()];
      co_return;
    }
    ++counts[v1::AssignmentState_Name(answer->state())];
    answers_[answer->SerializeAsString()] += 1;
  }

  std::map<std::string, int> answers_;
};

TEST_F(RushTest, FiveHundredClaimsOnTenSlots) {
  for (int round = 0; round < 3; ++round) {
    v1::PublishTaskRequest request = NewTask(std::chrono::hours(3), 5, 10);
    request.set_waitlist_max(30);
    const std::string task = Publish(request).task_id();
    Counts counts;
    std::vector<std::string> people;
    std::vector<Task<void>> claims;
    for (int i = 0; i < 500; ++i) {
      people.push_back(NewPerson());
      claims.push_back(Try(i % 2, people.back(), task, "claim", counts));
    }
    RunAll(std::move(claims));
    const Counts expected = {{"ASSIGNMENT_STATE_ACCEPTED", 10},
                             {"ASSIGNMENT_STATE_WAITLISTED", 30},
                             {"WAITLIST_FULL", 460}};
    EXPECT_EQ(counts, expected);

    const auto loaded = *Run(replicas_[1]->app.tasks.ReadWithPeople(task));
    EXPECT_EQ(loaded->record.task().accepted_count(), 10);
    EXPECT_EQ(loaded->record.task().waitlist_count(), 30);
    EXPECT_EQ(loaded->record.task().state(), v1::TASK_STATE_STAFFED);
    EXPECT_EQ(loaded->people.size(), 40u);
    // Only those accepted have time taken.
    int busy = 0;
    for (const std::string& person : people) {
      const int entries = CalendarOf(person).entries_size();
      ASSERT_LE(entries, 1);
      if (entries == 0) continue;
      ++busy;
      EXPECT_EQ(loaded->people.at(person).assignment().state(), v1::ASSIGNMENT_STATE_ACCEPTED);
    }
    EXPECT_EQ(busy, 10);
  }
}

TEST_F(RushTest, OneRequestAHundredTimesHasOneEffectAndOneAnswer) {
  const std::string task = Publish(NewTask(std::chrono::hours(3), 1, 5)).task_id();
  const std::string person = NewPerson();
  Counts counts;
  std::vector<Task<void>> claims;
  for (int i = 0; i < 100; ++i) claims.push_back(Try(i % 2, person, task, "same", counts));
  RunAll(std::move(claims));
  EXPECT_EQ(counts, (Counts{{"ASSIGNMENT_STATE_ACCEPTED", 100}}));
  EXPECT_EQ(answers_.size(), 1u);
  const auto loaded = *Run(replicas_[0]->app.tasks.ReadWithPeople(task));
  EXPECT_EQ(loaded->record.task().accepted_count(), 1);
  EXPECT_EQ(loaded->record.task().version(), 2u);
  EXPECT_EQ(CalendarOf(person).entries_size(), 1);
}

TEST_F(RushTest, ARequestIdIsForOneRequest) {
  const std::string first = Publish(NewTask(std::chrono::hours(3), 1, 5)).task_id();
  const std::string second = Publish(NewTask(std::chrono::hours(8), 1, 5)).task_id();
  const std::string person = NewPerson();
  ASSERT_THAT(Run(Claim(0, person, first, "one")), testing::IsOk());
  for (const int replica : {0, 1}) {
    const auto reused = Run(Claim(replica, person, second, "one"));
    EXPECT_THAT(reused, testing::IsRefusal(Reason::REQUEST_ID_REUSED)) << reused.status();
  }
  // The same task with another wish is another request, too.
  v1::ClaimTaskRequest request;
  request.set_request_id("one");
  request.set_task_id(first);
  request.set_no_waitlist(true);
  const auto reused = Run(replicas_[1]->assignments.ClaimTask(As(person), request));
  EXPECT_THAT(reused, testing::IsRefusal(Reason::REQUEST_ID_REUSED)) << reused.status();
  EXPECT_EQ(CalendarOf(person).entries_size(), 1);
}

// The person's time used to stay reserved for half a minute.
TEST_F(RushTest, ARefusedRequestIdLeavesNoReservation) {
  const std::string first = Publish(NewTask(std::chrono::hours(3), 1, 5)).task_id();
  const std::string second = Publish(NewTask(std::chrono::hours(8), 1, 5)).task_id();
  const std::string person = NewPerson(), other = NewPerson();
  v1::AssignTaskRequest assign;
  assign.set_request_id("once");
  assign.set_task_id(first);
  assign.set_person_id(person);
  ASSERT_THAT(Run(replicas_[0]->assignments.AssignTask(Coordinator(), assign)), testing::IsOk());
  assign.set_task_id(second);
  assign.set_person_id(other);
  const auto reused = Run(replicas_[1]->assignments.AssignTask(Coordinator(), assign));
  EXPECT_THAT(reused, testing::IsRefusal(Reason::REQUEST_ID_REUSED)) << reused.status();
  EXPECT_EQ(CalendarOf(other).entries_size(), 0);
}

TEST_F(RushTest, OnePersonManyOverlappingTasks) {
  std::vector<std::string> tasks;
  for (int i = 0; i < 6; ++i)
    tasks.push_back(Publish(NewTask(std::chrono::hours(3), 1, 5)).task_id());
  for (int round = 0; round < 5; ++round) {
    const std::string person = NewPerson();
    Counts counts;
    std::vector<Task<void>> claims;
    for (size_t i = 0; i < tasks.size(); ++i) {
      claims.push_back(
          Try(static_cast<int>(i % 2), person, tasks[i], "r" + std::to_string(i), counts));
    }
    RunAll(std::move(claims));
    EXPECT_EQ(counts["ASSIGNMENT_STATE_ACCEPTED"], 1);
    EXPECT_EQ(counts["OVERLAPPING_TASK"], 5);
    EXPECT_EQ(CalendarOf(person).entries_size(), 1);
  }
}

TEST_F(RushTest, ALostReplicasReservationBlocksOnlyForAMoment) {
  // A replica that died between the two commits left an old entry without an assignment.
  const std::string person = NewPerson();
  const std::string lost = Publish(NewTask(std::chrono::hours(3), 1, 5)).task_id();
  const std::string other = Publish(NewTask(std::chrono::hours(3), 1, 5)).task_id();
  const v1::Task task = Run(replicas_[0]->app.tasks.Read(lost))->task();
  v1::CalendarRecord calendar;
  Reserve(calendar, WorkOf(task), SystemClock().Now() - std::chrono::seconds(29), 5);
  const auto put = [&](uint64_t version) {
    store::Commit commit(replicas_[0]->app.keys.ShardOf(person));
    commit.Put(replicas_[0]->app.keys.Calendar(person), version, calendar.SerializeAsString());
    return Run(replicas_[0]->store.Apply(std::move(commit)));
  };
  ASSERT_EQ(put(0)->kind, store::CommitOutcome::Kind::kApplied);
  EXPECT_THAT(Run(Claim(0, person, other, "a")), testing::IsRefusal(Reason::OVERLAPPING_TASK));
  calendar.mutable_entries(0)->set_reserved_ms(calendar.entries(0).reserved_ms() - 2000);
  ASSERT_EQ(put(1)->kind, store::CommitOutcome::Kind::kApplied);
  const auto claimed = Run(Claim(0, person, other, "a"));
  ASSERT_THAT(claimed, testing::IsOk());
  ASSERT_EQ(CalendarOf(person).entries_size(), 1);
  EXPECT_EQ(CalendarOf(person).entries(0).task_id(), other);
}

}  // namespace
}  // namespace baodao::dispatch
