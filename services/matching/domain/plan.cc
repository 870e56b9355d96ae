#include "services/matching/domain/plan.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

namespace baodao::matching {

std::vector<int32_t> Conflicts(const GraphBuilder& builder, const work::Limits& limits,
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

namespace {

// The edges of task t are those from the t-th of these up to the next.
std::vector<size_t> FirstEdges(const Problem& problem) {
  std::vector<size_t> first(problem.tasks.size() + 1, 0);
  for (const Edge& edge : problem.edges) ++first[edge.task + 1];
  std::partial_sum(first.begin(), first.end(), first.begin());
  return first;
}

}  // namespace

Bottleneck BottleneckOf(const GraphBuilder& builder, const std::vector<int32_t>& filled) {
  const Problem& problem = builder.problem();
  const std::vector<Edge>& edges = problem.edges;
  Bottleneck found{std::vector<bool>(problem.tasks.size()),
                   std::vector<bool>(problem.capacity.size())};
  const std::vector<size_t> first = FirstEdges(problem);
  std::vector<int32_t> count(problem.tasks.size(), 0);
  std::vector<bool> chosen(edges.size());
  std::vector<std::pair<int32_t, int32_t>> given;  // (person, task)
  for (const int32_t index : filled) {
    const Edge& edge = edges[index];
    ++count[edge.task];
    chosen[index] = true;
    given.emplace_back(edge.person, edge.task);
  }
  std::sort(given.begin(), given.end());
  std::vector<int32_t> reached;
  const auto reach = [&](int32_t task) {
    if (!found.tasks[task]) reached.push_back(task);
    found.tasks[task] = true;
  };
  for (size_t task = 0; task < count.size(); ++task) {
    if (count[task] < problem.tasks[task].total) reach(static_cast<int32_t>(task));
  }
  while (!reached.empty()) {
    const int32_t task = reached.back();
    reached.pop_back();
    for (size_t i = first[task]; i < first[task + 1]; ++i) {
      const int32_t person = edges[i].person;
      if (chosen[i] || found.people[person]) continue;
      found.people[person] = true;
      auto at = std::lower_bound(given.begin(), given.end(), std::pair{person, 0});
      for (; at != given.end() && at->first == person; ++at) reach(at->second);
    }
  }
  return found;
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
