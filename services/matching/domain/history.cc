#include "services/matching/domain/history.h"

#include <algorithm>
#include <utility>

namespace baodao::matching {

void History::Put(Entry entry) {
  Remove(entry.task_id);
  entries_.push_back(std::move(entry));
  Count();
}

void History::Remove(std::string_view task_id) {
  std::erase_if(entries_, [&](const Entry& entry) { return entry.task_id == task_id; });
  Count();
}

void History::DropBefore(Time time) {
  std::erase_if(entries_, [&](const Entry& entry) { return entry.end < time; });
  Count();
}

bool History::ServedFor(PersonSlot requester) const {
  return requester >= 0 && std::ranges::any_of(entries_, [&](const Entry& entry) {
           return !entry.missed && entry.requester == requester;
         });
}

bool History::ServedIn(std::string_view area_code) const {
  return std::ranges::any_of(
      entries_, [&](const Entry& entry) { return !entry.missed && entry.area_code == area_code; });
}

void History::Count() {
  missed_ = static_cast<int32_t>(std::ranges::count(entries_, true, &Entry::missed));
}

}  // namespace baodao::matching
