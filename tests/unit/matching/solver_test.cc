// The flow solver against brute force, and against what greedy leaves behind.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <set>
#include <tuple>
#include <vector>

#include "services/matching/solver/flow.h"

namespace baodao::matching {
namespace {

// More filled first, then more needed ones, then less cost.
using Score = std::tuple<int64_t, int64_t, Cost>;

Score ScoreOf(const Solution& solution) {
  return {-static_cast<int64_t>(solution.chosen.size()), -solution.needed_filled, solution.cost};
}

bool Feasible(const Problem& problem, const std::vector<int32_t>& chosen) {
  std::vector<int32_t> given(problem.capacity.size(), 0);
  std::vector<int32_t> filled(problem.tasks.size(), 0);
  for (const int32_t index : chosen) {
    const Edge& edge = problem.edges[index];
    if (++given[edge.person] > problem.capacity[edge.person]) return false;
    if (++filled[edge.task] > problem.tasks[edge.task].total) return false;
  }
  return true;
}

Score BruteForce(const Problem& problem) {
  Score best{0, 0, 0};
  const uint32_t sets = 1u << problem.edges.size();
  for (uint32_t set = 0; set < sets; ++set) {
    std::vector<int32_t> chosen;
    for (size_t i = 0; i < problem.edges.size(); ++i) {
      if (set >> i & 1) chosen.push_back(static_cast<int32_t>(i));
    }
    if (Feasible(problem, chosen)) best = std::min(best, ScoreOf(Measure(problem, chosen)));
  }
  return best;
}

Problem RandomProblem(std::mt19937& random, int people, int tasks, double density, size_t limit) {
  Problem problem;
  problem.extra = {static_cast<Cost>(random() % 40), 40 + static_cast<Cost>(random() % 60)};
  for (int i = 0; i < people; ++i) problem.capacity.push_back(static_cast<int32_t>(random() % 4));
  for (int i = 0; i < tasks; ++i) {
    const auto total = static_cast<int32_t>(random() % 4);
    problem.tasks.push_back({total, static_cast<int32_t>(random() % (total + 1))});
  }
  for (int person = 0; person < people; ++person) {
    for (int task = 0; task < tasks; ++task) {
      if (problem.edges.size() == limit || random() % 1000 >= density * 1000) continue;
      problem.edges.push_back({person, task, static_cast<int32_t>(random() % 120) - 20});
    }
  }
  return problem;
}

TEST(SolverTest, AgreesWithBruteForceOnSmallGraphs) {
  std::mt19937 random(20250601);
  for (int round = 0; round < 400; ++round) {
    const Problem problem = RandomProblem(random, 2 + round % 4, 2 + round % 3, 0.7, 11);
    const Solution solution = SolveOptimal(problem);
    ASSERT_TRUE(Feasible(problem, solution.chosen)) << "round " << round;
    ASSERT_EQ(ScoreOf(solution), BruteForce(problem)) << "round " << round;
  }
}

// Few edges: several parts, each of which is solved by itself.
TEST(SolverTest, AgreesWithBruteForceOnGraphsInParts) {
  std::mt19937 random(20250602);
  for (int round = 0; round < 400; ++round) {
    const Problem problem = RandomProblem(random, 6 + round % 4, 5 + round % 3, 0.2, 12);
    const Solution solution = SolveOptimal(problem);
    ASSERT_TRUE(Feasible(problem, solution.chosen)) << "round " << round;
    ASSERT_EQ(ScoreOf(solution), BruteForce(problem)) << "round " << round;
  }
}

TEST(SolverTest, FillMostFillsWhatTheOptimumFills) {
  std::mt19937 random(20250603);
  for (int round = 0; round < 300; ++round) {
    const double density = 0.02 + 0.01 * (round % 20);
    const Problem problem =
        RandomProblem(random, 10 + round % 50, 5 + round % 40, density, SIZE_MAX);
    const std::vector<int32_t> most = FillMost(problem, {});
    ASSERT_TRUE(Feasible(problem, most)) << "round " << round;
    ASSERT_TRUE(std::is_sorted(most.begin(), most.end()));
    ASSERT_EQ(most.size(), SolveOptimal(problem).chosen.size()) << "round " << round;
    ASSERT_EQ(FillMost(problem, {}), most);
  }
}

// Edges come to a graph, as in a widening: what was filled is gone on from.
TEST(SolverTest, FillMostGoesOnFromWhatWasFilled) {
  std::mt19937 random(20250604);
  for (int round = 0; round < 200; ++round) {
    const Problem whole = RandomProblem(random, 30, 25, 0.05 + 0.005 * (round % 20), SIZE_MAX);
    Problem problem = whole;
    std::vector<Edge> filled;
    for (const uint32_t share : {30u, 60u, 100u}) {
      problem.edges.clear();
      for (const Edge& edge : whole.edges) {
        // The same edges and more of them each time.
        const auto drawn = static_cast<uint32_t>(edge.person * 31 + edge.task * 17) % 100;
        if (drawn < share) problem.edges.push_back(edge);
      }
      const std::vector<int32_t> most = FillMost(problem, filled);
      ASSERT_TRUE(Feasible(problem, most)) << "round " << round;
      ASSERT_EQ(most.size(), FillMost(problem, {}).size()) << "round " << round;
      ASSERT_EQ(most.size(), SolveOptimal(problem).chosen.size()) << "round " << round;
      filled.clear();
      for (const int32_t index : most) filled.push_back(problem.edges[index]);
    }
  }
}

// A chain in which every person has to move for the last task: paths as long as the chain.
TEST(SolverTest, FillMostFollowsLongPaths) {
  constexpr int32_t kLength = 20'000;
  Problem problem;
  problem.capacity.assign(kLength, 1);
  problem.tasks.assign(kLength, {1, 1});
  std::vector<Edge> start;
  for (int32_t task = 0; task < kLength; ++task) {
    if (task > 0) problem.edges.push_back({task - 1, task, 1});
    problem.edges.push_back({task, task, 1});
    if (task > 0) start.push_back({task - 1, task, 1});
  }
  EXPECT_EQ(FillMost(problem, start).size(), static_cast<size_t>(kLength));
}

TEST(SolverTest, FillsWhatGreedyLeaves) {
  // The cheapest edge blocks the only person of the other task.
  Problem problem;
  problem.tasks = {{1, 1}, {1, 1}};
  problem.capacity = {1, 1};
  problem.edges = {{0, 0, 10}, {1, 0, 1}, {1, 1, 5}};
  const Solution greedy = SolveGreedy(problem);
  EXPECT_EQ(greedy.chosen, (std::vector<int32_t>{1}));
  const Solution optimal = SolveOptimal(problem);
  EXPECT_EQ(optimal.chosen, (std::vector<int32_t>{0, 2}));
  EXPECT_EQ(optimal.cost, 15);
}

TEST(SolverTest, NeededSlotsComeBeforeCheaperOnes) {
  Problem problem;
  problem.tasks = {{3, 1}, {2, 2}};
  problem.capacity = {1, 1, 1};
  for (int person = 0; person < 3; ++person) {
    problem.edges.push_back({person, 0, 1});
    problem.edges.push_back({person, 1, 1000});
  }
  const Solution solution = SolveOptimal(problem);
  EXPECT_EQ(solution.chosen.size(), 3u);
  EXPECT_EQ(solution.needed_filled, 3);
}

TEST(SolverTest, ConvexCostSpreadsWork) {
  // One person is nearest to everything; the others are 30 further away, a second task costs 50.
  Problem problem;
  problem.extra = {50, 200};
  problem.capacity = {3, 3, 3};
  problem.tasks = {{1, 1}, {1, 1}, {1, 1}};
  for (int task = 0; task < 3; ++task) {
    for (int person = 0; person < 3; ++person) {
      problem.edges.push_back({person, task, person == 0 ? 10 : 40});
    }
  }
  const Solution solution = SolveOptimal(problem);
  std::set<int32_t> people;
  for (const int32_t index : solution.chosen) people.insert(problem.edges[index].person);
  EXPECT_EQ(people.size(), 3u);
  EXPECT_EQ(solution.cost, 90);
}

TEST(SolverTest, NothingToDoIsAnAnswer) {
  EXPECT_TRUE(SolveOptimal({}).chosen.empty());
  Problem problem;
  problem.tasks = {{2, 1}};
  problem.capacity = {0};
  problem.edges = {{0, 0, 5}};
  EXPECT_TRUE(SolveOptimal(problem).chosen.empty());
  EXPECT_TRUE(SolveGreedy(problem).chosen.empty());
}

TEST(SolverTest, SameProblemSameSolutionAmongTies) {
  Problem problem;
  for (int i = 0; i < 40; ++i) {
    problem.capacity.push_back(1);
    problem.tasks.push_back({1, 1});
  }
  for (int person = 0; person < 40; ++person) {
    for (int task = 0; task < 40; ++task) problem.edges.push_back({person, task, 7});
  }
  const Solution first = SolveOptimal(problem);
  EXPECT_EQ(first.chosen.size(), 40u);
  EXPECT_EQ(SolveOptimal(problem).chosen, first.chosen);
}

TEST(SolverTest, ScarcePeopleOptimumBeatsGreedy) {
  std::mt19937 random(7);
  Problem problem;
  for (int i = 0; i < 2000; ++i) problem.tasks.push_back({1, 1});
  problem.capacity.assign(2000, 1);
  for (int task = 0; task < 2000; ++task) {
    std::set<int32_t> people;
    while (people.size() < 4) people.insert(static_cast<int32_t>(random() % 2000));
    for (const int32_t person : people) {
      problem.edges.push_back({person, task, static_cast<int32_t>(random() % 20'000)});
    }
  }
  const Solution optimal = SolveOptimal(problem);
  const Solution greedy = SolveGreedy(problem);
  ASSERT_TRUE(Feasible(problem, optimal.chosen));
  ASSERT_TRUE(Feasible(problem, greedy.chosen));
  EXPECT_GT(optimal.chosen.size(), greedy.chosen.size() + 20);
}

TEST(SolverTest, TenThousandTasksFiftyThousandPeople) {
  std::mt19937 random(11);
  Problem problem;
  for (int i = 0; i < 10'000; ++i) problem.tasks.push_back({1, 1});
  problem.capacity.assign(50'000, 1);
  problem.extra = {6'000, 18'000};
  for (int task = 0; task < 10'000; ++task) {
    const auto near = static_cast<int32_t>(random() % 50'000);
    for (int i = 0; i < 39; ++i) {
      const int32_t person = (near + i * 13) % 50'000;
      problem.edges.push_back({person, task, static_cast<int32_t>(random() % 30'000)});
    }
  }
  const auto start = std::chrono::steady_clock::now();
  const Solution solution = SolveOptimal(problem);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  RecordProperty("seconds", std::to_string(taken.count()));
  std::printf("390,000 edges solved in %.3f s\n", taken.count());
  EXPECT_TRUE(Feasible(problem, solution.chosen));
  EXPECT_EQ(solution.chosen.size(), 10'000u);
  EXPECT_LT(taken.count(), 5.0);  // far above what it takes; a wrong pivot rule takes minutes
}

}  // namespace
}  // namespace baodao::matching
