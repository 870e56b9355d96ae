// The life of a task on a real store: published, found, claimed, served, rated, credited; and who
// may see what.
#include <asio/co_spawn.hpp>
#include <set>

#include "common/clock/timestamp.h"
#include "common/status/status.h"
#include "services/dispatch/rpc/presence.h"
#include "services/dispatch/workers/task_feed.h"
#include "tests/integration/dispatch/cluster.h"

namespace baodao::dispatch {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class LoopTest : public ReplicasTest {
 protected:
  // Runs the timers of one replica until `done` answers true, at most ten seconds.
  void RunTimersUntil(std::function<bool()> done) {
    Replica& replica = *replicas_[0];
    timers::TimerLoop timers(replica.store, SystemClock());
    replica.deadlines.Register(timers);
    Run(Wait(timers, std::move(done)));
  }
  static Task<void> Wait(timers::TimerLoop& timers, std::function<bool()> done) {
    bool ended = false;
    asio::co_spawn(co_await asio::this_coro::executor, timers.Run(),
                   [&ended](std::exception_ptr) { ended = true; });
    const Time give_up = SystemClock().Now() + std::chrono::seconds(10);
    while (!done() && SystemClock().Now() < give_up) {
      co_await SystemClock().SleepFor(Millis(5));
    }
    timers.Stop();
    while (!ended) co_await SystemClock().SleepFor(Millis(1));
  }

  v1::SignRequest SignBy(const std::string& task, const std::string& code, const std::string& id) {
    v1::SignRequest request;
    request.set_request_id(id);
    request.set_task_id(task);
    request.set_code(code);
    return request;
  }
  v1::Task Get(const std::string& task) {
    v1::GetTaskRequest request;
    request.set_task_id(task);
    return *Run(replicas_[1]->tasks.GetTask(Coordinator(), request));
  }
  static std::string Why(const absl::Status& status) {
    const auto reason = ReasonOf(status);
    return reason ? std::string(Name(*reason)) : status.ToString();
  }
};

TEST_F(LoopTest, FromPublishedToCredited) {
  const std::string person = NewPerson(), requester = NewPerson();
  v1::PublishTaskRequest request = NewTask(std::chrono::seconds(2), 1, 2);
  request.set_requester_id(requester);
  request.set_need_id(
      ids::New("ned", TestTree()->ShardOf(kCommunity, replicas_[0]->app.keys.base())));
  request.set_need_attempt(1);
  const auto published = Run(replicas_[0]->tasks.PublishTask(Lists(), request));
  ASSERT_TRUE(published.ok()) << published.status();
  const std::string task = published->task_id();
  ASSERT_TRUE(Run(Claim(0, person, task, "claim")).ok());

  // Served, on two replicas, once it has begun.
  Run(SystemClock().SleepFor(ToTime(request.window().start()) - SystemClock().Now()));
  v1::GetSignInCodeRequest ask;
  ask.set_task_id(task);
  const auto code = Run(replicas_[1]->tasks.GetSignInCode(Coordinator(), ask));
  ASSERT_TRUE(code.ok());
  const auto in =
      Run(replicas_[0]->assignments.SignIn(As(person), SignBy(task, code->code(), "in")));
  ASSERT_TRUE(in.ok()) << in.status();
  EXPECT_EQ(in->state(), v1::ASSIGNMENT_STATE_SIGNED_IN);
  EXPECT_EQ(Get(task).state(), v1::TASK_STATE_IN_SERVICE);
  const auto out =
      Run(replicas_[1]->assignments.SignOut(As(person), SignBy(task, code->code(), "out")));
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(Get(task).state(), v1::TASK_STATE_SERVED);

  v1::EvaluateTaskRequest evaluate;
  evaluate.set_request_id("evaluate");
  evaluate.set_task_id(task);
  evaluate.set_rating(5);
  ASSERT_TRUE(Run(replicas_[0]->tasks.EvaluateTask(As(requester), evaluate)).ok());
  const std::string timers =
      replicas_[0]->app.keys.base().Timers(replicas_[0]->app.keys.ShardOf(task));
  RunTimersUntil([&] { return server_.Do({"ZSCORE", timers, "credit|" + task}).IsNil(); });

  v1::GetBalanceRequest of;
  of.set_person_id(person);
  const auto balance = Run(replicas_[1]->ledgers.GetBalance(As(person), of));
  ASSERT_TRUE(balance.ok());
  EXPECT_EQ(balance->entries(), 1);
  EXPECT_EQ(balance->minutes(), out->credited_minutes());
  const auto loaded = *Run(replicas_[1]->app.tasks.ReadWithPeople(task));
  EXPECT_EQ(loaded->people.at(person).assignment().state(), v1::ASSIGNMENT_STATE_CREDITED);
  v1::ListLedgerEntriesRequest list;
  list.set_person_id(person);
  const auto entries = Run(replicas_[0]->ledgers.ListLedgerEntries(As(person), list));
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->entries_size(), 1);
  EXPECT_EQ(entries->entries(0).confirmed_by(), requester);
  EXPECT_EQ(entries->entries(0).sequence(), 1u);
  EXPECT_TRUE(entries->next_page_token().empty());
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
    EXPECT_TRUE(task.ok()) << task.status();
    if (task.ok()) made.insert(task->task_id());
  };
  for (int i = 0; i < 20; ++i) calls.push_back(publish(i % 2, "p" + std::to_string(i % 4)));
  RunAll(std::move(calls));
  EXPECT_EQ(made.size(), 1u);
  request.set_need_attempt(2);
  request.set_request_id("second");
  const auto second = Run(replicas_[0]->tasks.PublishTask(Lists(), request));
  ASSERT_TRUE(second.ok());
  EXPECT_FALSE(made.contains(second->task_id()));
  // Nobody else may say where a task comes from.
  EXPECT_EQ(Why(Run(replicas_[0]->tasks.PublishTask(Coordinator(), request)).status()),
            "PERMISSION_DENIED");
}

