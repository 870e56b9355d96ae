#include "services/matching/solver/flow.h"

#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <utility>
#include <vector>

namespace baodao::matching {
namespace {

using Graph = lemon::SmartDigraph;
using Simplex = lemon::NetworkSimplex<Graph, Cost, Cost>;

Cost ExtraOf(const Problem& problem, int32_t nth) {
  if (nth == 0 || problem.extra.empty()) return 0;
  const size_t at = std::min<size_t>(nth - 1, problem.extra.size() - 1);
  return problem.extra[at];
}

// Transportation form: people are supplies that need not be used up, tasks are demands that must be
// met, if by nobody then by the reserve, at a penalty. With a source node in front of the people
// instead, the simplex was measured to take ten times as long.
class Network {
 public:
  explicit Network(const Problem& problem)
      : problem_(problem), supply_(graph_, 0), upper_(graph_), cost_(graph_) {
    for (const Edge& edge : problem.edges) {
      cheapest_ = std::min<Cost>(cheapest_, edge.cost);
      dearest_ = std::max<Cost>(dearest_, edge.cost);
    }
    for (const Slots& task : problem.tasks) slots_ += task.total;
    for (const int32_t capacity : problem.capacity) room_ += capacity;
    AddNodes();
    AddEdges();
    AddExtraTasks();
    AddReserve();
  }

  std::vector<int32_t> Run() {
    Simplex simplex(graph_);
    simplex.upperMap(upper_).costMap(cost_).supplyMap(supply_).supplyType(Simplex::LEQ);
    std::vector<int32_t> chosen;
    if (simplex.run(Simplex::BLOCK_SEARCH) != Simplex::OPTIMAL) std::abort();  // always feasible
    for (size_t i = 0; i < arcs_.size(); ++i) {
      if (simplex.flow(arcs_[i]) > 0) chosen.push_back(static_cast<int32_t>(i));
    }
    return chosen;
  }

 private:
  void AddNodes() {
    people_.resize(problem_.capacity.size(), lemon::INVALID);
    for (const Edge& edge : problem_.edges) {
      if (people_[edge.person] != lemon::INVALID) continue;
      people_[edge.person] = graph_.addNode();
      supply_[people_[edge.person]] = std::min(1, problem_.capacity[edge.person]);
    }
    for (const Slots& task : problem_.tasks) {
      tasks_.push_back(graph_.addNode());
      supply_[tasks_.back()] = -static_cast<Cost>(task.total);
    }
    extra_ = graph_.addNode();
    reserve_ = graph_.addNode();
    supply_[reserve_] = slots_;
  }

  Graph::Arc Add(Graph::Node from, Graph::Node to, Cost upper, Cost cost) {
    const Graph::Arc arc = graph_.addArc(from, to);
    upper_[arc] = upper;
    cost_[arc] = cost;
    return arc;
  }

  // Every edge costs at least one: a demand may be exceeded, so nothing must be won by it. All
  // plans that fill the same number of slots gain the same by it.
  void AddEdges() {
    arcs_.reserve(problem_.edges.size());
    for (const Edge& edge : problem_.edges) {
      arcs_.push_back(Add(people_[edge.person], tasks_[edge.task], 1, edge.cost - cheapest_ + 1));
    }
  }

  // A person's second and further tasks: one arc for each step of a convex cost, cheaper steps fill
  // first by themselves.
  void AddExtraTasks() {
    for (size_t i = 0; i < people_.size(); ++i) {
      const int32_t capacity = problem_.capacity[i];
      if (people_[i] == lemon::INVALID || capacity < 2) continue;
      supply_[extra_] += capacity - 1;
      for (int32_t nth = 1; nth < capacity; ++nth) {
        const bool last = nth >= static_cast<int32_t>(problem_.extra.size());
        Add(extra_, people_[i], last ? capacity - nth : 1, ExtraOf(problem_, nth));
        if (last) break;
      }
    }
  }

