// From the index to a flow problem: who is a candidate for which task, at what cost.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/matching/domain/roster.h"
#include "services/matching/domain/rules.h"
#include "services/matching/solver/flow.h"

namespace baodao::matching {

struct GraphOptions {
  // Candidates of a task with one slot, and how many more for each further slot.
  int candidates = 24;
  int candidates_per_slot = 4;
  // So many more candidates are drawn by hash from those who are not among the cheapest: tasks at
  // one place would otherwise all know the same few people. In percent of `candidates`.
  int spread_percent = 50;
  // Up to so many people are looked at one by one. Where there are more, some of the nearest are:
  // more of them the more slots there are at that place, since these all compete for the same
  // people.
  int scan_limit = 256;
  // At most so many of the nearest are looked at.
  int nearest_limit = 4'096;
  // Tasks one person may be given in one run.
  int person_capacity = 1;
  // People asked for each free slot.
  int offers_per_slot = 1;
  // Only for the slots without which a task cannot start.
  bool needed_only = false;
};

// One task of a run.
struct GraphTask {
  std::shared_ptr<const OpenTask> task;
  TaskTerms terms;
  uint64_t skills = 0;       // MaskOf
  uint64_t credentials = 0;  // MaskOf
  uint64_t categories = 0;   // MaskOf
  // Candidates were left out of the graph: looking for more of them may help.
  bool truncated = false;
};

// Why a plan fills no more: tasks with free slots, the candidates these have in the graph, the
// tasks those were given instead, their candidates, and so on. All these people are on these tasks;
// only somebody else can fill more (Hall's theorem).
struct Bottleneck {
  std::vector<bool> tasks;
  std::vector<bool> people;  // by row
};

// Builds the graph in slices, so that a large one does not hold up the loop. Loop thread. The index
// may change between slices: each task is then as current as when it was looked at, and dispatch
// checks everything again.
class GraphBuilder {
 public:
  // `tasks` in the order of their ids. Everything referred to must outlive the builder.
  GraphBuilder(Roster& roster, const Terms& terms, const Policy& policy,
               const GraphOptions& options, std::vector<std::shared_ptr<const OpenTask>> tasks);

  bool done() const { return next_ == tasks_.size(); }
  // Looks for the candidates of the next `count` tasks.
  void Step(size_t count);
  // Begins to look at the tasks of the bottleneck again, for candidates who are not of it: done()
  // after further steps. False when none of these tasks has candidates left out. Only once done.
  bool Widen(Bottleneck bottleneck);
  // Whether the last widening found somebody.
  bool widened() const { return problem_.edges.size() > kept_.size(); }
  // Takes pairs out of the graph: indexes of edges. Only once done.
  void Forbid(const std::vector<int32_t>& edges);

  // The problem; complete once done. Edges are ordered by task, then person.
  const Problem& problem() const { return problem_; }
  const std::vector<GraphTask>& tasks() const { return tasks_; }
  const Roster& roster() const { return roster_; }

 private:
  struct Ranked {
    int32_t cost;
    int32_t row;
    bool operator<(const Ranked& other) const {
      return cost != other.cost ? cost < other.cost : row < other.row;
    }
  };

  // A place and the area whose people may serve there: what tasks share that see the same people.
  struct Spot {
    std::array<double, 3> point;
    int32_t begin;
    int32_t end;
    bool operator==(const Spot&) const = default;
    template <class H>
    friend H AbslHashValue(H hash, const Spot& spot) {
      return H::combine(std::move(hash), spot.point, spot.begin, spot.end);
    }
  };
  struct Neighbours {
    int slots = 0;              // to fill at this spot
    int tasks = 0;              // at this spot
    int asked = 0;              // `rows` were looked up with this limit
    std::vector<int32_t> rows;  // nearest first
  };
  // Tasks at one spot that ask for the same see the same people.
  struct Wish {
    Spot spot;
    uint64_t skills, credentials, categories;
    bool operator==(const Wish&) const = default;
    template <class H>
    friend H AbslHashValue(H hash, const Wish& wish) {
      return H::combine(std::move(hash), wish.spot, wish.skills, wish.credentials, wish.categories);
    }
  };
  static Spot SpotOf(const OpenTask& task);
  // At least `limit` of the nearest, unless there are fewer. Valid until the next call.
  const Neighbours& Around(const OpenTask& task, int limit);
  // Those of the nearest who are not of the bottleneck and may have what the task asks for.
  std::vector<int32_t> OthersAround(const GraphTask& task);
  void AddEdges(int32_t task);
  void AddMoreEdges(int32_t task);
  int Wanted(int32_t task) const;
  // Candidates in no order, each once; sets `complete` when there are no others.
  std::vector<Ranked> Candidates(int32_t task, int wanted, bool* complete);
  // Candidates who are not of the bottleneck.
  std::vector<Ranked> Others(int32_t task);
  // People whom the task's area admits for certain are not asked for that again.
  std::vector<Ranked> Scan(const GraphTask& task, const std::vector<int32_t>& rows,
                           bool admitted) const;
  enum class Listed { kByArea, kByTag, kTooLong };
  Listed ScanRows(const OpenTask& task, std::vector<int32_t>* rows) const;
  void Select(std::vector<Ranked>* candidates, size_t wanted, int32_t task) const;

  Roster& roster_;
  const Terms& terms_;
  const Policy& policy_;
  GraphOptions options_;
  double farthest_m_ = 0;  // that anybody of the roster is asked to come
  std::vector<GraphTask> tasks_;
  absl::flat_hash_map<Spot, Neighbours> spots_;
  // In place of what is not worth keeping.
  Neighbours passing_;
  size_t next_ = 0;
  Problem problem_;
  // State of a widening: what it is to get round, and the edges there were before.
  Bottleneck bottleneck_;
  absl::flat_hash_map<Wish, std::vector<int32_t>> others_;
  std::vector<Edge> kept_;
  size_t next_kept_ = 0;
};

}  // namespace baodao::matching
