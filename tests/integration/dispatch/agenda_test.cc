// The things that a person has to do and waits for, in short.
#include "common/testing/matchers.h"
#include "tests/integration/dispatch/later.h"

namespace baodao::dispatch {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class AgendaTest : public LaterTest {
 protected:
  v1::Agenda AgendaOf(AssignmentHandlers& assignments, const std::string& person) {
    v1::GetAgendaRequest request;
    request.set_person_id(person);
    auto agenda = Run(assignments.GetAgenda(As(person), request));
    EXPECT_THAT(agenda, testing::IsOk());
    return *std::move(agenda);
  }
  void Offer(const std::string& task, const std::string& person) {
    v1::OfferTaskRequest request;
    request.set_request_id("offer-" + task);
    request.set_task_id(task);
    request.set_person_id(person);
    ASSERT_THAT(Run(replicas_[0]->assignments.OfferTask(Coordinator(), request)), testing::IsOk());
  }
};

TEST_F(AgendaTest, OffersWaitsAndTheNextWorkAreThere) {
  const std::string person = NewPerson();
  EXPECT_FALSE(AgendaOf(replicas_[1]->assignments, person).has_next());
  const std::string later = Publish(NewTask(hours(30), 1, 1)).task_id();
  const std::string next = Publish(NewTask(hours(3), 1, 1)).task_id();
  const std::string full = Publish(NewTask(hours(60), 1, 1)).task_id();
  v1::PublishTaskRequest request = NewTask(hours(90), 1, 1);
  request.set_requester_id(NewPerson());
  const auto offered = Run(replicas_[0]->tasks.PublishTask(Lists(), request));
  ASSERT_THAT(offered, testing::IsOk());
  ASSERT_THAT(Run(Claim(0, person, later, "1")), testing::IsOk());
  ASSERT_THAT(Run(Claim(0, person, next, "2")), testing::IsOk());
  ASSERT_THAT(Run(Claim(0, NewPerson(), full, "3")), testing::IsOk());
  ASSERT_THAT(Run(Claim(0, person, full, "4")), testing::IsOk());
  Offer(offered->task_id(), person);

  const v1::Agenda agenda = AgendaOf(replicas_[1]->assignments, person);
  EXPECT_EQ(agenda.next().task().task_id(), next);
  EXPECT_EQ(agenda.next().assignment().state(), v1::ASSIGNMENT_STATE_ACCEPTED);
  EXPECT_EQ(agenda.accepted_count(), 2);
  EXPECT_EQ(agenda.waiting_count(), 1);
  ASSERT_EQ(agenda.offers_size(), 1);
  EXPECT_EQ(agenda.offers(0).task().task_id(), offered->task_id());
  EXPECT_EQ(agenda.offers(0).task().requester_id(), "") << "not before it is accepted";
  EXPECT_EQ(agenda.awaiting_minutes(), 0);
}

TEST_F(AgendaTest, MinutesAwaitConfirmationUntilTheyAreCredited) {
  const std::string person = NewPerson();
  const std::string task = Publish(NewTask(hours(1), 1, 1)).task_id();
  ASSERT_THAT(Run(Claim(0, person, task, "claim")), testing::IsOk());
  LaterClock clock;
  clock.ahead = hours(1);
  LaterReplica one(loop_, *replicas_[0], clock, ring_);
  v1::GetSignInCodeRequest ask;
  ask.set_task_id(task);
  auto code = Run(one.tasks.GetSignInCode(Coordinator(), ask));
  ASSERT_THAT(Run(one.assignments.SignIn(As(person), SignBy(task, code->code(), "in"))),
              testing::IsOk());
  EXPECT_EQ(AgendaOf(one.assignments, person).next().task().task_id(), task) << "at it now";
  clock.ahead += minutes(30);
  code = Run(one.tasks.GetSignInCode(Coordinator(), ask));
  const auto out = Run(one.assignments.SignOut(As(person), SignBy(task, code->code(), "out")));
  ASSERT_THAT(out, testing::IsOk());
  const v1::Agenda served = AgendaOf(one.assignments, person);
  EXPECT_FALSE(served.has_next());
  EXPECT_GE(served.awaiting_minutes(), 30);
  EXPECT_EQ(served.awaiting_minutes(), out->credited_minutes());
  v1::CloseTaskRequest close;
  close.set_request_id("close");
  close.set_task_id(task);
  ASSERT_THAT(Run(one.tasks.CloseTask(Coordinator(), close)), testing::IsOk());
  EXPECT_THAT(Fire(one, &Deadlines::Credit, kCreditTimer, task), testing::IsOk());
  EXPECT_EQ(AgendaOf(one.assignments, person).awaiting_minutes(), 0);
}

}  // namespace
}  // namespace baodao::dispatch
