#include "services/matching/domain/history.h"

#include <algorithm>
#include <utility>

namespace baodao::matching {
namespace {

template <class List>
void Normalise(List* list) {
  std::ranges::sort(*list);
  list->erase(std::unique(list->begin(), list->end()), list->end());
}

}  // namespace

void History::Put(Entry entry) {
  Remove(entry.task_id);
  entries_.push_back(std::move(entry));
  Sum();
}

void History::Remove(std::string_view task_id) {
  if (std::erase_if(entries_, [&](const Entry& e) { return e.task_id == task_id; }) > 0) Sum();
}

void History::DropBefore(Time time) {
  if (std::erase_if(entries_, [&](const Entry& e) { return e.end < time; }) > 0) Sum();
}

bool History::ServedFor(PersonSlot requester) const {
  return std::ranges::binary_search(requesters_, requester);
}

bool History::ServedIn(std::string_view area_code) const {
  return std::ranges::binary_search(areas_, area_code);
}

void History::Sum() {
  missed_ = 0;
  requesters_.clear();
  areas_.clear();
  for (const Entry& entry : entries_) {
    if (entry.missed) {
      ++missed_;
      continue;
    }
    if (entry.requester >= 0) requesters_.push_back(entry.requester);
    areas_.push_back(entry.area_code);
  }
  Normalise(&requesters_);
  Normalise(&areas_);
}

}  // namespace baodao::matching
