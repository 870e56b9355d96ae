// The history of tasks, replayed from their events: each decision must follow from what was
// before it, and leave no slot with two people, none with nobody, and nobody at two places.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "baodao/events/v1/events.pb.h"

namespace baodao::testing {

class TaskReplay {
 public:
  struct Task {
    events::v1::TaskBrief brief;  // after the last decision
    std::map<std::string, dispatch::v1::Assignment> people;
    std::map<std::string, dispatch::v1::UnitClaim> claims;
    std::vector<std::string> told;  // one line an event
  };

  // Only these tasks, which lie in one shard; events in the order of its stream.
  TaskReplay(const std::vector<std::string>& tasks, const std::vector<events::v1::Event>& events);

  const Task& Of(const std::string& task_id) const { return tasks_.at(task_id); }
  // The faults found, with the task each is about.
  const std::vector<std::pair<std::string, std::string>>& broken() const { return broken_; }
  // How often somebody came in the place of another, and how often a unit's naming ended.
  int handovers() const { return handovers_; }
  int settled() const { return settled_; }

 private:
  // The events of one decision: they carry the same version of the task.
  struct Decision {
    std::vector<const events::v1::AssignmentChanged*> people;
    std::vector<const events::v1::UnitClaimChanged*> claims;
  };

  void Decide();
  void ApplyPeople(Task& task);
  void ApplyClaims(Task& task, int open_before);
  void CheckHandover(const Task& task);
  void CheckCounts(const Task& task);
  void CheckElsewhere(const Task& task, const std::string& person_id);
  void Broken(const std::string& what) { broken_.emplace_back(current_, what); }

  std::map<std::string, Task> tasks_;
  std::vector<std::pair<std::string, std::string>> broken_;
  std::string current_;
  Decision decision_;
  int handovers_ = 0;
  int settled_ = 0;
};

}  // namespace baodao::testing
