#include "services/matching/app/matcher.h"

#include <absl/cleanup/cleanup.h>
#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <asio/associated_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>
#include <chrono>
#include <utility>

#include "common/status/status.h"

namespace baodao::matching {
namespace {

// Tasks looked at before the loop may do something else: a few milliseconds.
constexpr size_t kSlice = 32;
// Graphs with fewer edges are solved faster than a thread is woken.
constexpr size_t kSolveInline = 2'000;
// Two or three find everybody there is; each needs the plan to be solved again.
constexpr int kWidenings = 8;

double MillisSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

// Runs the solver on the pool and resumes the caller on its own executor.
struct SolveThere {
  asio::io_context& loop;
  asio::thread_pool& pool;
  const Problem& problem;
  Solution (*solver)(const Problem&);

  template <class Handler>
  void operator()(Handler handler) {
    // The loop must not run dry meanwhile.
    auto job = [guard = asio::make_work_guard(loop), problem = &problem, solver = solver,
                handler = std::move(handler)]() mutable {
      Solution solution = solver(*problem);
      const auto executor = guard.get_executor();
      asio::post(executor, [guard = std::move(guard), handler = std::move(handler),
                            solution = std::move(solution)]() mutable {
        std::move(handler)(std::move(solution));
      });
    };
    asio::post(pool, std::move(job));
  }
};

}  // namespace

Matcher::Matcher(asio::io_context& loop, const CandidateIndex& index, const Settings& settings,
                 Clock& clock, MatchingMetrics& metrics)
    : loop_(loop), index_(index), settings_(settings), clock_(clock), metrics_(metrics) {}

Matcher::~Matcher() { pool_.join(); }

Task<absl::StatusOr<MatchReport>> Matcher::Run(MatchOrder order) {
  if (running_) co_return RefuseFor(Reason::OVERLOADED, std::chrono::seconds(1));
  running_ = true;
  const absl::Cleanup finished = [this] { running_ = false; };
  const auto start = std::chrono::steady_clock::now();
  MatchReport report;
  std::vector<std::shared_ptr<const OpenTask>> tasks = Select(order, clock_.Now());
  report.open_tasks = static_cast<int32_t>(tasks.size());
  if (tasks.empty()) {
    Note(report);
    co_return report;
  }
  const Terms terms(index_, settings_.weights, clock_.Now(), settings_.weak_areas);
  Roster roster(index_, terms, {PeopleScope(order.area_code, tasks), true});
  GraphOptions options = settings_.graph;
  options.needed_only = order.only_lacking;
  GraphBuilder builder(roster, terms, settings_.policy, options, std::move(tasks));
  co_await Build(builder);
  report.build_ms = MillisSince(start);
  const auto solving = std::chrono::steady_clock::now();
  const Solved solved = co_await Solve(builder);
  report.solve_ms = MillisSince(solving);
  for (const Slots& slots : builder.problem().tasks) report.open_slots += slots.total;
  absl::flat_hash_set<int32_t> people;
  for (const Edge& edge : builder.problem().edges) people.insert(edge.person);
  report.candidates = static_cast<int32_t>(people.size());
  report.edges = static_cast<int32_t>(builder.problem().edges.size());
  report.filled = static_cast<int32_t>(solved.optimal.chosen.size());
  report.greedy_filled = static_cast<int32_t>(solved.greedy.chosen.size());
  report.total_cost = solved.optimal.cost;
  report.proposals = ProposalsOf(builder, solved.optimal);
  Note(report);
  co_return report;
}

std::vector<std::shared_ptr<const OpenTask>> Matcher::Select(const MatchOrder& order,
                                                             Time now) const {
  const AreaScope scope = index_.ScopeOf(order.area_code);
  std::vector<std::shared_ptr<const OpenTask>> tasks;
  for (const auto& [id, task] : index_.tasks()) {
    const int32_t at = index_.PositionOf(task->task.area_code());
    if (at < scope.begin || at >= scope.end) continue;
    if (order.outside_districts && index_.DistrictOf(task->task.area_code()) != nullptr) continue;
    if (!task->IsClaimable() || task->FreeSlots() == 0) continue;
    if (work::JoinUntil(task->task) <= now + settings_.offer_until) continue;
    if (order.only_lacking) {
      if (task->NeededSlots() <= task->open_offers) continue;
      if (now < task->lacking_since + settings_.offer_after) continue;
    }
    tasks.push_back(task);
  }
  std::sort(tasks.begin(), tasks.end(),
            [](const auto& a, const auto& b) { return a->id() < b->id(); });
  return tasks;
}

AreaScope Matcher::PeopleScope(const std::string& area_code,
                               const std::vector<std::shared_ptr<const OpenTask>>& tasks) const {
  AreaScope scope = index_.SurroundingsOf(area_code);
  for (const auto& task : tasks) {
    if (task->eligible.IsWiderThan(scope)) scope = task->eligible;
  }
  return scope;
}

Task<void> Matcher::Build(GraphBuilder& builder) {
  while (!builder.done()) {
    builder.Step(kSlice);
    co_await asio::post(loop_, kAwait);
  }
}

Task<Solution> Matcher::OnPool(const Problem& problem, Solution (*solver)(const Problem&)) {
  SolveThere there{loop_, pool_, problem, solver};
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void(Solution)>(
      there, kAwait);
}

Task<Matcher::Solved> Matcher::Solve(GraphBuilder& builder) {
  Solved solved;
  for (int round = 0;; ++round) {
    const Problem& problem = builder.problem();
    if (problem.edges.size() < kSolveInline) {
      solved.optimal = SolveOptimal(problem);
    } else {
      solved.optimal = co_await OnPool(problem, &SolveOptimal);
    }
    if (round == kWidenings) break;
    if (!builder.Widen(BottleneckOf(builder, solved.optimal))) break;
    co_await Build(builder);
    if (!builder.widened()) break;
  }
  solved.greedy = co_await OnPool(builder.problem(), &SolveGreedy);
  if (settings_.graph.person_capacity > 1) {
    // Before edges are taken out: both solutions name theirs by number.
    solved.greedy = WithoutConflicts(builder, std::move(solved.greedy));
    solved.optimal = co_await TakeApart(builder, std::move(solved.optimal));
  }
  co_return solved;
}

Solution Matcher::WithoutConflicts(const GraphBuilder& builder, Solution solution) const {
  const std::vector<int32_t> conflicts = Conflicts(builder, settings_.policy.limits, solution);
  std::vector<int32_t> kept;
  std::set_difference(solution.chosen.begin(), solution.chosen.end(), conflicts.begin(),
                      conflicts.end(), std::back_inserter(kept));
  return Measure(builder.problem(), std::move(kept));
}

// Several tasks of one person must go together; what is taken out leaves its slot to others.
Task<Solution> Matcher::TakeApart(GraphBuilder& builder, Solution solution) {
  constexpr int kAttempts = 4;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const std::vector<int32_t> conflicts = Conflicts(builder, settings_.policy.limits, solution);
    if (conflicts.empty()) co_return solution;
    builder.Forbid(conflicts);
    solution = co_await OnPool(builder.problem(), &SolveOptimal);
  }
  co_return WithoutConflicts(builder, std::move(solution));
}

void Matcher::Note(const MatchReport& report) {
  metrics_.people->Set(static_cast<double>(index_.people().size()));
  metrics_.tasks->Set(static_cast<double>(index_.tasks().size()));
  metrics_.edges->Set(report.edges);
  if (report.open_slots == 0) return;
  metrics_.build_seconds->Observe(report.build_ms / 1e3);
  metrics_.solve_seconds->Observe(report.solve_ms / 1e3);
  metrics_.slots_filled->Increment(report.filled);
  metrics_.slots_unfilled->Increment(report.open_slots - report.filled);
  metrics_.fill_ratio->Set(static_cast<double>(report.filled) / report.open_slots);
}

}  // namespace baodao::matching