TEST_F(LoopTest, ListsGoDownTheTreeInStablePages) {
  std::set<std::string> published;
  for (int i = 0; i < 30; ++i) {
    v1::PublishTaskRequest request = NewTask(hours(3), 1, 1);
    request.set_area_code(i % 3 == 0 ? "310110002001" : i % 3 == 1 ? kCommunity : "310110001002");
    // All at the same moment, as tasks are: at nine.
    const Time start = std::chrono::floor<std::chrono::days>(SystemClock().Now()) + hours(49);
    *request.mutable_window()->mutable_start() = ToTimestamp(start);
    *request.mutable_window()->mutable_end() = ToTimestamp(start + hours(2));
    published.insert(Publish(request).task_id());
  }
  const auto list = [&](const std::string& area, int size) {
    std::vector<std::string> found;
    v1::ListTasksRequest request;
    request.set_area_code(area);
    request.set_page_size(size);
    do {
      const auto page = Run(replicas_[1]->tasks.ListTasks(Coordinator(), request));
      if (!page.ok()) throw std::runtime_error(page.status().ToString());
      for (const v1::Task& task : page->tasks()) found.push_back(task.task_id());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return found;
  };
  const std::vector<std::string> all = list("310110", 7);
  EXPECT_EQ(all.size(), 30u);
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()), published);
  EXPECT_EQ(list("310110", 200), all);
  EXPECT_EQ(list("310110001", 4).size(), 20u);
  EXPECT_EQ(list("310110001002", 3).size(), 10u);
  // A full task leaves the list, a cancelled one too.
  const std::vector<std::string> here = list("310110001", 200);
  ASSERT_TRUE(Run(Claim(0, NewPerson(), here[0], "c")).ok());
  v1::CancelTaskRequest cancel;
  cancel.set_request_id("cancel");
  cancel.set_task_id(here[1]);
  cancel.set_reason("暴雨");
  ASSERT_TRUE(Run(replicas_[0]->tasks.CancelTask(Coordinator(), cancel)).ok());
  EXPECT_EQ(list("310110", 7).size(), 28u);

  v1::ListTasksRequest by_state;
  by_state.set_area_code("310110");
  by_state.set_state(v1::TASK_STATE_CANCELLED);
  EXPECT_EQ(Run(replicas_[0]->tasks.ListTasks(Coordinator(), by_state))->tasks_size(), 1);
  by_state.set_state(v1::TASK_STATE_STAFFED);
  EXPECT_EQ(Run(replicas_[0]->tasks.ListTasks(Coordinator(), by_state))->tasks_size(), 1);
  by_state.set_area_code("999");
  EXPECT_EQ(Why(Run(replicas_[0]->tasks.ListTasks(Coordinator(), by_state)).status()),
            "AREA_UNKNOWN");
  by_state.set_area_code("310110");
  by_state.set_page_token("bm9uc2Vuc2U");
  EXPECT_EQ(Why(Run(replicas_[0]->tasks.ListTasks(Coordinator(), by_state)).status()),
            "PAGE_TOKEN_INVALID");
}

