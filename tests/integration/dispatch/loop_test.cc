// The life of a task on a real store: published, claimed, served, rated, credited.
#include "common/ids/ids.h"
#include "common/testing/matchers.h"
#include "tests/integration/dispatch/later.h"

namespace baodao::dispatch {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class LoopTest : public LaterTest {
 protected:
  absl::StatusOr<v1::Balance> Correct(const std::string& task, const std::string& person,
                                      int minutes, const std::string& id) {
    v1::CorrectHoursRequest request;
    request.set_request_id(id);
    request.set_task_id(task);
    request.set_person_id(person);
    request.set_minutes(minutes);
    request.set_reason("签退漏记");
    return Run(replicas_[0]->ledgers.CorrectHours(Coordinator(), request));
  }

  // The task has credited `minutes` to the person, in one entry.
  void CorrectsByReversal(const std::string& task, const std::string& person, int minutes) {
    EXPECT_EQ(Correct(task, person, 90, "right")->minutes(), 90);
    EXPECT_EQ(Correct(task, person, 90, "right")->entries(), 3);  // sent again
    EXPECT_EQ(Correct(task, person, 90, "same")->entries(), 3);   // right already
    EXPECT_EQ(Correct(task, person, 0, "void")->minutes(), 0);
    EXPECT_EQ(Correct(task, person, 0, "void again")->entries(), 4);
    EXPECT_EQ(Correct(task, person, 30, "after all")->minutes(), 30);
    EXPECT_EQ(Why(Correct(task, person, 121, "beyond").status()), "INVALID_ARGUMENT_FIELDS");
    EXPECT_EQ(Why(Correct(task, NewPerson(), 30, "nobody").status()), "HOURS_NOT_CREDITED");
    const auto entries = *Run(replicas_[1]->app.ledgers.List(person, 0, 10));
    ASSERT_EQ(entries.size(), 5u);
    const std::vector<std::pair<int64_t, uint64_t>> expected = {
        {minutes, 0}, {-minutes, 1}, {90, 0}, {-90, 3}, {30, 0}};
    for (size_t i = 0; i < entries.size(); ++i) {
      EXPECT_EQ(std::pair(entries[i].minutes(), entries[i].reverses()), expected[i]) << i;
      EXPECT_EQ(entries[i].reason(), i == 0 ? "" : "签退漏记");
    }
  }
};

TEST_F(LoopTest, FromPublishedToCredited) {
  const std::string person = NewPerson(), requester = NewPerson();
  v1::PublishTaskRequest request = NewTask(hours(1), 1, 2);
  request.set_requester_id(requester);
  request.set_need_id(
      ids::New("ned", TestTree()->ShardOf(kCommunity, replicas_[0]->app.keys.base())));
  request.set_need_attempt(1);
  const auto published = Run(replicas_[0]->tasks.PublishTask(Lists(), request));
  ASSERT_THAT(published, testing::IsOk());
  const std::string task = published->task_id();
  ASSERT_THAT(Run(Claim(0, person, task, "claim")), testing::IsOk());

  // Served, on two replicas, once it has begun.
  LaterClock clock;
  clock.ahead = hours(1);
  LaterReplica one(loop_, *replicas_[0], clock, ring_), two(loop_, *replicas_[1], clock, ring_);
  v1::GetSignInCodeRequest ask;
  ask.set_task_id(task);
  auto code = Run(two.tasks.GetSignInCode(Coordinator(), ask));
  ASSERT_THAT(code, testing::IsOk());
  const auto in = Run(one.assignments.SignIn(As(person), SignBy(task, code->code(), "in")));
  ASSERT_THAT(in, testing::IsOk());
  EXPECT_EQ(in->state(), v1::ASSIGNMENT_STATE_SIGNED_IN);
  EXPECT_EQ(Get(task).state(), v1::TASK_STATE_IN_SERVICE);
  clock.ahead += minutes(10);
  code = Run(one.tasks.GetSignInCode(Coordinator(), ask));
  ASSERT_THAT(code, testing::IsOk());
  const auto out = Run(two.assignments.SignOut(As(person), SignBy(task, code->code(), "out")));
  ASSERT_THAT(out, testing::IsOk());
  EXPECT_EQ(Get(task).state(), v1::TASK_STATE_SERVED);
  EXPECT_GE(out->credited_minutes(), 10);

  v1::EvaluateTaskRequest evaluate;
  evaluate.set_request_id("evaluate");
  evaluate.set_task_id(task);
  evaluate.set_rating(5);
  ASSERT_THAT(Run(one.tasks.EvaluateTask(As(requester), evaluate)), testing::IsOk());
  const std::string timers = one.app.keys.base().Timers(one.app.keys.ShardOf(task));
  RunLaterTimersUntil(one, [&] {
    return server_.Do({"ZSCORE", timers, "credit|" + task}).IsNil();
  });

  v1::GetBalanceRequest of;
  of.set_person_id(person);
  const auto balance = Run(replicas_[1]->ledgers.GetBalance(As(person), of));
  ASSERT_THAT(balance, testing::IsOk());
  EXPECT_EQ(balance->entries(), 1);
  EXPECT_EQ(balance->minutes(), out->credited_minutes());
  const auto loaded = *Run(replicas_[1]->app.tasks.ReadWithPeople(task));
  EXPECT_EQ(loaded->people.at(person).assignment().state(), v1::ASSIGNMENT_STATE_CREDITED);
  v1::ListLedgerEntriesRequest list;
  list.set_person_id(person);
  const auto entries = Run(replicas_[0]->ledgers.ListLedgerEntries(As(person), list));
  ASSERT_THAT(entries, testing::IsOk());
  ASSERT_EQ(entries->entries_size(), 1);
  EXPECT_EQ(entries->entries(0).confirmer_id(), requester);
  EXPECT_EQ(entries->entries(0).sequence(), 1u);
  EXPECT_TRUE(entries->next_page_token().empty());
  CorrectsByReversal(task, person, out->credited_minutes());
}

TEST_F(LoopTest, AClosedAreaTakesOnlyWhatItsNeedsLeftBehind) {
  v1::PublishTaskRequest request = NewTask(hours(3), 1, 2);
  request.set_area_code("310110002002");
  const auto closed = Run(replicas_[0]->tasks.PublishTask(Coordinator(), request));
  EXPECT_THAT(closed, testing::IsRefusal(Reason::AREA_CLOSED)) << closed.status();
  EXPECT_EQ(MetadataOf(closed.status())["successor"], "310110002001");
  const int shard = TestTree()->ShardOf("310110002002", replicas_[0]->app.keys.base());
  request.set_need_id(ids::New("ned", shard));
  request.set_need_attempt(1);
  const auto published = Run(replicas_[0]->tasks.PublishTask(Lists(), request));
  EXPECT_THAT(published, testing::IsOk());
}

TEST_F(LoopTest, OneNeedOneTask) {
  v1::PublishTaskRequest request = NewTask(hours(3), 1, 2);
  request.set_need_id(
      ids::New("ned", TestTree()->ShardOf(kCommunity, replicas_[0]->app.keys.base())));
  request.set_need_attempt(1);
  std::set<std::string> made;
  std::vector<Task<void>> calls;
  const auto publish = [&](int replica, std::string request_id) -> Task<void> {
    v1::PublishTaskRequest mine = request;
    mine.set_request_id(std::move(request_id));
    const auto task =
        co_await replicas_[static_cast<size_t>(replica)]->tasks.PublishTask(Lists(), mine);
    EXPECT_THAT(task, testing::IsOk());
    if (task.ok()) made.insert(task->task_id());
  };
  for (int i = 0; i < 20; ++i) calls.push_back(publish(i % 2, "p" + std::to_string(i % 4)));
  RunAll(std::move(calls));
  EXPECT_EQ(made.size(), 1u);
  request.set_need_attempt(2);
  request.set_request_id("second");
  const auto second = Run(replicas_[0]->tasks.PublishTask(Lists(), request));
  ASSERT_THAT(second, testing::IsOk());
  EXPECT_FALSE(made.contains(second->task_id()));
  // Nobody else may say where a task comes from.
  EXPECT_EQ(Why(Run(replicas_[0]->tasks.PublishTask(Coordinator(), request)).status()),
            "PERMISSION_DENIED");
}

TEST_F(LoopTest, WhoCancelsTheTaskOfANeedSaysWhatBecomesOfTheNeed) {
  v1::PublishTaskRequest request = NewTask(hours(3), 1, 2);
  request.set_need_id(ids::New("ned", 1));
  request.set_need_attempt(1);
  v1::CancelTaskRequest cancel;
  cancel.set_request_id("cancel");
  cancel.set_task_id(Run(replicas_[0]->tasks.PublishTask(Lists(), request))->task_id());
  cancel.set_reason("女儿回来了");
  const absl::Status silent = Run(replicas_[0]->tasks.CancelTask(Coordinator(), cancel)).status();
  ASSERT_EQ(ViolationsOf(silent).size(), 1u) << silent;
  EXPECT_EQ(ViolationsOf(silent)[0].field, "need_outcome");
  cancel.set_need_outcome(v1::NEED_OUTCOME_CANCEL);
  // As lists does it for the requester, under one request_id however often.
  for (int replica = 0; replica < 2; ++replica) {
    const auto cancelled =
        Run(replicas_[static_cast<size_t>(replica)]->tasks.CancelTask(Lists(), cancel));
    ASSERT_THAT(cancelled, testing::IsOk());
    EXPECT_EQ(cancelled->state(), v1::TASK_STATE_CANCELLED);
    EXPECT_EQ(cancelled->need_outcome(), v1::NEED_OUTCOME_CANCEL);
  }
}

TEST_F(LoopTest, APlaceFarFromItsAreaIsAskedBack) {
  v1::PublishTaskRequest request = NewTask(hours(3), 1, 2);
  request.mutable_place()->set_latitude(39.9042);
  request.mutable_place()->set_longitude(116.4074);
  EXPECT_EQ(Why(Run(replicas_[0]->tasks.PublishTask(Coordinator(), request)).status()),
            "PLACE_FAR_FROM_AREA");
  request.set_place_confirmed(true);
  request.set_request_id("confirmed");
  EXPECT_THAT(Run(replicas_[0]->tasks.PublishTask(Coordinator(), request)), testing::IsOk());
}

TEST_F(LoopTest, ADropOutIsReplacedFromTheWaitlist) {
  const std::string a = NewPerson(), b = NewPerson(), busy = NewPerson();
  const std::string task = Publish(NewTask(hours(5), 1, 1)).task_id();
  const std::string elsewhere = Publish(NewTask(hours(5), 1, 1)).task_id();
  ASSERT_THAT(Run(Claim(0, a, task, "1")), testing::IsOk());
  ASSERT_THAT(Run(Claim(1, busy, task, "1")), testing::IsOk());
  ASSERT_THAT(Run(Claim(1, b, task, "1")), testing::IsOk());
  ASSERT_THAT(Run(Claim(0, busy, elsewhere, "2")), testing::IsOk());
  v1::AssignmentRequest request;
  request.set_request_id("w");
  request.set_task_id(task);
  ASSERT_THAT(Run(replicas_[1]->assignments.WithdrawAssignment(As(a), request)), testing::IsOk());
  EXPECT_EQ(CalendarOf(a).entries_size(), 0);
  const std::string timers =
      replicas_[0]->app.keys.base().Timers(replicas_[0]->app.keys.ShardOf(task));
  RunTimersUntil([&] { return server_.Do({"ZSCORE", timers, "promote|" + task}).IsNil(); });
  const auto loaded = *Run(replicas_[0]->app.tasks.ReadWithPeople(task));
  EXPECT_EQ(loaded->people.at(busy).assignment().state(), v1::ASSIGNMENT_STATE_RELEASED);
  EXPECT_EQ(loaded->people.at(b).assignment().state(), v1::ASSIGNMENT_STATE_OFFERED);
  request.set_request_id("accept");
  const auto accepted = Run(replicas_[0]->assignments.AcceptOffer(As(b), request));
  ASSERT_THAT(accepted, testing::IsOk());
  EXPECT_EQ(accepted->state(), v1::ASSIGNMENT_STATE_ACCEPTED);
  const auto mine = Run(replicas_[1]->assignments.ListMyAssignments(As(b), {}));
  ASSERT_EQ(mine->items_size(), 1);
  EXPECT_EQ(mine->items(0).task().task_id(), task);
}

TEST_F(LoopTest, WhatAPersonHasToDoIsListedInPagesSoonestFirst) {
  const std::string person = NewPerson(), first = NewPerson();
  std::vector<std::string> by_start;
  for (int i = 0; i < 5; ++i) {
    by_start.push_back(Publish(NewTask(std::chrono::hours(3 + 30 * i), 1, 1)).task_id());
  }
  // Accepted, asked for, waited for, and one that was given back.
  for (const size_t i : {4, 0, 2}) {
    ASSERT_THAT(Run(Claim(0, person, by_start[i], "c" + std::to_string(i))), testing::IsOk());
  }
  ASSERT_THAT(Run(Claim(0, first, by_start[1], "c")), testing::IsOk());
  ASSERT_THAT(Run(Claim(0, person, by_start[1], "wait")), testing::IsOk());
  v1::OfferTaskRequest offer;
  offer.set_request_id("offer");
  offer.set_task_id(by_start[3]);
  offer.set_person_id(person);
  ASSERT_THAT(Run(replicas_[0]->assignments.OfferTask(Coordinator(), offer)), testing::IsOk());
  v1::AssignmentRequest leave;
  leave.set_request_id("leave");
  leave.set_task_id(by_start[2]);
  ASSERT_THAT(Run(replicas_[0]->assignments.WithdrawAssignment(As(person), leave)),
              testing::IsOk());
  by_start.erase(by_start.begin() + 2);
  for (const int size : {1, 2, 3, 20}) {
    v1::ListMyAssignmentsRequest request;
    request.set_page_size(size);
    std::vector<std::string> found;
    do {
      const auto page = Run(replicas_[1]->assignments.ListMyAssignments(As(person), request));
      ASSERT_THAT(page, testing::IsOk());
      EXPECT_LE(page->items_size(), size);
      for (const auto& item : page->items()) found.push_back(item.task().task_id());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    EXPECT_EQ(found, by_start) << size;
  }
}

TEST_F(LoopTest, UnknownIds) {
  v1::GetTaskRequest get;
  for (const std::string& id : {ids::New("tsk", 3), ids::New("ned", 3), std::string("tsk_x")}) {
    get.set_task_id(id);
    EXPECT_EQ(Why(Run(replicas_[0]->tasks.GetTask(Coordinator(), get)).status()), "NOT_FOUND");
    EXPECT_EQ(Why(Run(Claim(0, NewPerson(), id, "c")).status()), "NOT_FOUND");
    v1::CancelTaskRequest cancel;
    cancel.set_request_id("x");
    cancel.set_task_id(id);
    cancel.set_reason("x");
    EXPECT_EQ(Why(Run(replicas_[0]->tasks.CancelTask(Coordinator(), cancel)).status()),
              "NOT_FOUND");
  }
}

TEST_F(LoopTest, WhatIsKeptApartAndAskedForIsCheckedAtTheClaim) {
  const std::string requester = NewPerson(), helper = NewPerson(), shy = NewPerson();
  v1::PublishTaskRequest request = NewTask(hours(3), 1, 3);
  request.set_need_id(ids::New("ned", 1));
  request.set_need_attempt(1);
  request.set_requester_id(requester);
  request.set_publisher_id(NewPerson());
  request.add_credentials("nurse");
  const auto task = Run(replicas_[0]->tasks.PublishTask(Lists(), request));
  ASSERT_THAT(task, testing::IsOk());
  ASSERT_EQ(task->credentials_size(), 1);
  EXPECT_EQ(Why(Run(Claim(0, helper, task->task_id(), "1")).status()), "MISSING_CREDENTIAL");

  const auto change = [&](const std::string& person, const std::string& blocks) {
    registration::v1::Profile profile = *Run(replicas_[0]->source.Get(rpc::CallOptions(), person));
    profile.set_version(2);
    registration::v1::Credential& nurse = *profile.add_credentials();
    nurse.set_kind("nurse");
    *nurse.mutable_expire_time() = task->window().end();
    if (!blocks.empty()) profile.add_blocked_person_ids(blocks);
    for (auto& replica : replicas_) replica->profiles.Apply(profile);
  };
  change(helper, "");
  change(shy, requester);
  change(requester, helper);
  EXPECT_EQ(Why(Run(Claim(0, shy, task->task_id(), "2")).status()), "KEPT_APART");
  EXPECT_EQ(Why(Run(Claim(1, helper, task->task_id(), "3")).status()), "KEPT_APART");
  const std::string nurse = NewPerson();
  change(nurse, "");
  EXPECT_THAT(Run(Claim(1, nurse, task->task_id(), "4")), testing::IsOk());
}

// A claim right after the approval of the registration was refused where a replica had not heard of
// it yet.
TEST_F(LoopTest, NobodyIsRefusedForWhatAReplicaHasNotHeardOf) {
  const std::string person = NewPerson(), other = NewPerson();
  for (const std::string& id : {person, other}) {
    registration::v1::Profile stale;  // of before the approval
    stale.set_person_id(id);
    ASSERT_TRUE(replicas_[0]->profiles.Apply(stale));
  }
  const std::string task = Publish(NewTask(hours(3), 1, 3)).task_id();
  const auto claimed = Run(Claim(0, person, task, "1"));
  ASSERT_THAT(claimed, testing::IsOk());
  EXPECT_EQ(claimed->state(), v1::ASSIGNMENT_STATE_ACCEPTED);
  v1::OfferTaskRequest offer;
  offer.set_request_id("offer");
  offer.set_task_id(task);
  offer.set_person_id(other);
  const auto offered = Run(replicas_[0]->assignments.OfferTask(Coordinator(), offer));
  EXPECT_THAT(offered, testing::IsOk());
}

// Each answer of the cache is an object of its own: it was taken for a newer profile.
TEST_F(LoopTest, WhoeverIsRefusedByTheNewestProfileIsDecidedOnOnce) {
  const std::string known = NewPerson(), changed = NewPerson();
  Replica& replica = *replicas_[0];
  for (const std::string& id : {known, changed}) {
    registration::v1::Profile profile;  // registered nowhere
    profile.set_person_id(id);
    profile.set_version(2);
    replica.source.people[id] = profile;
    if (id == changed) profile.set_version(1);
    ASSERT_TRUE(replica.profiles.Apply(profile));
  }
  const std::string task = Publish(NewTask(hours(3), 1, 3)).task_id();
  const auto commands = [&] {
    constexpr std::string_view kField = "total_commands_processed:";
    const std::string stats = server_.Do({"INFO", "stats"}).text;
    return std::stoll(stats.substr(stats.find(kField) + kField.size()));
  };
  const auto cost = [&](const std::string& person) {
    const auto before = commands();
    EXPECT_EQ(Why(Run(Claim(0, person, task, "1")).status()), "NOT_REGISTERED");
    return commands() - before;
  };
  const auto once = cost(known);
  EXPECT_LT(once, cost(changed));
}

// An approval heard of while the claim was being decided upon the profile of before: the owner had
// nothing newer than what was held by then, which was taken for nothing new.
TEST_F(LoopTest, NobodyIsRefusedForWhatAReplicaHearsOfMeanwhile) {
  const std::string person = NewPerson();
  registration::v1::Profile stale;
  stale.set_person_id(person);
  Replica& replica = *replicas_[0];
  ASSERT_TRUE(replica.profiles.Apply(stale));
  const std::string task = Publish(NewTask(hours(3), 1, 3)).task_id();
  absl::StatusOr<v1::Assignment> claimed;
  const auto claim = [&]() -> Task<void> { claimed = co_await Claim(0, person, task, "1"); };
  const auto hear = [&]() -> Task<void> {  // by now the claim waits for the store
    auto approved = co_await replica.source.Get(rpc::CallOptions(), person);
    EXPECT_TRUE(replica.profiles.Apply(*approved));
  };
  std::vector<Task<void>> both;
  both.push_back(claim());
  both.push_back(hear());
  RunAll(std::move(both));
  ASSERT_THAT(claimed, testing::IsOk());
  EXPECT_EQ(claimed->state(), v1::ASSIGNMENT_STATE_ACCEPTED);
}

}  // namespace
}  // namespace baodao::dispatch
