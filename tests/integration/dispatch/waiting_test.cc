// Offers and waitlists: what people see of them, and who gets a slot that came free.
#include "common/ids/ids.h"
#include "common/testing/matchers.h"
#include "tests/integration/dispatch/handlers_fixture.h"

namespace baodao::dispatch {
namespace {

using std::chrono::hours;

class WaitingTest : public HandlersTest {
 protected:
  v1::ListMyAssignmentsResponse Mine(const std::string& person) {
    v1::ListMyAssignmentsRequest request;
    request.set_page_size(200);
    auto mine = Run(replicas_[1]->assignments.ListMyAssignments(As(person), request));
    if (!mine.ok()) throw std::runtime_error(mine.status().ToString());
    return *std::move(mine);
  }
  void Withdraw(const std::string& person, const std::string& task) {
    v1::AssignmentRequest request;
    request.set_request_id("withdraw");
    request.set_task_id(task);
    ASSERT_THAT(Run(replicas_[0]->assignments.WithdrawAssignment(As(person), request)),
                testing::IsOk());
  }
  void RunPromotion(const std::string& task) {
    const DispatchKeys& keys = replicas_[0]->app.keys;
    const std::string timers = keys.base().Timers(keys.ShardOf(task));
    RunTimersUntil([&] { return server_.Do({"ZSCORE", timers, "promote|" + task}).IsNil(); });
  }
  v1::AssignmentState StateOf(const std::string& person, const std::string& task) {
    const auto record = Run(replicas_[1]->app.tasks.ReadAssignment(task, person));
    return record.ok() ? record->assignment().state() : v1::ASSIGNMENT_STATE_UNSPECIFIED;
  }
};

// Offers used to show only in the inbox.
TEST_F(WaitingTest, OffersAndWaitlistsAreInOnesOwnList) {
  const std::string person = NewPerson();
  // Days apart: in the evening work of the same night would be too close to that of the next day.
  const std::string accepted = Publish(NewTask(hours(3), 1, 1)).task_id();
  const std::string full = Publish(NewTask(hours(3 + 4 * 24), 1, 1)).task_id();
  const std::string offered = Publish(NewTask(hours(3 + 2 * 24), 1, 1)).task_id();
  ASSERT_THAT(Run(Claim(0, person, accepted, "1")), testing::IsOk());
  ASSERT_THAT(Run(Claim(0, NewPerson(), full, "1")), testing::IsOk());
  ASSERT_THAT(Run(Claim(0, person, full, "2")), testing::IsOk());
  v1::OfferTaskRequest offer;
  offer.set_request_id("offer");
  offer.set_task_id(offered);
  offer.set_person_id(person);
  ASSERT_THAT(Run(replicas_[0]->assignments.OfferTask(Coordinator(), offer)), testing::IsOk());

  const auto mine = Mine(person);
  ASSERT_EQ(mine.items_size(), 3);
  EXPECT_EQ(mine.items(0).task().task_id(), accepted);
  EXPECT_EQ(mine.items(0).assignment().state(), v1::ASSIGNMENT_STATE_ACCEPTED);
  EXPECT_EQ(mine.items(1).task().task_id(), offered);
  EXPECT_EQ(mine.items(1).assignment().state(), v1::ASSIGNMENT_STATE_OFFERED);
  EXPECT_EQ(mine.items(2).task().task_id(), full);
  EXPECT_EQ(mine.items(2).assignment().state(), v1::ASSIGNMENT_STATE_WAITLISTED);

  v1::AssignmentRequest decline;
  decline.set_request_id("decline");
  decline.set_task_id(offered);
  ASSERT_THAT(Run(replicas_[1]->assignments.DeclineOffer(As(person), decline)), testing::IsOk());
  Withdraw(person, full);
  EXPECT_EQ(Mine(person).items_size(), 1);
  // Nothing is left behind for what is over.
  EXPECT_TRUE(server_.Do({"KEYS", "*:asked:*"}).items.empty());
}

// Each shard used to be cut by itself: how many were shown depended on where the tasks lay.
TEST_F(WaitingTest, OfMoreThanFiftyTheSoonestAreShown) {
  const std::string person = NewPerson();
  std::vector<std::string> offered;
  for (int i = 0; i < 54; ++i) {
    v1::PublishTaskRequest request = NewTask(hours(3 + i), 1, 1);
    if (i % 2 == 1) request.set_area_code("310110");
    v1::OfferTaskRequest offer;
    offer.set_request_id("offer-" + std::to_string(i));
    offer.set_task_id(Publish(request).task_id());
    offer.set_person_id(person);
    ASSERT_THAT(Run(replicas_[0]->assignments.OfferTask(Coordinator(), offer)), testing::IsOk());
    offered.push_back(offer.task_id());
  }
  const DispatchKeys& keys = replicas_[0]->app.keys;
  ASSERT_NE(keys.ShardOf(offered[0]), keys.ShardOf(offered[1]));
  const auto mine = Mine(person);
  ASSERT_EQ(mine.items_size(), 50);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(mine.items(i).task().task_id(), offered[i]) << i;
}

TEST_F(WaitingTest, WhoMayNoLongerTakePartIsPassedOver) {
  const std::string taker = NewPerson(), suspended = NewPerson(), next = NewPerson();
  const std::string task = Publish(NewTask(hours(5), 1, 1)).task_id();
  for (const std::string& person : {taker, suspended, next}) {
    ASSERT_THAT(Run(Claim(0, person, task, "1")), testing::IsOk());
  }
  registration::v1::Profile gone;
  gone.set_person_id(suspended);
  gone.set_version(2);
  ASSERT_TRUE(replicas_[0]->app.profiles.Apply(gone));
  Withdraw(taker, task);
  RunPromotion(task);
  EXPECT_EQ(StateOf(suspended, task), v1::ASSIGNMENT_STATE_RELEASED);
  EXPECT_EQ(StateOf(next, task), v1::ASSIGNMENT_STATE_OFFERED);
}

// A replica that had not heard of a review yet used to pass people over for it.
TEST_F(WaitingTest, NobodyIsPassedOverForWhatAReplicaHasNotHeardOf) {
  const std::string taker = NewPerson(), waiting = NewPerson();
  const std::string task = Publish(NewTask(hours(5), 1, 1)).task_id();
  // The claim goes through the other replica: the one that promotes holds what was before.
  registration::v1::Profile stale;
  stale.set_person_id(waiting);
  ASSERT_TRUE(replicas_[0]->profiles.Apply(stale));
  ASSERT_THAT(Run(Claim(0, taker, task, "1")), testing::IsOk());
  ASSERT_THAT(Run(Claim(1, waiting, task, "1")), testing::IsOk());
  Withdraw(taker, task);
  RunPromotion(task);
  EXPECT_EQ(StateOf(waiting, task), v1::ASSIGNMENT_STATE_OFFERED);
}

// One whose other claim was just being refused used to lose the place.
TEST_F(WaitingTest, AReservationUnderWayCostsNobodyTheirPlace) {
  const std::string taker = NewPerson(), waiting = NewPerson();
  const std::string task = Publish(NewTask(hours(5), 1, 1)).task_id();
  const std::string other = Publish(NewTask(hours(5), 1, 1)).task_id();
  ASSERT_THAT(Run(Claim(0, taker, task, "1")), testing::IsOk());
  ASSERT_THAT(Run(Claim(0, waiting, task, "1")), testing::IsOk());
  const auto record = *Run(replicas_[1]->app.tasks.Read(other));
  ASSERT_THAT(Run(replicas_[1]->app.calendars.Reserve(waiting, WorkOf(record.task()), {})),
              testing::IsOk());
  Withdraw(taker, task);
  const DispatchKeys& keys = replicas_[0]->app.keys;
  const std::string timers = keys.base().Timers(keys.ShardOf(task));
  const double now = static_cast<double>(SystemClock().Now().time_since_epoch().count());
  RunTimersUntil([&] {
    return std::stod(server_.Do({"ZSCORE", timers, "promote|" + task}).text) > now + 20e3;
  });
  EXPECT_EQ(StateOf(waiting, task), v1::ASSIGNMENT_STATE_WAITLISTED);
}

// A loop of claims and withdrawals filled inboxes and left an answer of each behind.
TEST_F(WaitingTest, WhoComesAndGoesIsStoppedAndLeavesNothingBehind) {
  const std::string person = NewPerson();
  const std::string task = Publish(NewTask(hours(5), 1, 1)).task_id();
  int refused = 0;
  int64_t size = 0;
  for (int i = 0; i < 40; ++i) {
    const int replica = i % 2;
    const auto claimed = Run(Claim(replica, person, task, "claim-" + std::to_string(i)));
    if (claimed.ok()) {
      v1::AssignmentRequest request;
      request.set_request_id("leave-" + std::to_string(i));
      request.set_task_id(task);
      ASSERT_THAT(Run(replicas_[static_cast<size_t>(replica)]->assignments.WithdrawAssignment(
                      As(person), request)),
                  testing::IsOk());
      continue;
    }
    EXPECT_EQ(Why(claimed.status()), "LEFT_TOO_OFTEN");
    EXPECT_TRUE(RetryAfterOf(claimed.status()).has_value());
    if (++refused == 10) size = server_.Do({"DBSIZE"}).integer;
  }
  EXPECT_EQ(refused, 38);  // the second time costs ten minutes
  EXPECT_EQ(server_.Do({"DBSIZE"}).integer, size);
  // A call that was answered once is answered so again.
  EXPECT_THAT(Run(Claim(1, person, task, "claim-0")), testing::IsOk());
}

TEST_F(WaitingTest, ATreeWithoutTheAreaEscalatesNothing) {
  const v1::Task task = Publish(NewTask(hours(5), 1, 1));
  Replica& replica = *replicas_[0];
  const auto empty = *areas::AreaTree::Build({});
  replica.app.tree = [empty] { return empty; };
  timers::Timer timer;
  timer.id = task.task_id();
  timer.member = TimerName(kSlaTimer, task.task_id());
  timer.shard = replica.app.keys.ShardOf(task.task_id());
  EXPECT_TRUE(absl::IsUnavailable(Run(replica.deadlines.Sla(timer))));
  EXPECT_EQ(Get(task.task_id()).escalation_level(), 0);
}

// One ledger that cannot be read used to keep everybody of the task waiting.
TEST_F(WaitingTest, OneDamagedLedgerKeepsNobodyWaiting) {
  const DispatchKeys& keys = replicas_[0]->app.keys;
  const std::string good = NewPerson(), damaged = NewPerson();
  const std::string task = Publish(NewTask(std::chrono::minutes(10), 1, 2)).task_id();
  Replica& replica = *replicas_[0];
  for (const std::string& person : {good, damaged}) {
    ASSERT_THAT(Run(Claim(0, person, task, "c")), testing::IsOk());
    v1::SignRequest sign;
    sign.set_request_id("in-" + person);
    sign.set_task_id(task);
    sign.set_person_id(person);
    ASSERT_THAT(Run(replica.assignments.SignIn(Coordinator(), sign)), testing::IsOk());
    sign.set_request_id("out-" + person);
    ASSERT_THAT(Run(replica.assignments.SignOut(Coordinator(), sign)), testing::IsOk());
  }
  TaskCall confirm;
  confirm.decide = [](Aggregate& aggregate, Time) -> absl::StatusOr<Effects> {
    aggregate.record().set_confirmation(v1::CONFIRMATION_TIMER);
    aggregate.task().set_version(aggregate.task().version() + 1);
    return Effects();
  };
  Run(replica.app.tasks.Run(task, confirm));
  ASSERT_THAT(confirm.result, testing::IsOk());
  server_.Do({"SET", keys.Hours(damaged), "12345678\xff\xff\xff"});
  timers::Timer timer;
  timer.id = task;
  timer.member = TimerName(kCreditTimer, task);
  timer.shard = keys.ShardOf(task);
  EXPECT_THAT(Run(replica.deadlines.Credit(timer)), testing::IsOk());
  EXPECT_EQ(StateOf(good, task), v1::ASSIGNMENT_STATE_CREDITED);
  EXPECT_EQ(StateOf(damaged, task), v1::ASSIGNMENT_STATE_SIGNED_OUT);
  EXPECT_FALSE(server_.Do({"ZSCORE", keys.base().Timers(timer.shard), timer.member}).IsNil());
}

}  // namespace
}  // namespace baodao::dispatch
