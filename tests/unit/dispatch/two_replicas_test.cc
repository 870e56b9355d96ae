// One replica remembers, or has just read, what another writes.
#include "baodao/dispatch/v1/unit_claim.pb.h"
#include "common/ledger/chain.h"
#include "common/store/mutate.h"
#include "common/testing/matchers.h"
#include "services/dispatch/app/taker.h"
#include "tests/unit/dispatch/fixture.h"
#include "tests/unit/dispatch/sim_checks.h"
#include "tests/unit/dispatch/sim_world.h"

namespace baodao::dispatch {
namespace {

class TwoReplicasTest : public ::testing::Test {
 protected:
  template <class T>
  T Run(Task<T> task) {
    std::optional<T> result;
    world_.Spawn(Keep(std::move(task), &result));
    world_.Advance(std::chrono::seconds(5));
    if (!result) throw std::runtime_error("never ended");
    return *std::move(result);
  }
  template <class T>
  static Task<void> Keep(Task<T> task, std::optional<T>* result) {
    result->emplace(co_await std::move(task));
  }
  // Runs `mine`, which works on the first replica, and `theirs` before its `access`-th access to
  // the store.
  void Interrupt(int access, Task<void> mine, Task<void> theirs) {
    EXPECT_GE(Meet(access, std::move(mine), std::move(theirs)), access);
  }
  // The same where there may be fewer accesses: how many there were.
  int Meet(int access, Task<void> mine, Task<void> theirs) {
    int seen = 0;
    world_.replicas[0]->store.SetFaults([&seen, access](std::string_view, std::string_view) {
      store::Fault fault;
      if (++seen == access) fault.delay = std::chrono::seconds(1);
      return fault;
    });
    world_.Spawn(std::move(mine));
    world_.Settle();
    world_.Spawn(std::move(theirs));
    world_.Advance(std::chrono::seconds(5));
    EXPECT_EQ(world_.outstanding(), 0);
    world_.replicas[0]->store.SetFaults({});
    return seen;
  }
  App& app(size_t replica) { return world_.replicas[replica]->app; }

  World world_{7};
};

class LedgersTest : public TwoReplicasTest {
 protected:
  Credit Of(int64_t minutes) {
    Credit credit;
    credit.person_id = person_;
    credit.task_id = kTaskId;
    credit.minutes = minutes;
    credit.confirmation = v1::CONFIRMATION_TIMER;
    return credit;
  }
  Task<void> Add(size_t replica) {
    const absl::Status added = co_await app(replica).ledgers.Add(Of(60));
    EXPECT_THAT(added, testing::IsOk());
  }
  Task<absl::StatusOr<v1::Balance>> Correct(size_t replica, int minutes, std::string request_id) {
    Correction correction{Of(minutes), "per_c", ""};
    std::function<Task<absl::StatusOr<store::Decision<v1::Balance>>>()> decide = [&] {
      return app(replica).ledgers.Correct(correction);
    };
    v1::CorrectHoursRequest request;
    request.set_request_id(std::move(request_id));
    request.set_minutes(minutes);
    const int shard = world_.keys.ShardOf(person_);
    co_return co_await store::Mutate<v1::Balance>(
        app(replica).store, store::MakeRequestKey("per_c", "CorrectHours", request), shard,
        std::move(decide));
  }
  Task<void> CorrectTo(size_t replica, int minutes) {
    const auto corrected = co_await Correct(replica, minutes, "to " + std::to_string(minutes));
    EXPECT_THAT(corrected, testing::IsOk());
  }
  // The sum of all entries, which the head must name and with which their chain must end.
  int64_t Minutes() {
    const v1::LedgerRecord head = *Run(app(1).ledgers.Head(person_));
    const auto entries = *Run(app(1).ledgers.List(person_, 0, 100));
    int64_t sum = 0;
    ledger::ChainCheck chain(BalanceOf(person_, head));
    for (const v1::LedgerEntry& entry : entries) {
      sum += entry.minutes();
      chain.Add(entry);
    }
    EXPECT_FALSE(chain.End().has_value());
    EXPECT_EQ(sum, head.minutes());
    return sum;
  }