TEST_F(LoopTest, NearFindsWhatCanBeClaimed) {
  const std::string near = Publish(NewTask(hours(3), 1, 1)).task_id();
  v1::PublishTaskRequest far_request = NewTask(hours(3), 1, 1);
  far_request.mutable_place()->set_latitude(31.30);
  const std::string far = Publish(far_request).task_id();
  Replica& replica = *replicas_[1];
  metrics::Registry registry;
  Metrics metrics(registry);
  TaskFeed feed(replica.app, replica.near, metrics);
  ASSERT_TRUE(Run(feed.Load()).ok());
  v1::ListTasksNearRequest request;
  request.mutable_point()->set_latitude(31.2746);
  request.mutable_point()->set_longitude(121.5234);
  const auto close = Run(replica.tasks.ListTasksNear(Coordinator(), request));
  ASSERT_TRUE(close.ok());
  ASSERT_EQ(close->hits_size(), 1);
  EXPECT_EQ(close->hits(0).task().task_id(), near);
  EXPECT_LT(close->hits(0).distance_m(), 150);
  request.set_radius_m(20000);
  EXPECT_EQ(Run(replica.tasks.ListTasksNear(Coordinator(), request))->hits_size(), 2);
  // Taken on the other replica: the record knows, even before the event arrives here.
  ASSERT_TRUE(Run(Claim(0, NewPerson(), near, "c")).ok());
  const auto left = Run(replica.tasks.ListTasksNear(Coordinator(), request));
  ASSERT_EQ(left->hits_size(), 1);
  EXPECT_EQ(left->hits(0).task().task_id(), far);
}

TEST_F(LoopTest, ContactIsForThoseOnTheTask) {
  const std::string person = NewPerson();
  const v1::Task task = Publish(NewTask(hours(3), 1, 2));
  EXPECT_DOUBLE_EQ(task.place().latitude(), 31.275);
  v1::GetTaskContactRequest request;
  request.set_task_id(task.task_id());
  Replica& replica = *replicas_[0];
  EXPECT_EQ(Why(Run(replica.tasks.GetTaskContact(As(person), request)).status()),
            "PERMISSION_DENIED");
  EXPECT_EQ(Why(Run(replica.tasks.GetTaskContact(Stranger(), request)).status()),
            "PERMISSION_DENIED");
  ASSERT_TRUE(Run(Claim(1, person, task.task_id(), "c")).ok());
  const auto seen = Run(replica.tasks.GetTaskContact(As(person), request));
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->phone(), "13800001234");
  EXPECT_DOUBLE_EQ(seen->place().latitude(), 31.274567);
  EXPECT_TRUE(Run(replica.tasks.GetTaskContact(Coordinator(), request)).ok());
  // Two answers, two entries on record; nothing private in any of them, nor in the record.
  const int shard = replica.app.keys.ShardOf(task.task_id());
  const auto events =
      *Run(replica.store.ReadStream(replica.app.keys.base().Events(shard), "", false, 100));
  int releases = 0;
  for (const store::StreamEntry& entry : events) {
    events::v1::Event event;
    ASSERT_TRUE(event.ParseFromString(entry.bytes));
    releases += event.has_contact_released();
    EXPECT_EQ(entry.bytes.find("13800001234"), std::string::npos);
  }
  EXPECT_EQ(releases, 2);
  // Kept apart from the events, which are trimmed within hours.
  EXPECT_EQ(Run(replica.store.ReadStream(replica.app.keys.Releases(shard), "", false, 100))->size(),
            2u);
  EXPECT_EQ(
      Run(replica.store.Get(replica.app.keys.Task(task.task_id())))->bytes.find("13800001234"),
      std::string::npos);
  v1::CancelTaskRequest cancel;
  cancel.set_request_id("cancel");
  cancel.set_task_id(task.task_id());
  cancel.set_reason("不需要了");
  ASSERT_TRUE(Run(replica.tasks.CancelTask(Coordinator(), cancel)).ok());
  EXPECT_EQ(Why(Run(replica.tasks.GetTaskContact(As(person), request)).status()),
            "PERMISSION_DENIED");
  EXPECT_EQ(Why(Run(replica.tasks.GetTaskContact(Coordinator(), request)).status()),
            "PERMISSION_DENIED");
  EXPECT_EQ(CalendarOf(person).entries_size(), 0);
}