  // The penalty is more than any rearrangement of costs can win: two plans differ by alternating
  // paths, which touch each filled slot at most twice.
  void AddReserve() {
    const Cost extra = problem_.extra.empty() ? 0 : problem_.extra.back();
    const Cost steepest = extra + dearest_ - cheapest_ + 2;
    const Cost penalty = 2 * steepest * (std::min(slots_, room_) + 1);
    for (size_t i = 0; i < problem_.tasks.size(); ++i) {
      const Slots& task = problem_.tasks[i];
      Add(reserve_, tasks_[i], task.total - task.needed, penalty);
      Add(reserve_, tasks_[i], task.needed, 2 * penalty);
    }
  }

  const Problem& problem_;
  Graph graph_;
  Graph::NodeMap<Cost> supply_;
  Graph::ArcMap<Cost> upper_;
  Graph::ArcMap<Cost> cost_;
  std::vector<Graph::Node> people_;
  std::vector<Graph::Node> tasks_;
  std::vector<Graph::Arc> arcs_;
  Graph::Node extra_;
  Graph::Node reserve_;
  Cost slots_ = 0;
  Cost room_ = 0;
  Cost cheapest_ = 0;
  Cost dearest_ = 0;
};

// Calls `solve` with each connected part of the problem, as a problem of its own, and with the
// indexes of its edges. People who may serve in their own subdistrict only are parts by themselves;
// the simplex takes more than twice as long for two of them at once.
template <class Solve>
void ForEachPart(const Problem& problem, Solve solve) {
  const auto people = static_cast<int32_t>(problem.capacity.size());
  std::vector<int32_t> joined(people + problem.tasks.size());
  std::iota(joined.begin(), joined.end(), 0);
  const auto root = [&](int32_t node) {
    while (joined[node] != node) node = joined[node] = joined[joined[node]];
    return node;
  };
  for (const Edge& edge : problem.edges) joined[root(edge.person)] = root(people + edge.task);
  std::vector<std::vector<int32_t>> parts;
  std::vector<int32_t> part_of(joined.size(), -1);
  for (size_t i = 0; i < problem.edges.size(); ++i) {
    int32_t& part = part_of[root(problem.edges[i].person)];
    if (part < 0) {
      part = static_cast<int32_t>(parts.size());
      parts.emplace_back();
    }
    parts[part].push_back(static_cast<int32_t>(i));
  }
  std::vector<int32_t> local(joined.size(), -1);
  for (const std::vector<int32_t>& indexes : parts) {
    Problem part;
    part.extra = problem.extra;
    part.edges.reserve(indexes.size());
    for (const int32_t index : indexes) {
      const Edge& edge = problem.edges[index];
      int32_t& person = local[edge.person];
      if (person < 0) {
        person = static_cast<int32_t>(part.capacity.size());
        part.capacity.push_back(problem.capacity[edge.person]);
      }
      int32_t& task = local[people + edge.task];
      if (task < 0) {
        task = static_cast<int32_t>(part.tasks.size());
        part.tasks.push_back(problem.tasks[edge.task]);
      }
      part.edges.push_back({person, task, edge.cost});
    }
    solve(part, indexes);
  }
}

}  // namespace

Solution Measure(const Problem& problem, std::vector<int32_t> chosen) {
  Solution solution;
  std::vector<int32_t> given(problem.capacity.size(), 0);
  std::vector<int32_t> filled(problem.tasks.size(), 0);
  for (const int32_t index : chosen) {
    const Edge& edge = problem.edges[index];
    solution.cost += edge.cost + ExtraOf(problem, given[edge.person]++);
    if (filled[edge.task]++ < problem.tasks[edge.task].needed) ++solution.needed_filled;
  }
  solution.chosen = std::move(chosen);
  return solution;
}

Solution SolveOptimal(const Problem& problem) {
  std::vector<int32_t> chosen;
  ForEachPart(problem, [&](const Problem& part, const std::vector<int32_t>& indexes) {
    for (const int32_t index : Network(part).Run()) chosen.push_back(indexes[index]);
  });
  std::sort(chosen.begin(), chosen.end());
  return Measure(problem, std::move(chosen));
}

}  // namespace baodao::matching
