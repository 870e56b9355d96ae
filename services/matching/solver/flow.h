// Assignment of people to tasks at least total cost, as a flow problem. Pure arithmetic on
// integers: nothing here knows what a person is. Built as C++17 (see solver.cmake): standard
// library only.
#pragma once

#include <cstdint>
#include <vector>

namespace baodao::matching {

// Costs are integers so that sums are exact and ties the same everywhere: tenths of a metre walked.
using Cost = int64_t;

// A person who may take a task.
struct Edge {
  int32_t person = 0;  // index into Problem::capacity
  int32_t task = 0;    // index into Problem::tasks
  int32_t cost = 0;    // may be negative
};

struct Slots {
  int32_t total = 0;   // people who can be put on the task
  int32_t needed = 0;  // how many of them the task cannot do without; 0 … total
};

struct Problem {
  std::vector<Slots> tasks;
  // How many tasks each person may be given; at least 0.
  std::vector<int32_t> capacity;
  // The cost of a person's n-th task beyond its edge: extra[0] for the second, and so on; not
  // negative, and must not decrease. Tasks beyond its end cost as much as the last.
  std::vector<Cost> extra;
  // At most one per person and task.
  std::vector<Edge> edges;
};

struct Solution {
  // Indexes into Problem::edges, ascending.
  std::vector<int32_t> chosen;
  // Sum of the chosen edges and of what second and further tasks cost.
  Cost cost = 0;
  // Chosen edges that filled needed slots.
  int32_t needed_filled = 0;
};

// The optimum: as many slots as can be filled, among those as many needed ones as can be, and among
// those solutions one of least cost. The same problem always gives the same solution. Any thread.
Solution SolveOptimal(const Problem& problem);

// Edges that fill as many slots as can be filled, whatever they cost; ascending. They are grown
// from `start`: edges of the problem, in its order, that can be chosen together. Much faster than
// the optimum, which fills as many. Any thread.
std::vector<int32_t> FillMost(const Problem& problem, const std::vector<Edge>& start);

// Does as a hurried dispatcher would: the cheapest edge first, as long as person and task have
// room. Any thread.
Solution SolveGreedy(const Problem& problem);

// Cost and needed_filled of a set of chosen edges; used by both solvers and by tests.
Solution Measure(const Problem& problem, std::vector<int32_t> chosen);

}  // namespace baodao::matching