TEST_F(LoopTest, CodesCannotBeGuessed) {
  const std::string person = NewPerson();
  const std::string task = Publish(NewTask(minutes(10), 1, 2)).task_id();
  ASSERT_TRUE(Run(Claim(0, person, task, "c")).ok());
  const std::string right = SignCode(ring_, task, SystemClock().Now());
  std::string wrong = right;
  wrong[0] = wrong[0] == '9' ? '0' : static_cast<char>(wrong[0] + 1);
  // Wrong ones may by chance be right for a neighbouring step; then the test has no point.
  ASSERT_FALSE(IsSignCode(ring_, task, wrong, SystemClock().Now()));
  for (int i = 0; i < 5; ++i) {
    const auto refused = Run(replicas_[static_cast<size_t>(i % 2)]->assignments.SignIn(
        As(person), SignBy(task, wrong, "w" + std::to_string(i))));
    EXPECT_EQ(Why(refused.status()), "WRONG_CODE");
  }
  const auto limited = Run(replicas_[0]->assignments.SignIn(As(person), SignBy(task, right, "r")));
  EXPECT_EQ(Why(limited.status()), "RATE_LIMITED");
  v1::SignRequest none = SignBy(task, "", "n");
  EXPECT_EQ(Why(Run(replicas_[0]->assignments.SignIn(As(person), none)).status()),
            "PROOF_REQUIRED");
  none.mutable_position()->set_latitude(31.29);
  none.mutable_position()->set_longitude(121.52);
  EXPECT_EQ(Why(Run(replicas_[0]->assignments.SignIn(As(person), none)).status()),
            "OUTSIDE_GEOFENCE");
  none.mutable_position()->set_latitude(31.2745);
  none.mutable_position()->set_longitude(121.5234);
  const auto in = Run(replicas_[0]->assignments.SignIn(As(person), none));
  ASSERT_TRUE(in.ok()) << in.status();
  EXPECT_EQ(in->sign_in_method(), v1::SIGN_METHOD_POSITION);
}

// The answer to a proof tells how far the exact place is: strangers could find it from three
// points.
TEST_F(LoopTest, OnlyWhoIsExpectedMayProveAnything) {
  const std::string task = Publish(NewTask(minutes(10), 1, 2)).task_id();
  v1::SignRequest sign = SignBy(task, "", "s");
  sign.mutable_position()->set_latitude(31.29);
  sign.mutable_position()->set_longitude(121.52);
  const std::string stranger = NewPerson();
  EXPECT_EQ(Why(Run(replicas_[0]->assignments.SignIn(As(stranger), sign)).status()),
            "NOT_ASSIGNED");
  EXPECT_EQ(Why(Run(replicas_[0]->assignments.SignOut(As(stranger), sign)).status()),
            "NOT_ASSIGNED");
}

// One's proof used to look at the record while the other's commit replaced it.
TEST_F(LoopTest, ManySignInsByCodeAtOnce) {
  const std::string task = Publish(NewTask(minutes(10), 1, 20)).task_id();
  const std::string code = SignCode(ring_, task, SystemClock().Now());
  std::vector<std::string> people;
  for (int i = 0; i < 20; ++i) {
    people.push_back(NewPerson());
    ASSERT_TRUE(Run(Claim(0, people.back(), task, "c")).ok());
  }
  int in = 0;
  auto sign = [&](std::string person) -> Task<void> {
    const auto signed_in =
        co_await replicas_[0]->assignments.SignIn(As(person), SignBy(task, code, "s"));
    EXPECT_TRUE(signed_in.ok()) << signed_in.status();
    in += signed_in.ok();
  };
  std::vector<Task<void>> all;
  for (const std::string& person : people) all.push_back(sign(person));
  RunAll(std::move(all));
  EXPECT_EQ(in, 20);
  EXPECT_EQ(Get(task).signed_in_count(), 20);
}

