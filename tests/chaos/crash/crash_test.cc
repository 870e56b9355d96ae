// kill -9 under load, then a restart: nothing acknowledged is missing, nothing is doubled, no timer
// is lost.
#include <signal.h>

#include <set>

#include "common/testing/matchers.h"
#include "tests/chaos/crash/fixture.h"

namespace baodao::testing {
namespace {

using dispatch::v1::ASSIGNMENT_STATE_ACCEPTED;
using dispatch::v1::ASSIGNMENT_STATE_OFFERED;

// Everybody claims every task: ten are accepted, twenty wait, the others are refused.
class ClaimsTest : public CrashTest {
 protected:
  // Nobody is shown more than the next fifty tasks they wait for, and this is done twice.
  static constexpr int kTasks = 24;
  static constexpr size_t kSlots = 10;
  static constexpr size_t kWaitlist = 20;  // what a task has unless told otherwise
  static constexpr size_t kCalls = kTasks * kPeople;
  static constexpr int kCrashes = 6;

  static bool IsAccepted(const Assignment& assignment) {
    return assignment.state() == ASSIGNMENT_STATE_ACCEPTED;
  }
  static std::string TextOf(const Assignment& assignment) {
    return IsAccepted(assignment) ? "accepted"
                                  : dispatch::v1::AssignmentState_Name(assignment.state()) + " " +
                                        std::to_string(assignment.waitlist_number());
  }

  Task<absl::StatusOr<Assignment>> Claim(std::string task, const demo::Actor& person) {
    dispatch::v1::ClaimTaskRequest request;
    request.set_request_id("crash-" + task);
    request.set_task_id(task);
    co_return co_await Persist(assignments_, &client::Assignments::ClaimTask, person.token,
                               request);
  }

  void ClaimThrough(std::function<void(int)> crash) {
    auto claim = [this](size_t i) -> Task<void> {
      const demo::Actor& person = world().people[i % kPeople];
      const auto answer = co_await Claim(tasks_[i / kPeople], person);
      if (answer.ok()) {
        answers_[answer->task_id()][person.person_id] = *answer;
      } else {
        EXPECT_THAT(answer, testing::IsRefusal(Reason::WAITLIST_FULL)) << answer.status();
      }
      ++done_;
    };
    CrashDuring(ForEach(kCalls, 32, claim), kCalls, kCrashes, std::move(crash));
  }

  void ExpectAsAcknowledged() {
    for (const std::string& task : tasks_) ExpectTask(task);
    for (const demo::Actor& person : world().people) ExpectPerson(person);
    ExpectTheSameAnswers();
  }

  // On the task are those who were told so, each once, in the state they were told.
  void ExpectTask(const std::string& task) {
    std::map<std::string, std::string> told, stored;
    for (const auto& [person, answer] : answers_[task]) told[person] = TextOf(answer);
    const auto people = town_->Run(PeopleOf(task));
    for (const Assignment& assignment : people) stored[assignment.person_id()] = TextOf(assignment);
    EXPECT_EQ(stored, told) << task;
    EXPECT_EQ(people.size(), stored.size()) << task;
    const auto accepted =
        static_cast<size_t>(std::count_if(people.begin(), people.end(), IsAccepted));
    EXPECT_EQ(accepted, kSlots) << task;
    EXPECT_EQ(people.size(), kSlots + kWaitlist) << task;
    dispatch::v1::GetTaskRequest get;
    get.set_task_id(task);
    const auto counted = town_->Run(
        demo::Must(world().backend.tasks, &client::Tasks::GetTask, world().people[0].token, get));
    EXPECT_EQ(static_cast<size_t>(counted.accepted_count()), kSlots) << task;
    EXPECT_EQ(static_cast<size_t>(counted.waitlist_count()), kWaitlist) << task;
  }

