// The scenarios that are measured. Each acts through gRPC on the real binaries.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "baodao/diagnostics/v1/diagnostics.grpc.pb.h"
#include "tests/bench/measure.h"

namespace baodao::bench {

// Who is there before anything is measured.
inline constexpr size_t kFirstPeople = 50;

struct Scale {
  size_t people = 10'000;        // of the claims, with a task each
  size_t match_people = 50'000;  // of match_10k_50k
  size_t match_tasks = 10'000;
  size_t echo_calls = 100'000;
  size_t search_rows = 1'000'000;  // of search_1m
};

// The town, its tasks, and several connections to dispatch.
class Scene {
 public:
  explicit Scene(const Scale& scale);

  testing::Town& town() { return *town_; }
  const Scale& scale() const { return scale_; }
  rpc::Client<dispatch::v1::AssignmentService>& assignments(size_t i) {
    return connections_[i % connections_.size()]->assignments;
  }
  rpc::Client<dispatch::v1::TaskService>& tasks(size_t i) {
    return connections_[i % connections_.size()]->tasks;
  }
  rpc::Client<diagnostics::v1::DiagnosticsService>& diagnostics(size_t i) {
    return connections_[i % connections_.size()]->diagnostics;
  }
  demo::World& world() { return *town_->world; }

 private:
  struct Connection {
    Connection(asio::io_context& loop, const rpc::ChannelOptions& options)
        : channel(loop, options) {}
    rpc::Channel channel;
    rpc::Client<dispatch::v1::AssignmentService> assignments{channel};
    rpc::Client<dispatch::v1::TaskService> tasks{channel};
    rpc::Client<diagnostics::v1::DiagnosticsService> diagnostics{channel};
  };

  Scale scale_;
  std::unique_ptr<testing::Town> town_;
  std::vector<std::unique_ptr<Connection>> connections_;
};

Result RpcEcho(Scene& scene);
Result CommitRaw(Scene& scene);
// Publishes a task of two slots for every person in their community; answers the ids.
std::vector<std::string> PublishTasks(Scene& scene, Result* bytes_per_task);
Result ClaimSpread(Scene& scene, const std::vector<std::string>& task_ids);
Result ClaimHot(Scene& scene);
Result ListOpen(Scene& scene);
// `visible`: how long its hours took to be seen in SQL.
Result LoopFull(Scene& scene, Result* visible);
// Of the SQLite of records, once everything is in it.
double ArchiveBytes(Scene& scene);
Result HistoryPage(Scene& scene);
Result AreaReportYear(Scene& scene);
Result RecordsIngest(Scene& scene);
// Of tasks that were taken and cancelled and have left Redis; in a town of its own.
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

}  // namespace baodao::bench
