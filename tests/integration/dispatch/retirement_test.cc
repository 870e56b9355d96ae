// Tasks and hours that leave a real store for the archive, and answer as before.
#include <gmock/gmock.h>

#include <cstdlib>

#include "common/ledger/chain.h"
#include "services/dispatch/store/messages.h"
#include "tests/integration/dispatch/missed.h"

namespace baodao::dispatch {
namespace {

using std::chrono::hours;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class TaskRetirementTest : public MissedTest {
 protected:
  // Served by the person after all, credited and closed.
  std::string Closed(const std::string& person, Millis ahead = hours(1)) {
    const v1::Task task = Missed(person, ahead);
    Expire(task.task_id(), ahead + hours(4));
    EXPECT_THAT(Run(one_.assignments.ConfirmService(Coordinator(),
                                                    Told(task, person, "told-" + task.task_id()))),
                testing::IsOk());
    Credit(task.task_id());
    v1::CloseTaskRequest close;
    close.set_request_id("close-" + task.task_id());
    close.set_task_id(task.task_id());
    EXPECT_THAT(Run(one_.tasks.CloseTask(Operator(), close)), testing::IsOk());
    return task.task_id();
  }
  absl::Status Retire(LaterReplica& replica, const std::string& task) {
    return Fire(replica, &Deadlines::Retire, kRetireTimer, task);
  }
  absl::Status RetireLedger(const std::string& person) {
    timers::Timer timer;
    timer.id = person;
    timer.member = timers::Member(kLedgerTimer, person);
    timer.shard = one_.app.keys.ShardOf(person);
    timer.due = clock_.Now();
    return Run(one_.deadlines.Ledger(timer));
  }
  // The fault in the chain of the person's ledger: "" for none.
  std::string FaultOf(const std::string& person) {
    ledger::ChainCheck chain(BalanceOf(person, *Run(one_.app.ledgers.Head(person))));
    const std::vector<v1::LedgerEntry> entries = *Run(one_.app.ledgers.List(person, 0, 100));
    for (const v1::LedgerEntry& entry : entries) chain.Add(entry);
    const std::optional<ledger::Fault> fault = chain.End();
    return fault ? ledger::TextOf(*fault) : "";
  }
  // Keys that name the id, but those of requests.
  std::vector<std::string> KeysOf(const std::string& id) {
    std::vector<std::string> keys;
    for (const redis::Reply& key : server_.Do({"KEYS", "*" + id + "*"}).items) {
      if (key.text.find(":answer:") == std::string::npos) keys.push_back(key.text);
    }
    return keys;
  }
  std::string TaskText(LaterReplica& replica, const std::string& task) {
    v1::GetTaskRequest get;
    get.set_task_id(task);
    auto found = Run(replica.tasks.GetTask(Coordinator(), get));
    if (!found.ok()) return found.status().ToString();
    found->clear_place();  // see WhatLeadsToSomebodysHomeIsNotArchived
    return found->DebugString();
  }
  std::string PeopleText(LaterReplica& replica, const std::string& task) {
    v1::ListTaskAssignmentsRequest list;
    list.set_task_id(task);
    const auto found = Run(replica.assignments.ListTaskAssignments(Coordinator(), list));
    return found.ok() ? found->DebugString() : found.status().ToString();
  }
  std::string ClaimOf(LaterReplica& replica, const std::string& task, const std::string& id) {
    v1::ClaimTaskRequest claim;
    claim.set_request_id(id);
    claim.set_task_id(task);
    return Why(Run(replica.assignments.ClaimTask(As(NewPerson()), claim)).status());
  }
};

TEST_F(TaskRetirementTest, ATaskThatIsOverLeavesAndAnswersAsBefore) {
  const std::string person = NewPerson();
  const std::string task = Closed(person);
  v1::TaskMessage message;
  message.set_task_id(task);
  message.set_number(1);
  store::Commit commit(one_.app.keys.ShardOf(task));
  PutMessage(one_.app.keys, message, &commit);
  v1::AssignmentRecord part = Ok(Run(one_.app.tasks.ReadAssignment(task, person)));
  part.set_sealed_sign_place("sealed-place");
  commit.SetField(one_.app.keys.People(task), person, part.SerializeAsString());
  ASSERT_THAT(Run(one_.app.store.Apply(std::move(commit))).status(), testing::IsOk());
  const std::string shown = TaskText(one_, task), people = PeopleText(one_, task);
  const std::string refusal = ClaimOf(two_, task, "before");
  EXPECT_EQ(refusal, "TASK_NOT_OPEN");

  ASSERT_THAT(Retire(one_, task), testing::IsOk()) << "too early";
  EXPECT_THAT(archive_.records, IsEmpty());
  clock_.ahead += kKeep * 3 / 4;
  ASSERT_THAT(Retire(one_, task), testing::IsOk());
  ASSERT_THAT(archive_.records, SizeIs(1));
  EXPECT_EQ(archive_.records.at(task).bytes.find("sealed-place"), std::string::npos);
  EXPECT_FALSE(KeysOf(task).empty());
  clock_.ahead += kKeep / 4;
  ASSERT_THAT(Retire(one_, task), testing::IsOk());
  EXPECT_THAT(KeysOf(task), IsEmpty());

  for (LaterReplica* replica : {&one_, &two_}) {
    EXPECT_EQ(TaskText(*replica, task), shown);
    EXPECT_EQ(PeopleText(*replica, task), people);
    EXPECT_EQ(ClaimOf(*replica, task, "after"), refusal) << "not NOT_FOUND";
  }
  v1::ListTasksRequest list;
  list.set_area_code("310110");
  EXPECT_EQ(Run(one_.tasks.ListTasks(Operator(), list))->tasks_size(), 0);
  archive_.down = true;
  EXPECT_THAT(Run(one_.app.tasks.Read(task)), testing::IsRefusal(Reason::PEER_UNAVAILABLE));
  EXPECT_THAT(Retire(one_, task), testing::IsRefusal(Reason::PEER_UNAVAILABLE));
}

TEST_F(TaskRetirementTest, WhatLeadsToSomebodysHomeIsNotArchived) {
  v1::PublishTaskRequest request = NewTask(hours(1), 1, 1);
  request.set_description("二楼左手，老人耳背");
  request.set_requester_id(requester_);
  std::vector<std::string> all;
  for (const bool by_somebody : {true, false}) {
    request.set_request_id(by_somebody ? "asked" : "own");
    if (!by_somebody) request.clear_requester_id();
    const auto caller = by_somebody ? Lists() : Coordinator();
    const auto task = Run(replicas_[0]->tasks.PublishTask(caller, request));
    ASSERT_THAT(task, testing::IsOk());
    v1::CancelTaskRequest cancel;
    cancel.set_request_id("cancel-" + request.request_id());
    cancel.set_task_id(task->task_id());
    cancel.set_reason("下雨");
    ASSERT_THAT(Run(one_.tasks.CancelTask(Coordinator(), cancel)), testing::IsOk());
    all.push_back(task->task_id());
  }
  EXPECT_EQ(Run(two_.app.tasks.Read(all[0]))->task().description(), request.description());
  clock_.ahead += kKeep;
  for (const std::string& task : all) ASSERT_THAT(Retire(one_, task), testing::IsOk());
  const v1::TaskRecord mine = *Run(two_.app.tasks.Read(all[0]));
  EXPECT_EQ(mine.task().description(), "");
  EXPECT_FALSE(mine.task().has_place());
  EXPECT_EQ(mine.task().title(), request.title());
  const v1::TaskRecord own = *Run(two_.app.tasks.Read(all[1]));
  EXPECT_EQ(own.task().description(), request.description());
  EXPECT_TRUE(own.task().has_place());
  EXPECT_THAT(KeysOf(all[0]), IsEmpty());
}

TEST_F(TaskRetirementTest, AnExpiredTaskHasNoContactAlsoOnceServiceIsConfirmed) {
  const std::string person = NewPerson();
  const v1::Task task = Missed(person);
  Expire(task.task_id());
  ASSERT_THAT(Run(one_.assignments.ConfirmService(Coordinator(), Told(task, person, "told"))),
              testing::IsOk());
  v1::GetTaskContactRequest request;
  request.set_task_id(task.task_id());
  EXPECT_EQ(Why(Run(one_.tasks.GetTaskContact(Coordinator(), request)).status()), "WRONG_STATE");
}

// Service is confirmed after the fact for a month; then the task is a matter of record.
TEST_F(TaskRetirementTest, WhatItWouldHaveAllowedIsRefusedOnceItIsArchived) {
  const std::string person = NewPerson();
  const v1::Task task = Missed(person);
  Expire(task.task_id());
  clock_.ahead += kKeep;
  ASSERT_THAT(Retire(one_, task.task_id()), testing::IsOk());
  clock_.ahead = hours(6);  // a confirmation that was under way
  EXPECT_EQ(
      Why(Run(two_.assignments.ConfirmService(Coordinator(), Told(task, person, "late"))).status()),
      "ARCHIVED");
  EXPECT_THAT(KeysOf(task.task_id()), IsEmpty());
  EXPECT_EQ(CalendarOf(person).entries_size(), 0);
}

// Some hours are on their way for longer than a month: a ledger could not be written.
TEST_F(TaskRetirementTest, ATaskWaitsForItsCredits) {
  const std::string person = NewPerson();
  const v1::Task task = Missed(person);
  Expire(task.task_id());
  ASSERT_THAT(Run(one_.assignments.ConfirmService(Coordinator(), Told(task, person, "told"))),
              testing::IsOk());
  v1::CloseTaskRequest close;
  close.set_request_id("close");
  close.set_task_id(task.task_id());
  ASSERT_THAT(Run(one_.tasks.CloseTask(Operator(), close)), testing::IsOk());
  clock_.ahead += 2 * kKeep;
  ASSERT_THAT(Retire(one_, task.task_id()), testing::IsOk());
  EXPECT_FALSE(KeysOf(task.task_id()).empty());
  Credit(task.task_id());
  EXPECT_EQ(LedgerOf(person).size(), 1u);
}

TEST_F(TaskRetirementTest, OldHoursLeaveAndTheBalanceStays) {
  const std::string person = NewPerson();
  const std::string first = Closed(person);
  const std::string second = Closed(person, hours(30));
  ASSERT_THAT(Correct(second, person, 30), testing::IsOk());
  const std::vector<v1::LedgerEntry> all = LedgerOf(person);
  ASSERT_THAT(all, SizeIs(4)) << "two services; one reversed and entered again";
  const std::string balance = Run(one_.app.ledgers.Head(person))->DebugString();

  clock_.ahead += kKeep;
  archived_.assign(all.begin(), all.begin() + 1);
  ASSERT_THAT(RetireLedger(person), testing::IsOk()) << "records has not got the others yet";
  EXPECT_EQ(Run(one_.app.ledgers.Head(person))->retired_sequence(), 1u);
  archived_ = all;
  archived_[2].set_minutes(1);  // another entry under its number
  ASSERT_THAT(RetireLedger(person), testing::IsOk());
  EXPECT_EQ(Run(one_.app.ledgers.Head(person))->retired_sequence(), 2u);
  archived_ = all;
  ASSERT_THAT(RetireLedger(person), testing::IsOk());
  v1::LedgerRecord head = *Run(one_.app.ledgers.Head(person));
  EXPECT_EQ(head.retired_sequence(), 4u);
  head.clear_retired_sequence();
  head.clear_retired_until_ms();
  EXPECT_EQ(head.DebugString(), balance);
  EXPECT_EQ(server_.Do({"EXISTS", one_.app.keys.Ledger(person)}).integer, 0);

  const std::vector<v1::LedgerEntry> again = *Run(one_.app.ledgers.List(person, 0, 10));
  ASSERT_THAT(again, SizeIs(4));
  for (size_t i = 0; i < all.size(); ++i) EXPECT_EQ(again[i].DebugString(), all[i].DebugString());
  // Told once more, it is credited once; corrected, the entry that counts is reversed.
  Credit(first);
  ASSERT_THAT(Run(one_.app.ledgers.Add({person, first, "", 60})), testing::IsOk());
  EXPECT_EQ(Run(one_.app.ledgers.Head(person))->last_sequence(), 4u);
  EXPECT_EQ(Correct(second, person, 45)->minutes(), 60 + 45);
  const std::vector<v1::LedgerEntry> mixed = *Run(one_.app.ledgers.List(person, 3, 10));
  ASSERT_THAT(mixed, SizeIs(3));
  EXPECT_EQ(mixed[1].minutes(), -30);
  EXPECT_EQ(mixed[1].reverses(), 4u);
  EXPECT_EQ(mixed[2].minutes(), 45);
  archived_[0].set_reason("改过");
  EXPECT_EQ(FaultOf(person), "entry 1 is changed");
  archived_ = all;
  EXPECT_EQ(FaultOf(person), "") << "from the first that has left to the last that is here";
  // The archive is lost: what the store has is shown, however many are missing before it.
  archived_.clear();
  const std::vector<v1::LedgerEntry> left = *Run(one_.app.ledgers.List(person, 0, 2));
  ASSERT_THAT(left, SizeIs(2));
  EXPECT_EQ(left[0].sequence(), 5u);
}

// It asked an hour later, however short the times are that entries are kept for.
TEST_F(TaskRetirementTest, HoursThatTheArchiveLacksAreAskedForAgainSoon) {
  const std::string person = NewPerson();
  Closed(person);
  clock_.ahead += kKeep;
  ASSERT_THAT(RetireLedger(person), testing::IsOk());
  const std::string timers = one_.app.keys.base().Timers(one_.app.keys.ShardOf(person));
  const std::string due = server_.Do({"ZSCORE", timers, timers::Member(kLedgerTimer, person)}).text;
  EXPECT_LE(Time(Millis(std::stoll(due))), clock_.Now() + std::chrono::minutes(10));
}

// A town that lives on: what a year leaves in Redis is what a month leaves. Five tasks a day, or
// BAODAO_YEAR_TASKS_A_DAY: 500 take twelve minutes. --gtest_output=xml:FILE tells what was left.
class YearTest : public TaskRetirementTest {
 protected:
  static int TasksADay() {
    const char* const set = std::getenv("BAODAO_YEAR_TASKS_A_DAY");
    return set == nullptr ? 5 : std::stoi(set);
  }

