#include "common/vocabulary/vocabulary.h"

#include <algorithm>
#include <utility>

#include "common/containers/edit_distance.h"

namespace baodao::vocabulary {
namespace {

constexpr size_t kMaxNear = 3;

}  // namespace

const Tag* Vocabulary::Find(TagKind kind, std::string_view tag) const {
  const StringMap<size_t>& places = places_.at(static_cast<size_t>(kind));
  const auto found = places.find(tag);
  return found == places.end() ? nullptr : &tags_[found->second];
}

std::string_view Vocabulary::NameOf(TagKind kind, std::string_view tag, Locale locale) const {
  const Tag* const found = Find(kind, tag);
  return found == nullptr ? tag : found->name.at(static_cast<size_t>(locale));
}

bool Vocabulary::Covers(TagKind kind, std::string_view wanted, std::string_view tag) const {
  if (tag == wanted) return true;
  const Tag* const found = Find(kind, tag);
  return found != nullptr && !found->parent.empty() && Covers(kind, wanted, found->parent);
}

std::vector<std::string> Vocabulary::Subtree(TagKind kind, const std::string& tag) const {
  std::vector<std::string> below = {tag};
  for (const Tag& other : tags_) {
    if (other.kind == kind && other.tag != tag && Covers(kind, tag, other.tag)) {
      below.push_back(other.tag);
    }
  }
  return below;
}

std::vector<std::string> Vocabulary::Near(TagKind kind, std::string_view tag) const {
  std::vector<std::pair<size_t, std::string>> near;
  for (const Tag& other : tags_) {
    if (other.kind != kind || other.retired) continue;
    const size_t distance = EditDistance(tag, other.tag);
    const bool part =
        other.tag.find(tag) != std::string::npos || tag.find(other.tag) != std::string_view::npos;
    if (part || IsSlip(tag, distance)) near.emplace_back(distance, other.tag);
  }
  std::ranges::sort(near);
  std::vector<std::string> nearest;
  for (auto& [distance, name] : near) {
    if (nearest.size() < kMaxNear) nearest.push_back(std::move(name));
  }
  return nearest;
}

}  // namespace baodao::vocabulary
