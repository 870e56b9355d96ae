#include <fmt/core.h>

#include <algorithm>

#include "common/async/for_each.h"
#include "common/clock/timestamp.h"
#include "ops/demo/call.h"
#include "ops/demo/story.h"
#include "ops/demo/task_people.h"

namespace baodao::demo {
namespace {

struct Row {
  std::string name;
  int published = 0, accepted = 0, served = 0, evaluated = 0, closed = 0;
  int64_t minutes = 0;
  std::vector<int64_t> to_accept_ms;
};

std::string Percentile(std::vector<int64_t> values, double share) {
  if (values.empty()) return "–";
  std::sort(values.begin(), values.end());
  const size_t at =
      std::min(values.size() - 1, static_cast<size_t>(share * static_cast<double>(values.size())));
  return fmt::format("{:.1f} s", static_cast<double>(values[at]) / 1000);
}

Task<void> Add(World& world, const Job& job, Row& row) {
  const std::string& token = world.communities[job.community].coordinator.token;
  dispatch::v1::GetTaskRequest get;
  get.set_task_id(job.task_id);
  const dispatch::v1::Task task =
      co_await Must(world.backend.tasks, &client::Tasks::GetTask, token, get);
  ++row.published;
  if (task.accepted_count() > 0) ++row.accepted;
  if (task.signed_out_count() > 0) ++row.served;
  if (task.has_evaluation()) ++row.evaluated;
  if (task.state() == dispatch::v1::TASK_STATE_CLOSED) ++row.closed;
  for (const auto& assignment : co_await PeopleOf(world, job)) {
    if (assignment.state() != dispatch::v1::ASSIGNMENT_STATE_CREDITED) continue;
    row.minutes += assignment.credited_minutes();
    row.to_accept_ms.push_back(
        (ToTime(assignment.accept_time()) - ToTime(task.create_time())).count());
  }
}

void Print(const std::string& name, const Row& row) {
  fmt::print("{:>9} {:>9} {:>9} {:>9} {:>9} {:>10} {:>10} {:>8.1f}  {}\n", row.published,
             row.accepted, row.served, row.evaluated, row.closed, Percentile(row.to_accept_ms, 0.5),
             Percentile(row.to_accept_ms, 0.99), static_cast<double>(row.minutes) / 60, name);
}

}  // namespace

Task<void> Summarise(World& world) {
  co_await world.KeepSignedIn();
  std::map<std::string, Row> rows;
  Row all;
  auto add = [&world, &rows](size_t i) -> Task<void> {
    const Community& community = world.communities[world.jobs[i].community];
    Row& row = rows[community.subdistrict_code];
    row.name = community.subdistrict_name;
    co_await Add(world, world.jobs[i], row);
  };
  co_await ForEach(world.jobs.size(), world.options.concurrency, add);
  fmt::print("\n{:>9} {:>9} {:>9} {:>9} {:>9} {:>10} {:>10} {:>8}\n", "published", "accepted",
             "served", "evaluated", "closed", "accept p50", "accept p99", "hours");
  for (const auto& [code, row] : rows) {
    Print(row.name, row);
    all.published += row.published;
    all.accepted += row.accepted;
    all.served += row.served;
    all.evaluated += row.evaluated;
    all.closed += row.closed;
    all.minutes += row.minutes;
    all.to_accept_ms.insert(all.to_accept_ms.end(), row.to_accept_ms.begin(),
                            row.to_accept_ms.end());
  }
  Print("together", all);
  fmt::print("\n");
  for (const auto& [what, count] : world.counts) fmt::print("{:>9}  {}\n", count, what);
}

}  // namespace baodao::demo
