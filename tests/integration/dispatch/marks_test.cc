// Calls leave nothing behind under their request_ids where they were refused.
#include "services/dispatch/store/marks.h"

#include "common/ids/ids.h"
#include "common/store/memory_store.h"
#include "common/store/mutate.h"
#include "common/testing/fake_clock.h"
#include "common/testing/matchers.h"
#include "tests/integration/dispatch/handlers_fixture.h"

namespace baodao::dispatch {
namespace {

class MarksTest : public HandlersTest {
 protected:
  int64_t Keys() { return server_.Do({"DBSIZE"}).integer; }
  static std::string NewTaskId(int shard) { return ids::New("tsk", shard); }
  absl::StatusOr<v1::Assignment> Withdraw(const std::string& person, const std::string& task,
                                          const std::string& request_id) {
    v1::AssignmentRequest request;
    request.set_request_id(request_id);
    request.set_task_id(task);
    return Run(replicas_[0]->assignments.WithdrawAssignment(As(person), request));
  }
  std::string PersonApartFrom(const std::string& task) {
    for (;;) {
      std::string person = NewPerson();
      if (ids::ShardOf(person) != ids::ShardOf(task)) return person;
    }
  }
};

// Each left a key for a day, in a shard of the caller's choice.
TEST_F(MarksTest, MadeUpTaskIdsLeaveNothing) {
  const std::string person = NewPerson();
  const int64_t before = Keys();
  for (int i = 0; i < 3 * kShards; ++i) {
    const auto answer = Withdraw(person, NewTaskId(i % kShards), "w" + std::to_string(i));
    EXPECT_EQ(Why(answer.status()), "NOT_FOUND");
  }
  EXPECT_EQ(Keys(), before);
}

TEST_F(MarksTest, ARefusedClaimLeavesNothingEvenWhereTimeWasReserved) {
  const v1::Task task = Publish(NewTask(std::chrono::hours(30), 1, 1));
  const std::string& id = task.task_id();
  std::vector<std::string> people;
  for (int i = 0; i < 24; ++i) people.push_back(PersonApartFrom(id));
  std::vector<absl::StatusOr<v1::Assignment>> answers(people.size(), absl::UnknownError(""));
  std::vector<Task<void>> claims;
  const auto claim = [&](size_t i) -> Task<void> {
    v1::ClaimTaskRequest request;
    request.set_request_id("claim");
    request.set_task_id(id);
    request.set_no_waitlist(true);
    answers[i] = co_await replicas_[i % 2]->assignments.ClaimTask(As(people[i]), request);
  };
  for (size_t i = 0; i < people.size(); ++i) claims.push_back(claim(i));
  RunAll(std::move(claims));
  int won = 0;
  for (size_t i = 0; i < people.size(); ++i) {
    const store::RequestKey other{people[i], "claim", 7};
    const auto marking =
        Run(stores_[0]->MarkRequest(stores_[0]->keys().ShardOfId(people[i]), other));
    ASSERT_THAT(marking, testing::IsOk());
    won += answers[i].ok() ? 1 : 0;
    EXPECT_EQ(*marking, answers[i].ok() ? store::Marking::kReused : store::Marking::kNew)
        << answers[i].status();
  }
  EXPECT_EQ(won, 1);
}

// The second call would be refused anyhow: that is not what is wrong with it.
TEST_F(MarksTest, AReusedRequestIdIsNoticedAcrossShardsAlsoInARefusedCall) {
  const v1::Task task = Publish(NewTask(std::chrono::hours(30), 1, 2));
  const std::string person = PersonApartFrom(task.task_id());
  const auto claimed = Run(Claim(0, person, task.task_id(), "once"));
  ASSERT_THAT(claimed, testing::IsOk());
  EXPECT_EQ(Why(Withdraw(person, NewTaskId(0), "once").status()), "REQUEST_ID_REUSED");
  EXPECT_EQ(Why(Withdraw(person, NewTaskId(5), "once").status()), "REQUEST_ID_REUSED");
}

// A refused call may be sent again under its request_id, whatever it asks for then.
TEST_F(MarksTest, ARefusedRequestIdIsFree) {
  const v1::Task task = Publish(NewTask(std::chrono::hours(30), 1, 2));
  const std::string person = PersonApartFrom(task.task_id());
  EXPECT_EQ(Why(Withdraw(person, task.task_id(), "again").status()), "NOT_ASSIGNED");
  EXPECT_THAT(Run(Claim(0, person, task.task_id(), "again")), testing::IsOk());
}

// The task of a need was published before, by another request.
TEST_F(MarksTest, ATaskThatIsThereAlreadyIsAnAnswerThatIsKept) {
  v1::PublishTaskRequest request = NewTask(std::chrono::hours(30), 1, 2);
  request.set_need_id(ids::New("ned", 3));
  request.set_need_attempt(1);
  request.set_requester_id(NewPerson());
  const auto publish = [&](const std::string& id) {
    request.set_request_id(id);
    return Run(replicas_[0]->tasks.PublishTask(Lists(), request));
  };
  const auto made = publish("first");
  ASSERT_THAT(made, testing::IsOk());
  const auto found = publish("second");
  ASSERT_THAT(found, testing::IsOk());
  ASSERT_THAT(Run(Claim(0, PersonApartFrom(made->task_id()), made->task_id(), "c")),
              testing::IsOk());
  const auto again = publish("second");
  ASSERT_THAT(again, testing::IsOk());
  EXPECT_EQ(again->SerializeAsString(), found->SerializeAsString());
  request.set_title("别的");
  EXPECT_EQ(Why(publish("second").status()), "REQUEST_ID_REUSED");
}

// Two copies of a request, on two replicas.
class CopiesTest : public ::testing::Test {
 protected:
  void Settle(TaskCall& call) { testing::Run(loop_, SettleMark(store_, 3, call)); }
  TaskCall CallOf(TaskCall::End end) {
    TaskCall call;
    call.request = key_;
    call.mark_shard = 5;
    call.end = end;
    if (end == TaskCall::End::kRefused) call.result = Refuse(Reason::TASK_FULL);
    return call;
  }
  bool AnotherMayUseIt() {
    const store::RequestKey other{key_.caller, key_.request_id, 8};
    return *testing::Run(loop_, store_.MarkRequest(5, other)) == store::Marking::kNew;
  }

