// The scenarios that are measured. Each acts through gRPC on the real binaries.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/bench/connections.h"
#include "tests/bench/measure.h"
#include "tests/bench/program.h"

namespace baodao::bench {

// Who is there before anything is measured.
inline constexpr size_t kFirstPeople = 50;

struct Scale {
  size_t people = 10'000;        // of the claims, with a task each
  size_t match_people = 50'000;  // of match_10k_50k
  size_t match_tasks = 10'000;
  size_t echo_calls = 100'000;
  size_t search_rows = 1'000'000;       // of search_1m
  size_t rounds = 5;                    // of what is measured in turns
  size_t open_tasks = 1'000'000;        // of list_open_1m, claim_spread_1m, restart_1m
  size_t stored_people = 1'000'000;     // of restart_1m
  size_t large_match_people = 300'000;  // of match_100k_300k, with a task for three of them
};

// The town in which everything is measured.
testing::TownOptions TownOf();

// The town, and several connections to its dispatch.
class Scene {
 public:
  explicit Scene(const Scale& scale);

  testing::Town& town() { return town_; }
  const Scale& scale() const { return scale_; }
  Connections& connections() { return connections_; }
  demo::World& world() { return *town_.world; }

 private:
  Scale scale_;
  testing::Town town_;
  Connections connections_;
};

// More people report, until there are so many.
void ReportUntil(Scene& scene, size_t people);

// Tokens of operators enough that none of them changes more than a person may in a day.
std::vector<std::string> OperatorsFor(Scene& scene, size_t calls);

// Loads that are compared call by call. The scene and the program must outlive the load.
Load Echo(Scene& scene);
Load Commits(Scene& scene);
Load ListOpen(Scene& scene);
// As Echo and Commits, by a server that has nothing in between.
Load FloorEcho(Scene& scene, Program& floor);
Load FloorCommits(Scene& scene, Program& floor);
// Everybody claims a task of their own.
Load ClaimSpread(Scene& scene, const std::vector<std::string>& task_ids);
// Everybody claims the same task, which is published first.
Load ClaimHot(Scene& scene);

// Publishes a task of two slots for every person in their community; answers the ids.
std::vector<std::string> PublishTasks(Scene& scene, Result* bytes_per_task);
// A task of the whole district with a slot for everybody.
dispatch::v1::PublishTaskRequest TaskForAll(Scene& scene);
// A claim of the `i`-th person, which must be accepted.
Task<void> Claim(Scene& scene, rpc::Client<dispatch::v1::AssignmentService>& assignments, size_t i,
                 std::string task_id);

// `visible`: how long its hours took to be seen in SQL.
Result LoopFull(Scene& scene, Result* visible);
// The size of records' SQLite, once everything is in it.
double ArchiveBytes(Scene& scene);
Result HistoryPage(Scene& scene);
Result AreaReportYear(Scene& scene);
Result RecordsIngest(Scene& scene);
// Bytes of tasks that were taken and cancelled and have left Redis; in a town of its own.
Result BytesPerRetiredTask();
// Tasks of a year are put into the archive first.
Result SearchTasks(Scene& scene);

// Watches the ledger in SQL from a thread of its own until Stop, once.
class Visible {
 public:
  explicit Visible(Scene& scene);
  Result Stop();

 private:
  void Look();

  const std::string database_;
  std::atomic<bool> stopped_ = false;
  std::vector<double> waits_ms_;
  std::jthread looking_;
};

// More people report first; then open tasks and people are matched, offering nothing. `claimed` are
// cancelled before, so that everybody is free.
Result Match(Scene& scene, const std::vector<std::string>& claimed);
// The same with many more, most of whom are put into the store (see seed.h); in a town of its own.
Result MatchMany(const Scale& scale);

}  // namespace baodao::bench