  // Events are trimmed by who reads them, and answers are kept for a day of the machine's clock.
  void DropEventsAndAnswers() {
    static constexpr char kDrop[] = R"(
      for _, key in ipairs(redis.call('KEYS', '*')) do
        if key:find(':answer:') or key:find(':events$') then redis.call('DEL', key) end
      end)";
    server_.Do({"EVAL", kDrop, "0"});
  }
  int64_t BytesKept() {
    static constexpr char kSum[] = R"(
      local sum = 0
      for _, key in ipairs(redis.call('KEYS', '*')) do
        sum = sum + redis.call('MEMORY', 'USAGE', key, 'SAMPLES', '0')
      end
      return sum)";
    return server_.Do({"EVAL", kSum, "0"}).integer;
  }
  // All that Redis holds, its tables of keys and functions included.
  int64_t BytesUsed() {
    const std::string memory = server_.Do({"INFO", "memory"}).text;
    const std::string name = "\r\nused_memory:";
    return std::stoll(memory.substr(memory.find(name) + name.size()));
  }
  void Note(const std::string& when) {
    RecordProperty("bytes_kept_after_a_" + when, std::to_string(BytesKept()));
    RecordProperty("used_memory_after_a_" + when, std::to_string(BytesUsed()));
  }
  // Each task is published, taken by somebody and cancelled.
  void Live(int day) {
    for (size_t i = 0; i < people_.size(); ++i) {
      const std::string id = std::to_string(day) + "-" + std::to_string(i);
      clock_.ahead = hours(24 * day) + Millis(hours(24)) * i / people_.size();
      v1::PublishTaskRequest request = NewTask(clock_.ahead + hours(30), 1, 3);
      request.set_request_id("publish-" + id);
      const auto task = Run(one_.tasks.PublishTask(Coordinator(), request));
      ASSERT_THAT(task, testing::IsOk());
      v1::ClaimTaskRequest claim;
      claim.set_request_id("claim-" + id);
      claim.set_task_id(task->task_id());
      ASSERT_THAT(Run(one_.assignments.ClaimTask(As(people_[i]), claim)), testing::IsOk());
      v1::CancelTaskRequest cancel;
      cancel.set_request_id("cancel-" + id);
      cancel.set_task_id(task->task_id());
      cancel.set_reason("下雨");
      ASSERT_THAT(Run(one_.tasks.CancelTask(Coordinator(), cancel)), testing::IsOk());
    }
  }
  // Everything that is due by now: of a cancelled task nothing but its departure.
  void FireTimers() {
    for (auto due = TakeDue(clock_.Now()); !due.empty(); due = TakeDue(clock_.Now())) {
      for (const timers::Timer& timer : due) {
        ASSERT_EQ(timer.kind, kRetireTimer);
        ASSERT_THAT(Run(one_.deadlines.Retire(timer)), testing::IsOk());
      }
    }
  }

  const std::vector<std::string> people_ = [] {
    std::vector<std::string> people;
    for (int i = 0; i < TasksADay(); ++i) people.push_back(NewPerson());
    return people;
  }();
};

TEST_F(YearTest, LeavesWhatAMonthLeaves) {
  int64_t month = 0;
  for (int day = 0; day < 365; ++day) {
    Live(day);
    if (HasFatalFailure()) return;
    FireTimers();
    if (HasFatalFailure()) return;
    DropEventsAndAnswers();
    // Everybody's calendar, head and index is there, and the first tasks are about to leave.
    if (day == 30) {
      month = BytesKept();
      Note("month");
    }
  }
  const int64_t year = BytesKept();
  Note("year");
  EXPECT_GT(year, month / 2);
  EXPECT_LT(year, month + month / 10);
  EXPECT_GE(archive_.records.size(), people_.size() * 365 * 9 / 10);
}

}  // namespace
}  // namespace baodao::dispatch
