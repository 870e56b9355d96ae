// Changing one's mind: asking to be let go, and proposing a colleague.
#include "common/testing/matchers.h"
#include "tests/integration/dispatch/later.h"

namespace baodao::dispatch {
namespace {

using std::chrono::hours;

class ChangingTest : public LaterTest {
 protected:
  ChangeHandlers& changes(size_t replica) { return replicas_[replica]->changes; }

  template <class Request>
  static Request About(const std::string& task, const std::string& id) {
    Request request;
    request.set_task_id(task);
    request.set_request_id(id);
    return request;
  }
  v1::RequestWithdrawalRequest Asking(const std::string& task, const std::string& id = "ask") {
    auto request = About<v1::RequestWithdrawalRequest>(task, id);
    request.set_reason("发烧");
    return request;
  }
  v1::ProposeSwapRequest Proposing(const std::string& task, const std::string& successor) {
    auto request = About<v1::ProposeSwapRequest>(task, "propose-" + successor);
    request.set_successor_id(successor);
    return request;
  }
  v1::Assignment PartOf(const std::string& person, const std::string& task) {
    return Run(replicas_[1]->app.tasks.ReadAssignment(task, person))->assignment();
  }
  v1::AssignmentState StateOf(const std::string& person, const std::string& task) {
    return PartOf(person, task).state();
  }
  // The tasks that somebody who looks for work is shown.
  std::vector<std::string> ToBeHad() {
    v1::ListTasksRequest request;
    request.set_area_code(kCommunity);
    request.set_claimable(true);
    const auto found = Ok(replicas_[1]->tasks.ListTasks(As(NewPerson()), request));
    std::vector<std::string> ids;
    for (const v1::Task& task : found.tasks()) ids.push_back(task.task_id());
    return ids;
  }
  Task<void> Try(int replica, std::string person, std::string task, int* accepted) {
    const auto claimed = co_await Claim(replica, std::move(person), std::move(task), "claim");
    *accepted += claimed.ok() && claimed->state() == v1::ASSIGNMENT_STATE_ACCEPTED;
  }
  Task<void> Ask(std::string person, std::string task) {
    const auto asked = co_await changes(1).RequestWithdrawal(As(std::move(person)), Asking(task));
    EXPECT_THAT(asked, testing::IsOk());
  }
};

TEST_F(ChangingTest, WhoAsksToBeLetGoIsOnceSomebodyComes) {
  const std::string person = NewPerson(), next = NewPerson();
  const std::string task = Publish(NewTask(hours(1), 1, 1)).task_id();
  ASSERT_THAT(Run(Claim(0, person, task, "1")), testing::IsOk());
  EXPECT_THAT(ToBeHad(), ::testing::IsEmpty());
  const auto asked = Run(changes(0).RequestWithdrawal(As(person), Asking(task)));
  ASSERT_THAT(asked, testing::IsOk());
  EXPECT_EQ(asked->state(), v1::ASSIGNMENT_STATE_ACCEPTED);
  EXPECT_EQ(Get(task).leaving_count(), 1);
  EXPECT_EQ(Get(task).state(), v1::TASK_STATE_OPEN);
  EXPECT_THAT(ToBeHad(), ::testing::ElementsAre(task));
  EXPECT_EQ(CalendarOf(person).entries_size(), 1);

  ASSERT_THAT(Run(Claim(1, next, task, "1")), testing::IsOk());
  EXPECT_EQ(StateOf(next, task), v1::ASSIGNMENT_STATE_ACCEPTED);
  EXPECT_EQ(StateOf(person, task), v1::ASSIGNMENT_STATE_WITHDRAWN);
  EXPECT_EQ(CalendarOf(person).entries_size(), 0);
  EXPECT_THAT(ToBeHad(), ::testing::IsEmpty());
  // Sent again, it is answered as before.
  const auto again = Run(changes(1).RequestWithdrawal(As(person), Asking(task)));
  ASSERT_THAT(again, testing::IsOk());
  EXPECT_EQ(again->SerializeAsString(), asked->SerializeAsString());
}

TEST_F(ChangingTest, OneSlotIsTakenOnceHoweverManyComeForIt) {
  const std::string person = NewPerson();
  v1::PublishTaskRequest request = NewTask(hours(1), 1, 1);
  request.set_waitlist_max(100);
  const std::string task = Publish(request).task_id();
  ASSERT_THAT(Run(Claim(0, person, task, "1")), testing::IsOk());
  int accepted = 0;
  std::vector<Task<void>> all;
  for (int i = 0; i < 40; ++i) {
    if (i == 20) all.push_back(Ask(person, task));
    all.push_back(Try(i % 2, NewPerson(), task, &accepted));
  }
  RunAll(std::move(all));
  // Those before the request wait; then the first of them is asked.
  EXPECT_LE(accepted, 1);
  if (accepted == 0) {
    RunTimersUntil([&] { return Get(task).held_count() == 1; });
    EXPECT_EQ(Get(task).held_count(), 1);
  }
  EXPECT_EQ(Get(task).accepted_count(), 1);
}

TEST_F(ChangingTest, OnlyCoordinatorsAnswer) {
  const std::string person = NewPerson();
  const std::string task = Publish(NewTask(hours(1), 1, 1)).task_id();
  ASSERT_THAT(Run(Claim(0, person, task, "1")), testing::IsOk());
  ASSERT_THAT(Run(changes(0).RequestWithdrawal(As(person), Asking(task))), testing::IsOk());
  auto answer = About<v1::AnswerWithdrawalRequest>(task, "answer");
  answer.set_person_id(person);
  answer.set_verdict(v1::WITHDRAWAL_VERDICT_REFUSE);
  const auto silent = Run(changes(0).AnswerWithdrawal(Coordinator(), answer));
  EXPECT_EQ(Why(silent.status()), "INVALID_ARGUMENT_FIELDS");
  answer.set_verdict(v1::WITHDRAWAL_VERDICT_APPROVE);
  ASSERT_THAT(Run(changes(1).AnswerWithdrawal(Coordinator(), answer)), testing::IsOk());
  EXPECT_EQ(StateOf(person, task), v1::ASSIGNMENT_STATE_WITHDRAWN);
  EXPECT_EQ(CalendarOf(person).entries_size(), 0);
}

TEST_F(ChangingTest, AColleagueComesInstead) {
  const std::string person = NewPerson(), colleague = NewPerson();
  const std::string busy = NewPerson(), unregistered = NewPerson();
  replicas_[0]->source.people[unregistered].set_person_id(unregistered);
  const std::string task = Publish(NewTask(hours(1), 1, 1)).task_id();
  const std::string other = Publish(NewTask(hours(1), 1, 1)).task_id();
  ASSERT_THAT(Run(Claim(0, person, task, "1")), testing::IsOk());
  ASSERT_THAT(Run(Claim(0, busy, other, "1")), testing::IsOk());
  for (const std::string& who : {busy, unregistered, person}) {
    EXPECT_EQ(Why(Run(changes(0).ProposeSwap(As(person), Proposing(task, who))).status()),
              "CANNOT_SUCCEED");
  }
  EXPECT_EQ(Why(Run(changes(0).ProposeSwap(As(busy), Proposing(task, colleague))).status()),
            "NOT_ASSIGNED");
  const auto proposed = Run(changes(0).ProposeSwap(As(person), Proposing(task, colleague)));
  ASSERT_THAT(proposed, testing::IsOk());
  EXPECT_EQ(proposed->successor_id(), colleague);
  EXPECT_THAT(ToBeHad(), ::testing::IsEmpty());

  auto accept = About<v1::AssignmentRequest>(task, "accept");
  ASSERT_THAT(Run(replicas_[1]->assignments.AcceptOffer(As(colleague), accept)), testing::IsOk());
  EXPECT_EQ(PartOf(person, task).end_cause(), v1::END_CAUSE_REPLACED);
  EXPECT_EQ(PartOf(colleague, task).state(), v1::ASSIGNMENT_STATE_ACCEPTED);
  EXPECT_EQ(CalendarOf(person).entries_size(), 0);
  EXPECT_EQ(CalendarOf(colleague).entries_size(), 1);
  EXPECT_EQ(Why(Run(changes(0).CancelSwap(As(person), About<v1::CancelSwapRequest>(task, "late")))
                    .status()),
            "NO_SWAP");
}

TEST_F(ChangingTest, ThePlaceOfANoShowIsToBeHad) {
  const std::string person = NewPerson(), next = NewPerson();
  const std::string task = Publish(NewTask(hours(1), 1, 1)).task_id();
  ASSERT_THAT(Run(Claim(0, person, task, "1")), testing::IsOk());
  LaterClock clock;
  clock.ahead = hours(1) + std::chrono::minutes(31);
  LaterReplica later(loop_, *replicas_[0], clock, ring_);
  ASSERT_THAT(Fire(later, &Deadlines::NoShow, kNoShowTimer, task), testing::IsOk());
  EXPECT_EQ(StateOf(person, task), v1::ASSIGNMENT_STATE_NO_SHOW);
  v1::ListTasksRequest request;
  request.set_area_code(kCommunity);
  request.set_claimable(true);
  EXPECT_EQ(Ok(later.tasks.ListTasks(As(next), request)).tasks_size(), 1);
  const auto claim = About<v1::ClaimTaskRequest>(task, "claim");
  ASSERT_THAT(Run(later.assignments.ClaimTask(As(next), claim)), testing::IsOk());
  EXPECT_EQ(StateOf(next, task), v1::ASSIGNMENT_STATE_ACCEPTED);
  EXPECT_EQ(Ok(later.tasks.ListTasks(As(next), request)).tasks_size(), 0);
}

}  // namespace
}  // namespace baodao::dispatch
