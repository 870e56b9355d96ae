// What a claim may cost: counts, since those are the same on every machine and however busy it is.
// Time is measured by `make bench`. A budget is what the last improvement left: whoever needs less
// lowers it here, and whoever needs more says why. System calls and instructions are not counted:
// where this runs, nothing can count them.
#include <gtest/gtest.h>
#include <signal.h>

#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "common/async/for_each.h"
#include "tests/e2e/town.h"

namespace baodao::testing {
namespace {

// Of Redis, a claim by one person of a task of their own, one after the other, with all consumers
// of its events: the calls of a function, the commands within and outside of them, and what is
// appended to the append-only file. Any other command has a budget of none.
const std::map<std::string, double> kRedisBudget = {
    {"fcall", 3},     // the reservation, the claim, the notification
    {"set", 6},       // two requests, one of them twice; calendar, task, head of the inbox
    {"getrange", 4},  // versions
    {"xadd", 1},      // the event: nobody watches the inboxes
    {"hset", 4},      // who is on the task, two notifications; consumers of a shard new to them
    {"get", 1},      {"zadd", 1}, {"time", 1}, {"bytes appended", 5'000},
};
// All that is allocated in dispatch, by gRPC too; 656 to 684 when this was written.
constexpr double kAllocations = 690;
// For what goes on besides: positions of consumers, a heartbeat, a list that grows.
constexpr double kMargin = 1.03;
constexpr double kBesides = 0.1;

// How services wait when there is nothing to do: so many a second, whatever is claimed.
const std::set<std::string> kWaiting = {"eval", "exists",       "hget", "hgetall", "hincrby",
                                        "info", "xinfo|stream", "xlen", "xread",   "zrange"};

using Counts = std::map<std::string, double>;

Counts CountsOf(RedisServer& redis) {
  Counts counts;
  std::istringstream lines(redis.Do({"INFO", "everything"}).text);
  for (std::string line; std::getline(lines, line);) {
    const size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string field = line.substr(0, colon), value = line.substr(colon + 1);
    constexpr std::string_view kCommand = "cmdstat_";  // cmdstat_get:calls=…
    if (field == "aof_current_size") counts["bytes appended"] = std::stod(value);
    if (!field.starts_with(kCommand)) continue;
    const std::string command = field.substr(kCommand.size());
    if (!kWaiting.contains(command)) counts[command] = std::stod(value.substr(value.find('=') + 1));
  }
  return counts;
}

class ClaimBudgetTest : public ::testing::Test {
 protected:
  static constexpr size_t kPeople = 300;

  static void SetUpTestSuite() {
    Town::Options options;
    options.people = kPeople;
    options.communities = 1;
    // At its end a process tells what it has allocated.
    options.deployment.environment["MALLOC_CONF"] = "stats_print:true,stats_print_opts:Jgdablx";
    town_ = new Town(options);
    tasks_.resize(kPeople);
    auto publish = [](size_t i) -> Task<void> {
      const auto task = co_await town_->Publish(0, 2, std::chrono::hours(48));
      tasks_[i] = task.task_id();
    };
    town_->Run(ForEach(kPeople, 8, publish));
  }

  static void TearDownTestSuite() {
    delete town_;
    town_ = nullptr;
  }

  Deployment& deployment() { return town_->deployment; }

  // By the next people, each a task of their own, one after the other.
  void Claim(size_t claims) {
    auto claim = [this](size_t) -> Task<void> {
      const size_t i = claimed_++;
      dispatch::v1::ClaimTaskRequest request;
      request.set_request_id(town_->world->RequestId());
      request.set_task_id(tasks_.at(i));
      co_await demo::Must(town_->world->backend.assignments, &client::Assignments::ClaimTask,
                          town_->world->people[i].token, request);
    };
    town_->Run(ForEach(claims, 1, claim));
  }

  // The counts of Redis, once consumers have caught up: no event or notification comes any more.
  Counts CountsAtRest() {
    constexpr int kLooks = 25;
    Counts counts = CountsOf(deployment().redis());
    for (int same = 0; same < kLooks;) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      Counts now = CountsOf(deployment().redis());
      const bool rests = now["xadd"] == counts["xadd"] && now["hset"] == counts["hset"];
      same = rests ? same + 1 : 0;
      counts = std::move(now);
    }
    return counts;
  }

  // What dispatch has allocated since its start; ends it.
  double AllocationsOfDispatch() {
    EXPECT_EQ(deployment().process("dispatch").End(SIGTERM), 0);
    const std::string log = deployment().Log("dispatch");
    double requests = 0;
    size_t at = log.rfind("\"merged\":{");
    for (const char* size : {"\"small\":{", "\"large\":{"}) {
      constexpr std::string_view kField = "\"nrequests\":";
      at = log.find(kField, log.find(size, at));
      if (at == std::string::npos) throw std::runtime_error("jemalloc tells no allocations");
      requests += std::stod(log.substr(at + kField.size(), 20));
    }
    return requests;
  }

 private:
  static Town* town_;
  static std::vector<std::string> tasks_;
  static size_t claimed_;
};

Town* ClaimBudgetTest::town_ = nullptr;
std::vector<std::string> ClaimBudgetTest::tasks_;
size_t ClaimBudgetTest::claimed_ = 0;

TEST_F(ClaimBudgetTest, Redis) {
  constexpr size_t kClaims = 100;
  Claim(60);  // consumers know all shards then
  const Counts before = CountsAtRest();
  Claim(kClaims);
  for (const auto& [what, count] : CountsAtRest()) {
    const auto was = before.find(what);
    const double per_claim = (count - (was == before.end() ? 0 : was->second)) / kClaims;
    const auto budget = kRedisBudget.find(what);
    EXPECT_LE(per_claim, (budget == kRedisBudget.end() ? 0 : budget->second * kMargin) + kBesides)
        << what;
    if (per_claim > 0) RecordProperty("redis " + what, std::to_string(per_claim));
  }
}

TEST_F(ClaimBudgetTest, Allocations) {
  constexpr size_t kClaims = 100;
  constexpr size_t kWarm = 10;
  AllocationsOfDispatch();
  deployment().Start("dispatch");
  Claim(kWarm);
  const double without = AllocationsOfDispatch();
  deployment().Start("dispatch");
  Claim(kWarm + kClaims);
  const double per_claim = (AllocationsOfDispatch() - without) / kClaims;
  EXPECT_LE(per_claim, kAllocations * kMargin);
  // Far less would mean that they are not counted.
  EXPECT_GT(per_claim, 50);
  RecordProperty("allocations", std::to_string(per_claim));
}

}  // namespace
}  // namespace baodao::testing
