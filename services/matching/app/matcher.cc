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

#include "common/async/for_each.h"
#include "common/status/status.h"

namespace baodao::matching {
namespace {

// Tasks looked at before the loop may do something else: a few milliseconds.
constexpr size_t kSlice = 32;
// Graphs with fewer edges are solved faster than a thread is woken.
constexpr size_t kSolveInline = 2'000;
// Two or three find everybody there is.
constexpr int kWidenings = 8;

double MillisSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

// Runs the solver on the pool and resumes the caller on its own executor.
template <class Solver>
struct SolveThere {
  asio::io_context& loop;
  asio::thread_pool& pool;
  const Problem& problem;
  Solver solver;

  template <class Handler>
  void operator()(Handler handler) {
    // The loop must not run dry meanwhile.
    auto job = [guard = asio::make_work_guard(loop), problem = &problem, solver = std::move(solver),
                handler = std::move(handler)]() mutable {
      auto answer = solver(*problem);
      const auto executor = guard.get_executor();
      asio::post(executor,
                 [guard = std::move(guard), handler = std::move(handler),
                  answer = std::move(answer)]() mutable { std::move(handler)(std::move(answer)); });
    };
    asio::post(pool, std::move(job));
  }
};

// The edges of a plan, which are numbered anew when the graph grows.
std::vector<Edge> EdgesOf(const Problem& problem, const std::vector<int32_t>& chosen) {
  std::vector<Edge> edges;
  edges.reserve(chosen.size());
  for (const int32_t index : chosen) edges.push_back(problem.edges[index]);
  return edges;
}

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

template <class Solver>
Task<std::invoke_result_t<Solver, const Problem&>> Matcher::Away(const Problem& problem,
                                                                 Solver solver) {
  using Answer = std::invoke_result_t<Solver, const Problem&>;
  if (problem.edges.size() < kSolveInline) co_return solver(problem);
  SolveThere<Solver> there{loop_, pool_, problem, std::move(solver)};
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void(Answer)>(
      there, kAwait);
}

Task<void> Matcher::Widen(GraphBuilder& builder) {
  std::vector<Edge> filled;
  const auto fill = [&](const Problem& problem) { return FillMost(problem, filled); };
  for (int round = 0; round < kWidenings; ++round) {
    const std::vector<int32_t> most = co_await Away(builder.problem(), fill);
    filled = EdgesOf(builder.problem(), most);
    if (!builder.Widen(BottleneckOf(builder, most))) co_return;
    co_await Build(builder);
    if (!builder.widened()) co_return;
  }
}

Task<Matcher::Solved> Matcher::Solve(GraphBuilder& builder) {
  co_await Widen(builder);
  Solved solved;
  auto solve = [&](size_t i) -> Task<void> {
    if (i == 0) {
      solved.optimal = co_await Away(builder.problem(), &SolveOptimal);
    } else {
      solved.greedy = co_await Away(builder.problem(), &SolveGreedy);
    }
  };
  co_await ForEach(2, 2, solve);
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
    solution = co_await Away(builder.problem(), &SolveOptimal);
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
