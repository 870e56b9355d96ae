#include "services/dispatch/domain/aggregate.h"

#include <algorithm>

namespace baodao::dispatch {

const v1::AssignmentRecord* Aggregate::Find(std::string_view person_id) const {
  if (const auto it = changed_.find(person_id); it != changed_.end()) return &it->second;
  if (const auto it = stored_.find(person_id); it != stored_.end()) return &it->second;
  return nullptr;
}

v1::AssignmentState Aggregate::StateOf(std::string_view person_id) const {
  const v1::AssignmentRecord* const found = Find(person_id);
  return found == nullptr ? v1::ASSIGNMENT_STATE_UNSPECIFIED : found->assignment().state();
}

v1::AssignmentRecord& Aggregate::Change(const std::string& person_id) {
  if (const auto it = changed_.find(person_id); it != changed_.end()) return it->second;
  const auto it = stored_.find(person_id);
  return changed_.emplace(person_id, it == stored_.end() ? v1::AssignmentRecord() : it->second)
      .first->second;
}

std::vector<std::string> Aggregate::PeopleIn(v1::AssignmentState state) const {
  std::vector<std::string> found;
  for (const auto& [id, stored] : stored_) {
    if (StateOf(id) == state) found.push_back(id);
  }
  for (const auto& [id, changed] : changed_) {
    if (!stored_.contains(id) && changed.assignment().state() == state) found.push_back(id);
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace baodao::dispatch