  asio::io_context loop_;
  testing::FakeClock clock_{loop_};
  store::MemoryData data_;
  store::MemoryStore store_{store::Keys("dispatch", kShards), data_, clock_};
  const store::RequestKey key_{"per_1", "r1", 7};
};

// It was answered after the refused one had looked for an answer.
TEST_F(CopiesTest, ARefusedOneTakesTheAnswerOfTheOtherAndLeavesTheMark) {
  ASSERT_EQ(*testing::Run(loop_, store_.MarkRequest(5, key_)), store::Marking::kNew);
  store::Commit commit(3);
  commit.Answer(key_, "answer");
  ASSERT_THAT(testing::Run(loop_, store_.Apply(std::move(commit))), testing::IsOk());
  TaskCall call = CallOf(TaskCall::End::kRefused);
  call.marked = true;
  Settle(call);
  EXPECT_EQ(call.end, TaskCall::End::kReplayed);
  ASSERT_THAT(call.result, testing::IsOk());
  EXPECT_EQ(*call.result, "answer");
  EXPECT_FALSE(AnotherMayUseIt());
}

// The refused one has taken the mark back that this one had met.
TEST_F(CopiesTest, AnAnsweredOneMarksAgain) {
  TaskCall call = CallOf(TaskCall::End::kApplied);
  call.met = true;
  Settle(call);
  EXPECT_FALSE(AnotherMayUseIt());
}

TEST_F(CopiesTest, WhereBothAreRefusedNoMarkStays) {
  ASSERT_EQ(*testing::Run(loop_, store_.MarkRequest(5, key_)), store::Marking::kNew);
  TaskCall met = CallOf(TaskCall::End::kRefused);
  met.met = true;
  Settle(met);
  TaskCall marked = CallOf(TaskCall::End::kRefused);
  marked.marked = true;
  Settle(marked);
  EXPECT_EQ(marked.end, TaskCall::End::kRefused);
  EXPECT_TRUE(AnotherMayUseIt());
}

}  // namespace
}  // namespace baodao::dispatch
