#include "services/matching/domain/tags.h"

#include <algorithm>

namespace baodao::matching {

TagId TagTable::NumberOf(std::string_view tag) {
  if (const auto it = ids_.find(tag); it != ids_.end()) return it->second;
  auto id = static_cast<TagId>(names_.size());
  if (free_.empty()) {
    names_.emplace_back(tag);
    holds_.push_back(0);
  } else {
    id = free_.back();
    free_.pop_back();
    names_[id] = tag;
  }
  ids_.emplace(names_[id], id);
  return id;
}

TagId TagTable::Intern(std::string_view tag) {
  const TagId id = NumberOf(tag);
  ++holds_[id];
  return id;
}

void TagTable::Release(TagId id) {
  if (--holds_[id] > 0) return;
  ids_.erase(names_[id]);
  names_[id] = std::string();
  free_.push_back(id);
}

void TagTable::Release(const TagSet& set) {
  for (const TagId id : set) Release(id);
}

std::optional<TagId> TagTable::Find(std::string_view tag) const {
  const auto it = ids_.find(tag);
  if (it == ids_.end()) return std::nullopt;
  return it->second;
}

bool Contains(const TagSet& set, TagId tag) {
  return std::binary_search(set.begin(), set.end(), tag);
}

bool ContainsAll(const TagSet& set, const TagSet& needed) {
  return std::includes(set.begin(), set.end(), needed.begin(), needed.end());
}

bool ContainsAny(const TagSet& set, const TagSet& wanted) {
  if (wanted.empty()) return true;
  for (const TagId tag : wanted) {
    if (Contains(set, tag)) return true;
  }
  return false;
}

uint64_t MaskOf(const TagSet& set) {
  uint64_t mask = 0;
  for (const TagId tag : set) mask |= uint64_t{1} << (tag % 64);
  return mask;
}

void Normalise(TagSet* set) {
  std::sort(set->begin(), set->end());
  set->erase(std::unique(set->begin(), set->end()), set->end());
}

}  // namespace baodao::matching
