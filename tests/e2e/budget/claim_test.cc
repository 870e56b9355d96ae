// The cost that a claim may have: counts, since those are the same on every machine and however
// busy it is. Time is measured by `make bench`. A budget is what the last improvement left: whoever
// needs less lowers it here, and whoever needs more says why.
#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>

#include "common/async/for_each.h"
#include "common/testing/until.h"
#include "tests/e2e/stored.h"
#include "tests/e2e/town.h"

namespace baodao::testing {
namespace {

// Commands of Redis for a claim by one person of a task of their own, one after the other, with all
// consumers of its events: the calls of a function, the commands within and outside of them, and
// what is appended to the append-only file. Any other command has a budget of none.
const std::map<std::string, double> kRedisBudget = {
    {"fcall", 3},     // the reservation, the claim, the notification
    {"set", 6},       // two requests, one of them twice; calendar, task, head of the inbox
    {"getrange", 4},  // versions
    {"hset", 3},      // who is on the task, an entry in each of two inboxes
    {"xadd", 1},      // the event
    {"get", 1},      {"zadd", 1}, {"time", 1}, {"bytes appended", 4'400},
};
// Sizes of numbers.
constexpr double kMargin = 1.03;
// Costs that come once, and not with each claim: a list that grows, a connection that is made.
constexpr double kBesides = 0.1;

// The cost of it in dispatch, with gRPC and its own part in reading events: how often memory is
// asked for, instructions, and system calls. Valgrind counts the last two, however busy the machine
// is. The margin is for other versions of gRPC and of the compiler.
const std::map<std::string, double> kDispatchBudget = {
    {"allocations", 450}, {"instructions", 300'000}, {"sendmsg", 1}, {"others", 1}};
constexpr double kMarginOfDispatch = 1.15;
// These depend on which thread is woken first, and on the pieces that requests arrive in.
const std::map<std::string, double> kWakingBudget = {
    {"recvmsg", 1.1}, {"read", 5},  {"write", 5},           {"epoll_wait", 20},
    {"epoll_ctl", 6}, {"futex", 7}, {"timerfd_settime", 2},
};
constexpr double kMarginOfWaking = 1.5;
// These are no part of a claim: the clock, which only valgrind asks the kernel for, and what goes
// on by itself, of the server of metrics (which looks up now and then) and of jemalloc (which gives
// memory back).
const std::set<std::string> kOfNoClaim = {"clock_gettime", "clock_nanosleep", "getcpu",
                                          "gettimeofday",  "madvise",         "time"};

// Questions of services when there is nothing to do, and of those who ask how far they are: so many
// a second, whatever is claimed.
const std::set<std::string> kWaiting = {"evalsha", "exists", "hget",         "hgetall",
                                        "hincrby", "info",   "xinfo|stream", "xlen",
                                        "xrange",  "xread",  "xtrim",        "zrange"};
// Notes that they make meanwhile: who is alive, and how far each is, five times a second at most.
constexpr const char* kNotes[] = {":members", ":cursors", ":database"};

using Counts = std::map<std::string, double>;

// Reads "*3" and "$5", and what is that long.
class AppendedReader {
 public:
  explicit AppendedReader(const std::string& text) : text_(text) {}

  size_t at() const { return at_; }
  // The next command; none at the end, or where one is being written.
  std::vector<std::string> Next() {
    std::vector<std::string> words(Number('*'));
    for (std::string& word : words) {
      const size_t size = Number('$');
      if (at_ + size + 2 > text_.size()) return {};
      word = text_.substr(at_, size);
      at_ += size + 2;
    }
    return words;
  }

 private:
  size_t Number(char sign) {
    const size_t end = text_.find("\r\n", at_);
    if (end == std::string::npos) {
      at_ = text_.size();
      return 0;
    }
    if (text_[at_] != sign) throw std::runtime_error("the append-only file is not understood");
    const size_t number = std::stoul(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 2;
    return number;
  }

  const std::string& text_;
  size_t at_ = 0;
};

// The commands that are in the append-only file, and their bytes, without notes: a machine that is
// slower has more of those.
Counts WrittenOf(RedisServer& redis) {
  Counts counts;
  for (const auto& file :
       std::filesystem::directory_iterator(redis.directory() / "appendonlydir")) {
    if (!absl::EndsWith(file.path().string(), ".incr.aof")) continue;
    std::ifstream stream(file.path());
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    AppendedReader reader(text);
    for (size_t from = 0;; from = reader.at()) {
      const std::vector<std::string> words = reader.Next();
      if (words.empty()) break;
      const bool noted = words.size() > 1 && std::ranges::any_of(kNotes, [&](const char* of) {
                           return absl::EndsWith(words[1], of);
                         });
      // A key that has run out is deleted in the file, too.
      if (noted || words[0] == "DEL") continue;
      counts["bytes appended"] += static_cast<double>(reader.at() - from);
      ++counts[absl::AsciiStrToLower(words[0])];
    }
  }
  // They stand around the writes of a function.
  counts["multi"] = counts["exec"] = 0;
  return counts;
}

Counts CountsOf(RedisServer& redis) {
  Counts counts = WrittenOf(redis);
  std::istringstream lines(redis.Do({"INFO", "commandstats"}).text);
  for (std::string line; std::getline(lines, line);) {
    constexpr std::string_view kCommand = "cmdstat_";  // cmdstat_get:calls=…
    const size_t colon = line.find(':');
    if (!line.starts_with(kCommand) || colon == std::string::npos) continue;
    const std::string command = line.substr(kCommand.size(), colon - kCommand.size());
    if (kWaiting.contains(command)) continue;
    // Writes have been counted where they are made.
    counts.emplace(command, std::stod(line.substr(line.find('=') + 1)));
  }
  return counts;
}

// At its end jemalloc tells how often it was asked for memory.
double AllocationsIn(const std::string& log) {
  double allocations = 0;
  size_t at = log.rfind("\"merged\":{");
  for (const char* size : {"\"small\":{", "\"large\":{"}) {
    constexpr std::string_view kField = "\"nrequests\":";
    at = log.find(kField, log.find(size, at));
    if (at == std::string::npos) throw std::runtime_error("jemalloc tells no allocations");
    allocations += std::stod(log.substr(at + kField.size(), 20));
  }
  return allocations;
}

// Instructions, and system calls by name, those without a budget of their own together.
Counts CountedByValgrind(const std::string& log, pid_t pid) {
  const std::string start = "SYSCALL[" + std::to_string(pid) + ",";
  const std::string collected = "==" + std::to_string(pid) + "== Collected : ";
  constexpr std::string_view kName = ") sys_";  // SYSCALL[7,1](46) sys_sendmsg ( …
  Counts counts;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(collected)) {
      counts["instructions"] = std::stod(line.substr(collected.size()));
    } else if (line.starts_with(start)) {
      const size_t name = line.find(kName);
      if (name == std::string::npos) continue;
      const size_t from = name + kName.size();
      std::string call = line.substr(from, line.find_first_of(" (", from) - from);
      if (call == "epoll_pwait") call = "epoll_wait";  // the one of other processors
      if (kOfNoClaim.contains(call)) continue;
      const bool known = kDispatchBudget.contains(call) || kWakingBudget.contains(call);
      ++counts[known ? call : "others"];
    }
  }
  return counts;
}

class ClaimBudgetTest : public ::testing::Test {
 protected:
  static constexpr size_t kPeople = 300;
  static constexpr size_t kClaims = 100;
  static constexpr size_t kWarm = 10;

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
    AwaitTimers();
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

  // The counts of Redis, once consumers have caught up.
  Counts CountsAtRest() {
    town_->Run(Stored::AwaitEvents(*town_));
    return CountsOf(deployment().redis());
  }

  // The next people show their tokens, whose signatures are not to be checked again.
  void Introduce(size_t people) {
    auto introduce = [this](size_t i) -> Task<void> {
      dispatch::v1::ListMyAssignmentsRequest request;
      co_await demo::Must(town_->world->backend.assignments,
                          &client::Assignments::ListMyAssignments,
                          town_->world->people[claimed_ + i].token, request);
    };
    town_->Run(ForEach(people, 1, introduce));
  }

  // The work of dispatch from its start to its end, and how long its claims took.
  struct Life {
    Counts counts;
    double claiming_seconds = 0;
  };
  // With so many claims and a while of nothing.
  Life Live(size_t claims, std::chrono::seconds idle) {
    using Steady = std::chrono::steady_clock;
    deployment().Start("dispatch");
    Introduce(kWarm + kClaims);
    const Steady::time_point start = Steady::now();
    Claim(claims);
    const std::chrono::duration<double> claiming = Steady::now() - start;
    town_->Run(SystemClock().SleepFor(idle));
    const pid_t pid = deployment().process("dispatch").pid();
    EXPECT_EQ(deployment().process("dispatch").End(SIGTERM), 0);
    const std::string log = deployment().Log("dispatch");
    Life life{CountedByValgrind(log, pid), claiming.count()};
    life.counts["allocations"] = AllocationsIn(log);
    return life;
  }
  // A claim's part of that: less what starting takes, and what is done while claims wait.
  Counts OfOneClaim() {
    constexpr std::chrono::seconds kIdle{5};
    deployment().process("dispatch").End(SIGTERM);
    Life without = Live(kWarm, std::chrono::seconds(0));
    Life idle = Live(kWarm, kIdle);
    Life with = Live(kWarm + kClaims, std::chrono::seconds(0));
    const double waits = (with.claiming_seconds - without.claiming_seconds) / kIdle.count();
    Counts counts;
    for (const auto* budgets : {&kDispatchBudget, &kWakingBudget}) {
      for (const auto& [what, budget] : *budgets) {
        const double waited = (idle.counts[what] - without.counts[what]) * waits;
        counts[what] = (with.counts[what] - without.counts[what] - waited) / kClaims;
        RecordProperty("dispatch " + what, std::to_string(counts[what]));
      }
    }
    return counts;
  }

 private:
  // Until nothing is left to do in the next minutes: dispatch looks at everybody again half a
  // minute after their profile changed, and codes are deleted a minute after they were used.
  static void AwaitTimers() {
    static constexpr char kDueSoon[] = R"(
      local now = redis.call('TIME')
      local count = 0
      for _, key in ipairs(redis.call('KEYS', '*:timers')) do
        count = count + redis.call('ZCOUNT', key, '-inf', now[1] * 1000 + ARGV[1])
      end
      return count)";
    town_->Run(Stored::AwaitEvents(*town_));
    const auto none = [] {
      return town_->deployment.redis().Do({"EVAL", kDueSoon, "0", "200000"}).integer == 0;
    };
    if (!Until(none, std::chrono::seconds(180))) throw std::runtime_error("timers do not end");
  }

  static Town* town_;
  static std::vector<std::string> tasks_;
  static size_t claimed_;
};

Town* ClaimBudgetTest::town_ = nullptr;
std::vector<std::string> ClaimBudgetTest::tasks_;
size_t ClaimBudgetTest::claimed_ = 0;

TEST_F(ClaimBudgetTest, Redis) {
  Claim(kWarm);
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

TEST_F(ClaimBudgetTest, Dispatch) {
  const std::string out = (deployment().redis().directory() / "callgrind.out").string();
  deployment().RunUnder("dispatch", {"/usr/bin/env", "valgrind", "--tool=callgrind", "--vgdb=no",
                                     "--callgrind-out-file=" + out, "--trace-syscalls=yes"});
  const Counts counts = OfOneClaim();
  for (const auto& [what, budget] : kDispatchBudget) {
    EXPECT_LE(counts.at(what), budget * kMarginOfDispatch) << what;
  }
  for (const auto& [what, budget] : kWakingBudget) {
    EXPECT_LE(counts.at(what), budget * kMarginOfWaking) << what;
  }
  // Far less would mean that they are not counted.
  for (const char* what : {"allocations", "instructions", "sendmsg"}) {
    EXPECT_GT(counts.at(what), kDispatchBudget.at(what) / 2) << what;
  }
}

}  // namespace
}  // namespace baodao::testing