  // So does the person's own list, which is kept elsewhere, say.
  void ExpectPerson(const demo::Actor& person) {
    std::map<std::string, std::string> told, stored;
    for (const std::string& task : tasks_) {
      const auto answer = answers_[task].find(person.person_id);
      if (answer != answers_[task].end()) told[task] = TextOf(answer->second);
    }
    dispatch::v1::ListMyAssignmentsRequest request;
    request.set_page_size(200);
    const auto mine =
        town_->Run(demo::Must(world().backend.assignments, &client::Assignments::ListMyAssignments,
                              person.token, request));
    for (const auto& item : mine.items()) {
      const bool ours = std::count(tasks_.begin(), tasks_.end(), item.task().task_id()) > 0;
      if (!ours) continue;  // of another test
      EXPECT_TRUE(stored.emplace(item.task().task_id(), TextOf(item.assignment())).second);
    }
    EXPECT_EQ(stored, told) << person.person_id;
  }

  // The same request sent once more.
  void ExpectTheSameAnswers() {
    auto ask = [this](size_t i) -> Task<void> {
      const demo::Actor& person = world().people[i % kPeople];
      const auto& told = answers_[tasks_[i / kPeople]];
      const auto first = told.find(person.person_id);
      if (first == told.end()) co_return;
      const auto again = co_await Claim(tasks_[i / kPeople], person);
      EXPECT_THAT(again, testing::IsOk());
      if (!again.ok()) co_return;
      EXPECT_EQ(again->SerializeAsString(), first->second.SerializeAsString());
    };
    town_->Run(ForEach(kCalls, 32, ask));
  }

  rpc::Channel channel_{town_->loop, To(client::kDispatchPort)};
  rpc::Client<dispatch::v1::AssignmentService> assignments_{channel_};
  std::vector<std::string> tasks_;
  std::map<std::string, std::map<std::string, Assignment>> answers_;  // by task and person
};

TEST_F(ClaimsTest, DispatchKilledUnderLoadLosesAndDoublesNothing) {
  tasks_ = PublishTasks(kTasks, 2, kSlots);
  ClaimThrough([this](int) { CrashService("dispatch"); });
  EXPECT_EQ(felt_, kCrashes);
  ExpectAsAcknowledged();
}

TEST_F(ClaimsTest, RedisKilledUnderLoadLosesAndDoublesNothing) {
  tasks_ = PublishTasks(kTasks, 100, kSlots);
  ClaimThrough([this](int crash) {
    if (crash % 2 == 0) return CrashRedis();
    // Back before anybody gives up: what was sent and not answered is sent again.
    deployment().redis().Kill();
    deployment().redis().Restart();
  });
  ExpectAsAcknowledged();
}

class PublicationsTest : public CrashTest {
 protected:
  static constexpr size_t kNeeds = 40;
  static constexpr size_t kAtOnce = 4;

  void RaiseNeeds() {
    auto raise = [this](size_t i) -> Task<void> {
      lists::v1::CreateNeedRequest need;
      need.set_request_id(world().RequestId());
      need.set_title("第" + std::to_string(i) + "件");
      need.set_category("cleaning");
      need.set_area_code(community().area.code());
      need.mutable_contact()->set_phone("13800001234");
      need.mutable_contact()->set_address("平凉路1号101室");
      const Time start = SystemClock().Now() + std::chrono::hours(24 * 320);
      *need.mutable_window()->mutable_start() = ToTimestamp(start);
      *need.mutable_window()->mutable_end() = ToTimestamp(start + std::chrono::hours(1));
      const auto created = co_await demo::Must(world().backend.needs, &client::Needs::CreateNeed,
                                               world().people[i].token, need);
      needs_[i] = created.need_id();
      lists::v1::ReviewNeedRequest review;
      review.set_request_id(world().RequestId());
      review.set_need_id(needs_[i]);
      review.set_verdict(lists::v1::NEED_VERDICT_ACCEPT);
      co_await demo::Must(world().backend.needs, &client::Needs::ReviewNeed,
                          community().coordinator.token, review);
    };
    town_->Run(ForEach(kNeeds, 8, raise));
  }

