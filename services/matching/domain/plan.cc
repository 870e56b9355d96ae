#include "services/matching/domain/plan.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <tuple>

namespace baodao::matching {

std::vector<int32_t> Conflicts(const GraphBuilder& builder, const Limits& limits,
                               const Solution& solution) {
  const std::vector<Edge>& edges = builder.problem().edges;
  std::vector<int32_t> order = solution.chosen;
  std::sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
    return std::tie(edges[a].person, edges[a].cost, a) <
           std::tie(edges[b].person, edges[b].cost, b);
  });
  std::vector<int32_t> conflicts;
  Calendar calendar;
  int32_t person = -1;
  for (const int32_t index : order) {
    const Edge& edge = edges[index];
    if (edge.person != person) {
      person = edge.person;
      calendar = builder.roster().rows()[person].person->calendar;
    }
    const OpenTask& task = *builder.tasks()[edge.task].task;
    if (calendar.Check(task.window, limits) == Fit::kFits) {
      calendar.Put(task.id(), task.window);
    } else {
      conflicts.push_back(index);
    }
  }
  std::sort(conflicts.begin(), conflicts.end());
  return conflicts;
}

std::vector<int32_t> Starved(const GraphBuilder& builder, const Solution& solution) {
  const Problem& problem = builder.problem();
  std::vector<int32_t> filled(problem.tasks.size(), 0);
  for (const int32_t index : solution.chosen) ++filled[problem.edges[index].task];
  std::vector<int32_t> starved;
  for (size_t task = 0; task < filled.size(); ++task) {
    const bool short_of_people = filled[task] < problem.tasks[task].total;
    if (short_of_people && builder.tasks()[task].truncated) {
      starved.push_back(static_cast<int32_t>(task));
    }
  }
  return starved;
}

std::vector<Proposal> ProposalsOf(const GraphBuilder& builder, const Solution& solution) {
  std::vector<Proposal> proposals;
  proposals.reserve(solution.chosen.size());
  for (const int32_t index : solution.chosen) {
    const Edge& edge = builder.problem().edges[index];
    const OpenTask& task = *builder.tasks()[edge.task].task;
    const RosterRow& row = builder.roster().rows()[edge.person];
    const auto standing = task.people.find(row.slot);
    const int64_t round = standing == task.people.end() ? 0 : standing->second.update_ms;
    proposals.push_back({task.id(), row.person->id, edge.cost, round});
  }
  return proposals;
}

}  // namespace baodao::matching
