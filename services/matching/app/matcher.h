// One matching run: index → graph → optimum → proposals. Looks, decides, changes nothing.
#pragma once

#include <absl/status/statusor.h>

#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "common/async/task.h"
#include "common/clock/clock.h"
#include "services/matching/app/metrics.h"
#include "services/matching/app/settings.h"
#include "services/matching/domain/plan.h"

namespace baodao::matching {

struct MatchOrder {
  // Tasks of this area's subtree …
  std::string area_code;
  // … or only those of them that lie in no district.
  bool outside_districts = false;
  // Only tasks that cannot start with the people they have, whose shortage is older than
  // Settings::offer_after, and only for the slots they cannot do without.
  bool only_lacking = false;
};

struct MatchReport {
  int32_t open_tasks = 0;
  int32_t open_slots = 0;
  int32_t candidates = 0;  // people with at least one edge
  int32_t edges = 0;
  int32_t filled = 0;
  int32_t greedy_filled = 0;
  Cost total_cost = 0;
  double build_ms = 0;
  double solve_ms = 0;
  std::vector<Proposal> proposals;
};

// Loop thread only; one run at a time. Large graphs are built in slices and solved on threads of
// their own, so that the loop goes on serving.
class Matcher {
 public:
  Matcher(asio::io_context& loop, const CandidateIndex& index, const Settings& settings,
          Clock& clock, MatchingMetrics& metrics);
  ~Matcher();

  // OVERLOADED while another run is under way.
  Task<absl::StatusOr<MatchReport>> Run(MatchOrder order);

 private:
  struct Solved {
    Solution optimal;
    Solution greedy;
  };

  std::vector<std::shared_ptr<const OpenTask>> Select(const MatchOrder& order, Time now) const;
  // Everybody who may take some of the tasks: people of the whole district may serve in any part of
  // it, and those from farther away where a task says so.
  AreaScope PeopleScope(const std::string& area_code,
                        const std::vector<std::shared_ptr<const OpenTask>>& tasks) const;
  Task<void> Build(GraphBuilder& builder);
  // Looks for more candidates until the graph lets as many slots be filled as it ever will.
  Task<void> Widen(GraphBuilder& builder);
  Task<Solved> Solve(GraphBuilder& builder);
  Task<Solution> TakeApart(GraphBuilder& builder, Solution solution);
  // The solution without the dearer ones of tasks that one person cannot all do.
  Solution WithoutConflicts(const GraphBuilder& builder, Solution solution) const;
  // Calls a solver with the problem: small ones at once, large ones on the pool.
  template <class Solver>
  Task<std::invoke_result_t<Solver, const Problem&>> Away(const Problem& problem, Solver solver);
  void Note(const MatchReport& report);

  asio::io_context& loop_;
  const CandidateIndex& index_;
  const Settings& settings_;
  Clock& clock_;
  MatchingMetrics& metrics_;
  bool running_ = false;
  asio::thread_pool pool_{2};  // the optimum and, beside it, the greedy plan
};

}  // namespace baodao::matching