TEST_F(LoopTest, OnlyCoordinatorsOfTheAreaSpeakForOthers) {
  const std::string person = NewPerson(), other = NewPerson();
  const std::string task = Publish(NewTask(minutes(10), 1, 2)).task_id();
  ASSERT_TRUE(Run(Claim(0, person, task, "c")).ok());
  v1::SignRequest sign;
  sign.set_request_id("s");
  sign.set_task_id(task);
  sign.set_person_id(person);
  AssignmentHandlers& a = replicas_[0]->assignments;
  EXPECT_EQ(Why(Run(a.SignIn(As(other), sign)).status()), "PERMISSION_DENIED");
  EXPECT_EQ(Why(Run(a.SignIn(Stranger(), sign)).status()), "PERMISSION_DENIED");
  v1::AssignmentRequest withdraw;
  withdraw.set_request_id("w");
  withdraw.set_task_id(task);
  withdraw.set_person_id(person);
  EXPECT_EQ(Why(Run(a.WithdrawAssignment(As(other), withdraw)).status()), "PERMISSION_DENIED");
  EXPECT_EQ(Why(Run(a.DeclineOffer(Stranger(), withdraw)).status()), "PERMISSION_DENIED");
  EXPECT_EQ(Why(Run(a.AcceptOffer(Stranger(), withdraw)).status()), "PERMISSION_DENIED");
  const auto in = Run(a.SignIn(Coordinator(), sign));
  ASSERT_TRUE(in.ok()) << in.status();
  EXPECT_EQ(in->sign_in_method(), v1::SIGN_METHOD_COORDINATOR);
}

TEST_F(LoopTest, ADropOutIsReplacedFromTheWaitlist) {
  const std::string a = NewPerson(), b = NewPerson(), busy = NewPerson();
  const std::string task = Publish(NewTask(hours(5), 1, 1)).task_id();
  const std::string elsewhere = Publish(NewTask(hours(5), 1, 1)).task_id();
  ASSERT_TRUE(Run(Claim(0, a, task, "1")).ok());
  ASSERT_TRUE(Run(Claim(1, busy, task, "1")).ok());
  ASSERT_TRUE(Run(Claim(1, b, task, "1")).ok());
  ASSERT_TRUE(Run(Claim(0, busy, elsewhere, "2")).ok());
  v1::AssignmentRequest request;
  request.set_request_id("w");
  request.set_task_id(task);
  ASSERT_TRUE(Run(replicas_[1]->assignments.WithdrawAssignment(As(a), request)).ok());
  EXPECT_EQ(CalendarOf(a).entries_size(), 0);
  const std::string timers =
      replicas_[0]->app.keys.base().Timers(replicas_[0]->app.keys.ShardOf(task));
  RunTimersUntil([&] { return server_.Do({"ZSCORE", timers, "promote|" + task}).IsNil(); });
  const auto loaded = *Run(replicas_[0]->app.tasks.ReadWithPeople(task));
  EXPECT_EQ(loaded->people.at(busy).assignment().state(), v1::ASSIGNMENT_STATE_RELEASED);
  EXPECT_EQ(loaded->people.at(b).assignment().state(), v1::ASSIGNMENT_STATE_OFFERED);
  request.set_request_id("accept");
  const auto accepted = Run(replicas_[0]->assignments.AcceptOffer(As(b), request));
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  EXPECT_EQ(accepted->state(), v1::ASSIGNMENT_STATE_ACCEPTED);
  const auto mine = Run(replicas_[1]->assignments.ListMyAssignments(As(b), {}));
  ASSERT_EQ(mine->items_size(), 1);
  EXPECT_EQ(mine->items(0).task().task_id(), task);
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

}  // namespace
}  // namespace baodao::dispatch