  const std::string person_ = world_.NewPerson();
};

// With the proof of an earlier credit read before the head, whatever is credited between the two
// reads was credited again.
TEST_F(LedgersTest, ACreditBetweenAnyTwoAccessesIsNotDoubled) {
  for (const int access : {1, 2, 3}) {
    SCOPED_TRACE(access);
    Interrupt(access, Add(0), Add(1));
    EXPECT_EQ(Minutes(), 60);
    const std::string ledger = world_.keys.Ledger(person_);
    EXPECT_EQ(Run(app(0).ledgers.Head(person_))->last_sequence(), 1u);
    store::Commit forget(world_.keys.ShardOf(person_));
    forget.Delete(world_.keys.Hours(person_), 1);
    forget.RemoveField(ledger, std::string("task:") + kTaskId);
    forget.RemoveField(ledger, "00000000000000000001");
    ASSERT_THAT(Run(app(0).store.Apply(std::move(forget))), testing::IsOk());
  }
}

TEST_F(LedgersTest, ACorrectionBetweenAnyTwoAccessesReversesWhatCounts) {
  for (const int access : {1, 2, 3, 4}) {
    SCOPED_TRACE(access);
    Run(app(0).ledgers.Add(Of(60))).IgnoreError();
    Interrupt(access, CorrectTo(0, 100 + access), CorrectTo(1, 30 + access));
    // The last one counts, and nothing else.
    EXPECT_EQ(Minutes(), 100 + access);
  }
}

// A correction that changed nothing kept no answer: sent again later it undid what others had
// corrected since.
TEST_F(LedgersTest, ACorrectionThatChangesNothingKeepsItsAnswer) {
  Run(app(0).ledgers.Add(Of(1))).IgnoreError();
  const auto first = Run(Correct(0, 1, "A"));
  ASSERT_THAT(first, testing::IsOk());
  EXPECT_EQ(Run(Correct(1, 30, "B"))->minutes(), 30);
  const auto late = Run(Correct(0, 1, "A"));
  ASSERT_THAT(late, testing::IsOk());
  EXPECT_EQ(late->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(Minutes(), 30);
  EXPECT_EQ(Refusal(Run(Correct(1, 2, "A"))), "REQUEST_ID_REUSED");
  EXPECT_EQ(Minutes(), 30);
}

class CalendarsTest : public TwoReplicasTest {
 protected:
  std::string Publish(const std::string& id) {
    v1::PublishTaskRequest request;
    request.set_request_id(id);
    request.set_title("任务");
    request.set_category("cleaning");
    request.set_area_code(World::kCommunity);
    request.mutable_place()->set_latitude(31.27);
    request.mutable_place()->set_longitude(121.52);
    const Time start = world_.clock.Now() + hours(8);
    *request.mutable_window()->mutable_start() = ToTimestamp(start);
    *request.mutable_window()->mutable_end() = ToTimestamp(start + hours(2));
    request.set_slots_min(1);
    request.set_slots_max(1);
    const auto caller = rpc::CallContext::Internal(auth::Principal::Service("lists"), "test");
    return Run(world_.replicas[0]->tasks.PublishTask(caller, request))->task_id();
  }
  std::string Claim(size_t replica, const std::string& task, const std::string& id) {
    v1::ClaimTaskRequest request;
    request.set_request_id(id);
    request.set_task_id(task);
    return Refusal(Run(world_.replicas[replica]->assignments.ClaimTask(Me(), request)));
  }
  std::string Withdraw(size_t replica, const std::string& task, const std::string& id) {
    v1::AssignmentRequest request;
    request.set_request_id(id);
    request.set_task_id(task);
    return Refusal(Run(world_.replicas[replica]->assignments.WithdrawAssignment(Me(), request)));
  }
  rpc::CallContext Me() {
    return rpc::CallContext::Internal(auth::Principal::Person(person_), "test");
  }

  const std::string person_ = world_.NewPerson();
};

// The replica that wrote a calendar last remembers it, and another has given the time back since.
TEST_F(CalendarsTest, NobodyIsRefusedOnARememberedCalendar) {
  const std::string one = Publish("1"), other = Publish("2");
  ASSERT_EQ(Claim(0, one, "claim"), "OK");
  EXPECT_EQ(Claim(0, other, "too early"), "OVERLAPPING_TASK");
  ASSERT_EQ(Withdraw(1, one, "withdraw"), "OK");
  EXPECT_EQ(Claim(0, other, "again"), "OK");
}

// A liaison who named a stranger read in the refusal where that person is.
TEST_F(CalendarsTest, TheTimeOfWhoCannotBeNamedIsNotAskedFor) {
  const std::string one = Publish("1"), other = Publish("2");
  ASSERT_EQ(Claim(0, one, "claim"), "OK");
  v1::NameUnitMemberRequest request;
  request.set_request_id("name");
  TakeOrder order;
  order.kind = TakeKind::kName;
  order.task_id = other;
  order.unit_id = "unt_1";
  order.person_id = person_;
  order.mutation = MutationOf(app(0), Me(), other, request);
  Taker taker(app(0));
  EXPECT_EQ(Refusal(Run(taker.Take(order))), "NO_UNIT_CLAIM");
}

TEST_F(CalendarsTest, NobodyKeepsTimeThatAReplicaRemembersAsFree) {
  const std::string one = Publish("1"), other = Publish("2");
  ASSERT_EQ(Claim(0, one, "claim"), "OK");
  ASSERT_EQ(Withdraw(0, one, "withdraw"), "OK");
  ASSERT_EQ(Claim(1, other, "elsewhere"), "OK");
  EXPECT_EQ(Claim(0, one, "again"), "OVERLAPPING_TASK");
}

// One slot: its holder asks to be let go, and at any moment of what one replica does the other does
// something else with it.
class LeavingRaceTest : public CalendarsTest {
 protected:
  // Accesses to the store of any of the calls below.
  static constexpr int kMaxAccesses = 9;

  static rpc::CallContext By(const std::string& person) {
    return rpc::CallContext::Internal(auth::Principal::Person(person), "test");
  }
  // The answer, OK or a refusal; anything else is a failure of the test.
  template <class Response>
  static void Expect(const absl::StatusOr<Response>& answer) {
    EXPECT_TRUE(answer.ok() || IsRefusal(answer.status())) << answer.status();
  }
  template <class Request>
  Request Of(const std::string& id) {
    Request request;
    request.set_request_id(id);
    request.set_task_id(task_);
    return request;
  }
  Task<void> ClaimFor(size_t replica, std::string person) {
    Expect(co_await world_.replicas[replica]->assignments.ClaimTask(
        By(person), Of<v1::ClaimTaskRequest>("claim")));
  }
  Task<void> Ask(size_t replica) {
    auto request = Of<v1::RequestWithdrawalRequest>("ask");
    request.set_reason("发烧");
    Expect(co_await world_.replicas[replica]->changes.RequestWithdrawal(By(holder_), request));
  }
  Task<void> Cancel(size_t replica) {
    Expect(co_await world_.replicas[replica]->changes.CancelWithdrawal(
        By(holder_), Of<v1::CancelWithdrawalRequest>("cancel")));
  }
  Task<void> Promote(size_t replica) {
    timers::Timer timer;
    timer.id = task_;
    timer.member = TimerName(kPromoteTimer, task_);
    timer.shard = world_.keys.ShardOf(task_);
    timer.due = world_.clock.Now();
    const absl::Status fired = co_await world_.replicas[replica]->deadlines.Promote(timer);
    EXPECT_THAT(fired, testing::IsOk());
  }
  Task<void> Accept(size_t replica, std::string person) {
    Expect(co_await world_.replicas[replica]->assignments.AcceptOffer(
        By(person), Of<v1::AssignmentRequest>("accept")));
  }

  void Begin(const std::string& id) {
    holder_ = world_.NewPerson();
    other_ = world_.NewPerson();
    task_ = Publish(id);
    world_.Spawn(ClaimFor(0, holder_));
    world_.Advance(std::chrono::seconds(1));
    ASSERT_EQ(StateOf(holder_), v1::ASSIGNMENT_STATE_ACCEPTED);
  }
  void Do(Task<void> step) {
    world_.Spawn(std::move(step));
    world_.Advance(std::chrono::seconds(1));
  }
  v1::AssignmentState StateOf(const std::string& person) {
    return world_.PeopleOn(task_)[person].assignment().state();
  }
  // The slot is somebody's, and nobody's twice; who has none has no time taken by it.
  void ExpectOneHolder() {
    EXPECT_EQ(CheckAlways(world_, {task_}), "");
    int holders = 0;
    for (const std::string& person : {holder_, other_}) {
      const bool holds = StateOf(person) == v1::ASSIGNMENT_STATE_ACCEPTED;
      holders += holds;
      EXPECT_EQ(Run(app(1).calendars.Read(person))->entries_size(), holds) << person;
    }
    EXPECT_EQ(holders, 1);
  }

  std::string task_, holder_, other_;
};

TEST_F(LeavingRaceTest, ARequestAndAClaim) {
  for (int access = 1; access <= kMaxAccesses; ++access) {
    SCOPED_TRACE(access);
    Begin("ask-claim-" + std::to_string(access));
    Meet(access, ClaimFor(0, other_), Ask(1));
    ExpectOneHolder();
    Begin("claim-ask-" + std::to_string(access));
    Meet(access, Ask(0), ClaimFor(1, other_));
    ExpectOneHolder();
  }
}

TEST_F(LeavingRaceTest, AClaimAndAChangeOfMind) {
  for (int access = 1; access <= kMaxAccesses; ++access) {
    SCOPED_TRACE(access);
    Begin("claim-cancel-" + std::to_string(access));
    Do(Ask(1));
    Meet(access, ClaimFor(0, other_), Cancel(1));
    ExpectOneHolder();
    Begin("cancel-claim-" + std::to_string(access));
    Do(Ask(1));
    Meet(access, Cancel(0), ClaimFor(1, other_));
    ExpectOneHolder();
  }
}

TEST_F(LeavingRaceTest, APromotionAndAChangeOfMind) {
  for (int access = 1; access <= kMaxAccesses; ++access) {
    SCOPED_TRACE(access);
    Begin("promote-cancel-" + std::to_string(access));
    Do(ClaimFor(1, other_));  // waits
    Do(Ask(1));
    Meet(access, Promote(0), Cancel(1));
    EXPECT_EQ(CheckAlways(world_, {task_}), "");
    Do(Accept(1, other_));
    ExpectOneHolder();
    Begin("cancel-promote-" + std::to_string(access));
    Do(ClaimFor(1, other_));
    Do(Ask(0));
    Meet(access, Cancel(0), Promote(1));
    EXPECT_EQ(CheckAlways(world_, {task_}), "");
    Do(Accept(0, other_));
    ExpectOneHolder();
  }
}

}  // namespace
}  // namespace baodao::dispatch
