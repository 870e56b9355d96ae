#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

#include "services/matching/solver/flow.h"

namespace baodao::matching {
namespace {

// Maximum flow by Dinic's algorithm: searched level by level from the tasks with free slots,
// through people who could come, to the tasks these are on, and so on to somebody with room.
class Filling {
 public:
  explicit Filling(const Problem& problem)
      : problem_(problem),
        chosen_(problem.edges.size()),
        first_edge_(problem.tasks.size() + 1, 0),
        by_task_(problem.edges.size()),
        first_given_(problem.capacity.size() + 1, 0),
        count_(problem.capacity.size(), 0),
        level_(problem.tasks.size()) {
    for (const Edge& edge : problem.edges) ++first_edge_[edge.task + 1];
    std::partial_sum(first_edge_.begin(), first_edge_.end(), first_edge_.begin());
    next_.assign(first_edge_.begin(), first_edge_.end() - 1);
    for (size_t i = 0; i < problem.edges.size(); ++i) {
      by_task_[next_[problem.edges[i].task]++] = static_cast<int32_t>(i);
    }
    std::partial_sum(problem.capacity.begin(), problem.capacity.end(), first_given_.begin() + 1);
    given_.resize(first_given_.back());
    for (const Slots& task : problem.tasks) free_.push_back(task.total);
  }

  void Begin(const std::vector<Edge>& start) {
    auto next = start.begin();
    for (size_t i = 0; i < chosen_.size() && next != start.end(); ++i) {
      const Edge& edge = problem_.edges[i];
      if (edge.person != next->person || edge.task != next->task) continue;
      Give(static_cast<int32_t>(i));
      --free_[edge.task];
      ++next;
    }
  }

  std::vector<int32_t> Run() {
    while (SetLevels()) {
      next_.assign(first_edge_.begin(), first_edge_.end() - 1);
      for (size_t task = 0; task < free_.size(); ++task) {
        while (free_[task] > 0 && Augment(static_cast<int32_t>(task))) --free_[task];
      }
    }
    std::vector<int32_t> chosen;
    for (size_t i = 0; i < chosen_.size(); ++i) {
      if (chosen_[i]) chosen.push_back(static_cast<int32_t>(i));
    }
    return chosen;
  }

 private:
  bool HasRoom(int32_t person) const { return count_[person] < problem_.capacity[person]; }

  void Give(int32_t index) {
    const int32_t person = problem_.edges[index].person;
    given_[first_given_[person] + count_[person]++] = index;
    chosen_[index] = true;
  }

  void Exchange(int32_t person, int32_t before, int32_t after) {
    *std::find(given_.begin() + first_given_[person], given_.end(), before) = after;
    chosen_[before] = false;
    chosen_[after] = true;
  }

  // Levels up to the first where somebody has room; false when nobody can be reached.
  bool SetLevels() {
    std::fill(level_.begin(), level_.end(), kNone);
    std::vector<bool> seen(count_.size());
    std::vector<int32_t> queue;
    for (size_t task = 0; task < free_.size(); ++task) {
      if (free_[task] == 0) continue;
      level_[task] = 0;
      queue.push_back(static_cast<int32_t>(task));
    }
    int32_t last = kNone;
    for (size_t at = 0; at < queue.size(); ++at) {
      const int32_t task = queue[at];
      if (last != kNone && level_[task] > last) break;
      for (int32_t i = first_edge_[task]; i < first_edge_[task + 1]; ++i) {
        const int32_t person = problem_.edges[by_task_[i]].person;
        if (chosen_[by_task_[i]] || seen[person]) continue;
        seen[person] = true;
        if (HasRoom(person)) last = level_[task];
        for (int32_t nth = 0; nth < count_[person]; ++nth) {
          const int32_t other = problem_.edges[given_[first_given_[person] + nth]].task;
          if (level_[other] != kNone) continue;
          level_[other] = level_[task] + 1;
          queue.push_back(other);
        }
      }
    }
    return last != kNone;
  }

  // The edge that the person was given and that leads one level on; kNone if none does.
  int32_t Onward(int32_t person, int32_t level) const {
    for (int32_t nth = 0; nth < count_[person]; ++nth) {
      const int32_t index = given_[first_given_[person] + nth];
      if (level_[problem_.edges[index].task] == level + 1) return index;
    }
    return kNone;
  }

  // Fills one more slot of the task by a path along the levels. An edge that led nowhere is not
  // tried again before there are new levels.
  bool Augment(int32_t task) {
    path_.clear();
    for (;;) {
      if (next_[task] == first_edge_[task + 1]) {
        level_[task] = kNone;
        if (path_.empty()) return false;
        task = problem_.edges[path_.back().first].task;
        path_.pop_back();
        continue;
      }
      const int32_t index = by_task_[next_[task]];
      const int32_t person = problem_.edges[index].person;
      if (!chosen_[index] && HasRoom(person)) {
        Give(index);
        for (const auto& [after, before] : path_) {
          Exchange(problem_.edges[after].person, before, after);
        }
        return true;
      }
      const int32_t onward = chosen_[index] ? kNone : Onward(person, level_[task]);
      if (onward == kNone) {
        ++next_[task];
        continue;
      }
      path_.emplace_back(index, onward);
      task = problem_.edges[onward].task;
    }
  }

  static constexpr int32_t kNone = -1;

  const Problem& problem_;
  std::vector<bool> chosen_;
  // The edges of task t are by_task_[i] for i from first_edge_[t] up to the next.
  std::vector<int32_t> first_edge_;
  std::vector<int32_t> by_task_;
  // The edges given to person p are given_[i] for the first count_[p] of i from first_given_[p].
  std::vector<int32_t> first_given_;
  std::vector<int32_t> given_;
  std::vector<int32_t> count_;
  std::vector<int32_t> free_;   // slots, by task
  std::vector<int32_t> level_;  // by task
  std::vector<int32_t> next_;   // by task: where to go on among its edges
  // The edge that a person would be given, and the one they give up for it.
  std::vector<std::pair<int32_t, int32_t>> path_;
};

}  // namespace

std::vector<int32_t> FillMost(const Problem& problem, const std::vector<Edge>& start) {
  Filling filling(problem);
  filling.Begin(start);
  return filling.Run();
}

}  // namespace baodao::matching
