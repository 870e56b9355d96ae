#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "services/matching/solver/flow.h"

namespace baodao::matching {

Solution SolveGreedy(const Problem& problem) {
  std::vector<std::pair<Edge, int32_t>> order;  // with their indexes
  order.reserve(problem.edges.size());
  for (const Edge& edge : problem.edges) {
    order.emplace_back(edge, static_cast<int32_t>(order.size()));
  }
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first.cost, a.first.task, a.first.person) <
           std::tie(b.first.cost, b.first.task, b.first.person);
  });
  std::vector<int32_t> room(problem.capacity);
  std::vector<int32_t> slots;
  slots.reserve(problem.tasks.size());
  for (const Slots& task : problem.tasks) slots.push_back(task.total);
  std::vector<int32_t> chosen;
  for (const auto& [edge, index] : order) {
    if (room[edge.person] == 0 || slots[edge.task] == 0) continue;
    --room[edge.person];
    --slots[edge.task];
    chosen.push_back(index);
  }
  std::sort(chosen.begin(), chosen.end());
  return Measure(problem, std::move(chosen));
}

}  // namespace baodao::matching
