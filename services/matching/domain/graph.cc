#include "services/matching/domain/graph.h"

#include <algorithm>
#include <optional>
#include <span>

namespace baodao::matching {
namespace {

// SplitMix64: the same on every replica, unlike std::hash.
uint64_t Mix(uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

uint64_t Draw(int32_t task, int32_t row) {
  return Mix(static_cast<uint64_t>(task) << 32 | static_cast<uint32_t>(row));
}

// Begins to load what the rules and the cost read of somebody: people lie far apart in memory, and
// waiting for each took a fifth of a run.
void Prefetch(const Person& person) {
  const char* const first = reinterpret_cast<const char*>(&person);
  for (size_t line = 0; line < 4; ++line) __builtin_prefetch(first + 64 * line);
}

// False for most who lack what the task asks for.
bool MayHave(const RosterRow& row, const GraphTask& task) {
  if ((task.skills & ~row.skills) != 0) return false;
  if ((task.credentials & ~row.credentials) != 0) return false;
  return task.categories == 0 || (task.categories & row.categories) != 0;
}

// `count` of `nearest`: the first half of them, and others drawn for the task from the rest.
std::vector<int32_t> Sample(const std::vector<int32_t>& nearest, size_t count, int32_t task) {
  if (nearest.size() <= count) return nearest;
  const size_t first = count / 2;
  std::vector<int32_t> sample(nearest.begin(),
                              nearest.begin() + static_cast<std::ptrdiff_t>(first));
  std::vector<bool> taken(nearest.size() - first);
  for (size_t i = first; i < count; ++i) {
    const uint64_t drawn = Draw(task, static_cast<int32_t>(i)) % taken.size();
    if (!taken[drawn]) sample.push_back(nearest[first + drawn]);
    taken[drawn] = true;
  }
  return sample;
}

}  // namespace

GraphBuilder::GraphBuilder(Roster& roster, const Terms& terms, const Policy& policy,
                           const GraphOptions& options,
                           std::vector<std::shared_ptr<const OpenTask>> tasks)
    : roster_(roster), terms_(terms), policy_(policy), options_(options) {
  tasks_.reserve(tasks.size());
  for (std::shared_ptr<const OpenTask>& task : tasks) {
    const int32_t slots = options.needed_only ? task->NeededSlots() : task->FreeSlots();
    const int32_t asked = options.offers_per_slot * slots;
    const int32_t offers = std::max(0, asked - task->open_offers);
    problem_.tasks.push_back({offers, std::min(offers, task->NeededSlots())});
    if (task->place) {
      Neighbours& spot = spots_[SpotOf(*task)];
      spot.slots += offers;
      ++spot.tasks;
    }
    const TaskTerms task_terms = terms.Of(*task);
    const uint64_t skills = MaskOf(task->skills);
    const uint64_t credentials = MaskOf(task->credentials);
    const uint64_t categories = MaskOf(task->categories);
    tasks_.push_back({std::move(task), task_terms, skills, credentials, categories, false});
  }
  for (const RosterRow& row : roster.rows()) {
    farthest_m_ = std::max(farthest_m_, ReachM(*row.person, policy));
  }
  problem_.capacity.assign(roster.rows().size(), options.person_capacity);
  problem_.extra = ExtraTaskCosts(terms.weights());
}

void GraphBuilder::Step(size_t count) {
  const size_t end = std::min(tasks_.size(), next_ + count);
  for (; next_ < end; ++next_) {
    const auto task = static_cast<int32_t>(next_);
    if (!bottleneck_.tasks.empty()) {
      AddMoreEdges(task);
    } else if (problem_.tasks[next_].total > 0) {
      AddEdges(task);
    }
  }
}

int GraphBuilder::Wanted(int32_t task) const {
  return options_.candidates + options_.candidates_per_slot * (problem_.tasks[task].total - 1);
}

bool GraphBuilder::Widen(Bottleneck bottleneck) {
  bool worth = false;
  for (size_t task = 0; task < tasks_.size() && !worth; ++task) {
    worth = bottleneck.tasks[task] && tasks_[task].truncated;
  }
  if (!worth) return false;
  bottleneck_ = std::move(bottleneck);
  kept_ = std::exchange(problem_.edges, {});
  others_.clear();
  next_kept_ = 0;
  next_ = 0;
  return true;
}

void GraphBuilder::Forbid(const std::vector<int32_t>& edges) {
  std::vector<bool> forbidden(problem_.edges.size(), false);
  for (const int32_t edge : edges) forbidden[edge] = true;
  size_t kept = 0;
  for (size_t i = 0; i < forbidden.size(); ++i) {
    if (!forbidden[i]) problem_.edges[kept++] = problem_.edges[i];
  }
  problem_.edges.resize(kept);
}

void GraphBuilder::AddEdges(int32_t task) {
  GraphTask& entry = tasks_[task];
  const int wanted = Wanted(task);
  bool complete = false;
  std::vector<Ranked> candidates = Candidates(task, wanted, &complete);
  const size_t found = candidates.size();
  Select(&candidates, static_cast<size_t>(wanted), task);
  entry.truncated = !complete || candidates.size() < found;
  for (const Ranked& candidate : candidates) {
    problem_.edges.push_back({candidate.row, task, candidate.cost});
  }
}

// A person who already has an edge with the task, because they were given it, may be found once
// more.
void GraphBuilder::AddMoreEdges(int32_t task) {
  const auto first = kept_.begin() + static_cast<std::ptrdiff_t>(next_kept_);
  const auto last = std::find_if(first, kept_.end(), [&](const Edge& e) { return e.task != task; });
  next_kept_ = static_cast<size_t>(last - kept_.begin());
  std::vector<Ranked> others;
  if (bottleneck_.tasks[task] && tasks_[task].truncated) {
    others = Others(task);
    Select(&others, static_cast<size_t>(Wanted(task)), task);
  }
  auto kept = first;
  for (const Ranked& other : others) {
    while (kept != last && kept->person < other.row) problem_.edges.push_back(*kept++);
    if (kept != last && kept->person == other.row) continue;
    problem_.edges.push_back({other.row, task, other.cost});
  }
  problem_.edges.insert(problem_.edges.end(), kept, last);
}

// Keeps the cheapest and, beside them, some drawn from the rest; ordered by row.
void GraphBuilder::Select(std::vector<Ranked>* candidates, size_t wanted, int32_t task) const {
  if (candidates->size() > wanted) {
    const size_t drawn = wanted * options_.spread_percent / 100;
    const size_t total = std::min(candidates->size(), wanted + drawn);
    const auto cut = candidates->begin() + static_cast<std::ptrdiff_t>(wanted);
    std::nth_element(candidates->begin(), cut, candidates->end());
    if (total < candidates->size()) {
      const auto last = candidates->begin() + static_cast<std::ptrdiff_t>(total);
      std::nth_element(cut, last, candidates->end(), [&](const Ranked& a, const Ranked& b) {
        return Draw(task, a.row) < Draw(task, b.row);
      });
    }
    candidates->resize(total);
  }
  std::sort(candidates->begin(), candidates->end(),
            [](const Ranked& a, const Ranked& b) { return a.row < b.row; });
}

GraphBuilder::Spot GraphBuilder::SpotOf(const OpenTask& task) {
  const Point& point = *task.place;
  return {{point.x, point.y, point.z}, task.eligible.begin, task.eligible.end};
}

const GraphBuilder::Neighbours& GraphBuilder::Around(const OpenTask& task, int limit) {
  Neighbours& spot = spots_[SpotOf(task)];
  if (spot.asked >= limit) return spot;
  const int asked = std::min(limit + 2 * spot.slots, options_.nearest_limit);
  // Kept for the other tasks at this spot only: thousands of rows for each of 100,000 tasks would
  // not fit into memory.
  Neighbours& kept = spot.tasks > 1 ? spot : passing_;
  kept.asked = asked;
  kept.rows = roster_.Nearest(task.eligible, *task.place, farthest_m_, asked);
  return kept;
}

std::vector<GraphBuilder::Ranked> GraphBuilder::Candidates(int32_t task, int wanted,
                                                           bool* complete) {
  const GraphTask& entry = tasks_[task];
  std::vector<int32_t> rows;
  const Listed listed = ScanRows(*entry.task, &rows);
  if (listed != Listed::kTooLong) {
    *complete = true;
    return Scan(entry, rows, listed == Listed::kByArea);
  }
  // Looks farther while few of them may take the task.
  for (int limit = 4 * wanted;; limit *= 4) {
    limit = std::min(limit, options_.nearest_limit);
    const Neighbours& around = Around(*entry.task, limit);
    rows = Sample(around.rows, static_cast<size_t>(limit), task);
    std::vector<Ranked> found = Scan(entry, rows, true);
    *complete = around.rows.size() < static_cast<size_t>(limit);
    const bool enough = found.size() >= static_cast<size_t>(wanted);
    if (enough || *complete || limit == options_.nearest_limit) return found;
  }
}

// Ranks as many people as may be looked at.
std::vector<GraphBuilder::Ranked> GraphBuilder::Others(int32_t task) {
  const GraphTask& entry = tasks_[task];
  std::vector<int32_t> rows;
  const Listed listed = ScanRows(*entry.task, &rows);
  if (listed == Listed::kTooLong) return Scan(entry, OthersAround(entry), true);
  return Scan(entry, rows, listed == Listed::kByArea);
}

std::vector<int32_t> GraphBuilder::OthersAround(const GraphTask& task) {
  const auto look = [&] {
    std::vector<int32_t> others =
        roster_.Near(task.task->eligible, *task.task->place, farthest_m_, options_.nearest_limit);
    std::erase_if(others, [&](int32_t row) {
      return bottleneck_.people[row] || !MayHave(roster_.rows()[row], task);
    });
    return others;
  };
  const Spot spot = SpotOf(*task.task);
  if (spots_[spot].tasks == 1) return look();
  const auto [wish, fresh] =
      others_.try_emplace({spot, task.skills, task.credentials, task.categories});
  if (fresh) wish->second = look();
  return wish->second;
}

// The shortest list that holds every candidate, when it is short enough (or the place is unknown).
GraphBuilder::Listed GraphBuilder::ScanRows(const OpenTask& task,
                                            std::vector<int32_t>* rows) const {
  const size_t in_area = roster_.CountInArea(task.eligible);
  std::optional<std::span<const int32_t>> tagged;
  const auto consider = [&](std::span<const int32_t> list) {
    if (!tagged || list.size() < tagged->size()) tagged = list;
  };
  for (const TagId skill : task.skills) consider(roster_.WithSkill(skill));
  for (const TagId kind : task.credentials) consider(roster_.WithCredential(kind));
  const bool by_tag = tagged && tagged->size() < in_area;
  const size_t size = by_tag ? tagged->size() : in_area;
  if (task.place && size > static_cast<size_t>(options_.scan_limit)) return Listed::kTooLong;
  if (by_tag) {
    rows->assign(tagged->begin(), tagged->end());
    return Listed::kByTag;
  }
  *rows = roster_.InArea(task.eligible);
  return Listed::kByArea;
}

std::vector<GraphBuilder::Ranked> GraphBuilder::Scan(const GraphTask& task,
                                                     const std::vector<int32_t>& rows,
                                                     bool admitted) const {
  std::vector<const RosterRow*> people;
  people.reserve(rows.size());
  for (const int32_t row : rows) {
    if (!bottleneck_.people.empty() && bottleneck_.people[row]) continue;
    const RosterRow& entry = roster_.rows()[row];
    if (MayHave(entry, task)) people.push_back(&entry);
  }
  std::vector<Ranked> found;
  found.reserve(people.size());
  for (size_t i = 0; i < people.size(); ++i) {
    constexpr size_t kAhead = 8;
    if (i + kAhead < people.size()) Prefetch(*people[i + kAhead]->person);
    const RosterRow& entry = *people[i];
    if (task.task->Shuns(entry.slot, terms_.now())) continue;
    if (FirstBroken(*entry.person, entry.slot, *task.task, policy_, admitted)) continue;
    const Parts parts =
        PartsOf(*entry.person, entry.terms, *task.task, task.terms, terms_.weights());
    found.push_back({parts.total(), static_cast<int32_t>(&entry - roster_.rows().data())});
  }
  return found;
}

}  // namespace baodao::matching
