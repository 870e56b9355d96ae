#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

#include "services/matching/solver/flow.h"

namespace baodao::matching {

Solution SolveGreedy(const Problem& problem) {
  std::vector<int32_t> order(problem.edges.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
    const Edge& left = problem.edges[a];
    const Edge& right = problem.edges[b];
    return std::tie(left.cost, left.task, left.person) <
           std::tie(right.cost, right.task, right.person);
  });
  std::vector<int32_t> room(problem.capacity);
  std::vector<int32_t> slots;
  slots.reserve(problem.tasks.size());
  for (const Slots& task : problem.tasks) slots.push_back(task.total);
  std::vector<int32_t> chosen;
  for (const int32_t index : order) {
    const Edge& edge = problem.edges[index];
    if (room[edge.person] == 0 || slots[edge.task] == 0) continue;
    --room[edge.person];
    --slots[edge.task];
    chosen.push_back(index);
  }
  std::sort(chosen.begin(), chosen.end());
  return Measure(problem, std::move(chosen));
}

}  // namespace baodao::matching
