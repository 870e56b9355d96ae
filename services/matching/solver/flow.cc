#include "services/matching/solver/flow.h"

#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

#include <algorithm>
#include <cstdlib>
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

// More than any rearrangement of costs can win: two solutions differ by alternating paths, which
// touch each filled slot at most twice.
Cost Penalty(const Problem& problem, Cost slots) {
  Cost largest = problem.extra.empty() ? 0 : std::abs(problem.extra.back());
  Cost steepest = 0;
  for (const Edge& edge : problem.edges) {
    steepest = std::max<Cost>(steepest, std::abs(static_cast<Cost>(edge.cost)));
  }
  Cost people = 0;
  for (const int32_t capacity : problem.capacity) people += capacity;
  return 2 * (largest + steepest + 1) * (std::min(slots, people) + 1);
}

// source → person → task → sink; source → task carries what stays unfilled, so that a flow of all
// slots always exists.
class Network {
 public:
  explicit Network(const Problem& problem)
      : problem_(problem), upper_(graph_), cost_(graph_), used_(problem.capacity.size(), false) {
    for (const Edge& edge : problem.edges) used_[edge.person] = true;
    for (const Slots& task : problem.tasks) slots_ += task.total;
    AddNodes();
    AddPeople();
    AddEdges();
    AddTasks();
  }

  std::vector<int32_t> Run() {
    Simplex simplex(graph_);
    simplex.upperMap(upper_).costMap(cost_).stSupply(source_, sink_, slots_);
    std::vector<int32_t> chosen;
    if (simplex.run(Simplex::BLOCK_SEARCH) != Simplex::OPTIMAL) std::abort();  // always feasible
    for (size_t i = 0; i < arcs_.size(); ++i) {
      if (simplex.flow(arcs_[i]) > 0) chosen.push_back(static_cast<int32_t>(i));
    }
    return chosen;
  }

 private:
  void AddNodes() {
    graph_.reserveNode(static_cast<int>(used_.size() + problem_.tasks.size() + 2));
    graph_.reserveArc(
        static_cast<int>(problem_.edges.size() + 2 * used_.size() + 3 * problem_.tasks.size()));
    source_ = graph_.addNode();
    sink_ = graph_.addNode();
    people_.resize(used_.size(), lemon::INVALID);
    for (size_t i = 0; i < used_.size(); ++i) {
      if (used_[i]) people_[i] = graph_.addNode();
    }
    for (size_t i = 0; i < problem_.tasks.size(); ++i) tasks_.push_back(graph_.addNode());
  }

  Graph::Arc Add(Graph::Node from, Graph::Node to, Cost upper, Cost cost) {
    const Graph::Arc arc = graph_.addArc(from, to);
    upper_[arc] = upper;
    cost_[arc] = cost;
    return arc;
  }

  // One arc for each step of a convex cost: cheaper steps fill first by themselves.
  void AddPeople() {
    for (size_t i = 0; i < used_.size(); ++i) {
      if (!used_[i]) continue;
      for (int32_t nth = 0; nth < problem_.capacity[i]; ++nth) {
        const bool last = nth >= static_cast<int32_t>(problem_.extra.size());
        const Cost room = last ? problem_.capacity[i] - nth : 1;
        Add(source_, people_[i], room, ExtraOf(problem_, nth));
        if (last) break;
      }
    }
  }

  void AddEdges() {
    arcs_.reserve(problem_.edges.size());
    for (const Edge& edge : problem_.edges) {
      arcs_.push_back(Add(people_[edge.person], tasks_[edge.task], 1, edge.cost));
    }
  }

  void AddTasks() {
    const Cost penalty = Penalty(problem_, slots_);
    for (size_t i = 0; i < problem_.tasks.size(); ++i) {
      const Slots& task = problem_.tasks[i];
      Add(tasks_[i], sink_, task.total, 0);
      Add(source_, tasks_[i], task.total - task.needed, penalty);
      Add(source_, tasks_[i], task.needed, 2 * penalty);
    }
  }

  const Problem& problem_;
  Graph graph_;
  Graph::ArcMap<Cost> upper_;
  Graph::ArcMap<Cost> cost_;
  std::vector<bool> used_;
  std::vector<Graph::Node> people_;
  std::vector<Graph::Node> tasks_;
  std::vector<Graph::Arc> arcs_;
  Graph::Node source_;
  Graph::Node sink_;
  Cost slots_ = 0;
};

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
  if (problem.edges.empty()) return {};
  return Measure(problem, Network(problem).Run());
}

}  // namespace baodao::matching