  Task<void> PublishAll() {
    auto publish = [this](size_t i) -> Task<void> {
      lists::v1::PublishNeedRequest request;
      request.set_request_id("publish-" + needs_[i]);
      request.set_need_id(needs_[i]);
      const auto published = co_await Persist(lists_, &client::Needs::PublishNeed,
                                              community().coordinator.token, request);
      EXPECT_THAT(published, testing::IsOk());
      if (published.ok()) tasks_[i] = published->task_id();
      ++done_;
    };
    co_await ForEach(kNeeds, kAtOnce, publish);
  }

  // lists dies while it waits for dispatch, which makes the tasks all the same.
  void CrashInBetween() {
    const auto kill = [this] {
      ChildProcess& dispatch = deployment().process("dispatch");
      dispatch.Signal(SIGSTOP);
      Await([this] { return TimersOf("lists").size() >= std::min(kAtOnce, kNeeds - done_); });
      deployment().Kill("lists");
      EXPECT_FALSE(TimersOf("lists").empty()) << "no publication had begun";
      dispatch.Signal(SIGCONT);
    };
    Outage(kill, [this] { deployment().Start("lists"); });
  }

  const demo::Community& community() { return world().communities[0]; }

  rpc::Channel channel_{town_->loop, To(client::kListsPort)};
  rpc::Client<lists::v1::NeedService> lists_{channel_};
  std::vector<std::string> needs_ = std::vector<std::string>(kNeeds);
  std::vector<std::string> tasks_ = std::vector<std::string>(kNeeds);
};

// Every need ends with exactly one task, and it is the one that was answered.
TEST_F(PublicationsTest, ListsKilledBetweenNeedAndTaskMakesExactlyOneTask) {
  RaiseNeeds();
  constexpr int kCrashes = 6;
  CrashDuring(PublishAll(), kNeeds, kCrashes, [this](int crash) {
    if (crash % 2 == 0) return CrashInBetween();
    CrashService("lists");
  });
  EXPECT_EQ(felt_, kCrashes);
  std::map<std::string, std::set<std::string>> by_need;
  dispatch::v1::ListTasksRequest list;
  list.set_area_code(community().area.code());
  list.set_page_size(200);
  do {
    const auto page = town_->Run(demo::Must(world().backend.tasks, &client::Tasks::ListTasks,
                                            community().coordinator.token, list));
    for (const auto& task : page.tasks()) by_need[task.need_id()].insert(task.task_id());
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  for (size_t i = 0; i < kNeeds; ++i)
    EXPECT_EQ(by_need[needs_[i]], std::set<std::string>{tasks_[i]}) << needs_[i];
}

class WaitlistTest : public CrashTest {
 protected:
  static constexpr int kTasks = 60;
  // How many offers are to be made, and how many of these are under way: their timers were taken,
  // to be there again when the lease is over. With a second argument the leases are over at once.
  static constexpr char kOffers[] = R"(
    local left, taken = 0, 0
    for _, key in ipairs(redis.call('KEYS', '*dispatch:timers')) do
      local timers = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
      for i = 1, #timers, 2 do
        if timers[i]:find('promote|', 1, true) == 1 then
          left = left + 1
          if tonumber(timers[i + 1]) > tonumber(ARGV[1]) then
            taken = taken + 1
            if ARGV[2] then redis.call('ZADD', key, ARGV[2], timers[i]) end
          end
        end
      end
    end
    return {left, taken})";
  struct Offers {
    int64_t left;
    int64_t taken;
  };

  // One person has the slot, another one waits for it.
  void Fill(size_t first_person) {
    first_ = first_person;
    tasks_ = PublishTasks(kTasks, 190, 1);
    auto claim = [this](size_t i) -> Task<void> {
      for (size_t person = first_; person < first_ + 2; ++person) {
        dispatch::v1::ClaimTaskRequest request;
        request.set_request_id(world().RequestId());
        request.set_task_id(tasks_[i]);
        co_await demo::Must(world().backend.assignments, &client::Assignments::ClaimTask,
                            world().people[person].token, request);
      }
    };
    town_->Run(ForEach(tasks_.size(), 8, claim));
  }

  // Each arms a timer that offers the slot to the one who waits.
  Task<void> Withdraw(size_t from, size_t count) {
    auto withdraw = [this, from](size_t n) -> Task<void> {
      const size_t i = from + n;
      dispatch::v1::AssignmentRequest request;
      request.set_request_id("withdraw-" + tasks_[i]);
      request.set_task_id(tasks_[i]);
      const auto answer = co_await Persist(assignments_, &client::Assignments::WithdrawAssignment,
                                           world().people[first_].token, request);
      EXPECT_THAT(answer, testing::IsOk());
      ++done_;
    };
    co_await ForEach(count, 4, withdraw);
  }

  Offers LookAtOffers(bool end_leases = false) {
    const int64_t now = SystemClock().Now().time_since_epoch().count();
    std::vector<std::string> command = {"EVAL", kOffers, "0", std::to_string(now + 10'000)};
    if (end_leases) command.push_back(std::to_string(now));
    const auto answer = deployment().redis().Do(command);
    return {answer.items.at(0).integer, answer.items.at(1).integer};
  }

  // Until some of them are under way, or none is left.
  void AwaitTaking() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    for (Offers now = LookAtOffers(); now.left > 0 && now.taken == 0; now = LookAtOffers())
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "no timer is taken";
  }

  void ExpectOffers() {
    auto offered = [this](size_t i) -> Task<void> {
      for (int attempt = 0; attempt < 600; ++attempt) {
        for (const Assignment& assignment : co_await PeopleOf(tasks_[i])) {
          const bool offer = assignment.state() == ASSIGNMENT_STATE_OFFERED;
          if (offer && assignment.holds_slot()) co_return;
        }
        co_await SystemClock().SleepFor(Millis(100));
      }
      ADD_FAILURE() << tasks_[i] << " was not offered to its waitlist";
    };
    town_->Run(ForEach(tasks_.size(), tasks_.size(), offered));
  }

  // With nobody there to fire them, every timer must outlive Redis.
  void CrashBoth() {
    const auto kill = [this] {
      deployment().Kill("dispatch");
      const auto timers = TimersOf("dispatch");
      EXPECT_FALSE(timers.empty());
      deployment().redis().Kill();
      deployment().redis().Restart();
      EXPECT_EQ(TimersOf("dispatch"), timers);
    };
    Outage(kill, [this] { deployment().Start("dispatch"); });
  }

  rpc::Channel channel_{town_->loop, To(client::kDispatchPort)};
  rpc::Client<dispatch::v1::AssignmentService> assignments_{channel_};
  size_t first_ = 0;
  std::vector<std::string> tasks_;
};

// Every slot is offered, whatever dies in the middle of it.
TEST_F(WaitlistTest, NoTimerIsLost) {
  Fill(0);
  CrashDuring(Withdraw(0, kTasks), kTasks, 6, [this](int crash) {
    if (crash % 3 == 0) return CrashService("dispatch");
    if (crash % 3 == 1) return CrashRedis();
    CrashBoth();
  });
  ExpectOffers();
}

// Dispatch dies between taking timers and firing them. It may just have fired them all: that is why
// this is done more than once.
TEST_F(WaitlistTest, TakenTimersAreFiredAgain) {
  Fill(2);
  constexpr size_t kAtOnce = 10;
  int64_t taken = 0;
  for (size_t from = 0; from < kTasks; from += kAtOnce) {
    town_->Run(Withdraw(from, kAtOnce));
    AwaitTaking();
    deployment().Kill("dispatch");
    taken += LookAtOffers(true).taken;
    deployment().Start("dispatch");
  }
  EXPECT_GT(taken, 0);
  ExpectOffers();
}

}  // namespace
}  // namespace baodao::testing
