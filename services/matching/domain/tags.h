// Skills, categories and kinds of work as small numbers, so that rules are integer comparisons.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/inlined_vector.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace baodao::matching {

using TagId = uint32_t;
// Sorted, without duplicates.
using TagSet = absl::InlinedVector<TagId, 6>;

// Loop thread only. A tag once seen keeps its number for the life of the process.
class TagTable {
 public:
  TagId Intern(std::string_view tag);
  template <class Strings>
  TagSet InternAll(const Strings& tags);

  std::optional<TagId> Find(std::string_view tag) const;
  const std::string& Name(TagId id) const { return names_[id]; }
  size_t size() const { return names_.size(); }

 private:
  std::deque<std::string> names_;  // addresses stay: the keys below point into it
  absl::flat_hash_map<std::string_view, TagId> ids_;
};

bool Contains(const TagSet& set, TagId tag);
// Whether every tag of `needed` is in `set`.
bool ContainsAll(const TagSet& set, const TagSet& needed);
// Whether some tag of `wanted` is in `set`; true when nothing is wanted.
bool ContainsAny(const TagSet& set, const TagSet& wanted);
void Normalise(TagSet* set);
// A set in one word: sets share bits wherever they share tags, but not only there. Rules most
// people out without looking at them.
uint64_t MaskOf(const TagSet& set);

template <class Strings>
TagSet TagTable::InternAll(const Strings& tags) {
  TagSet set;
  set.reserve(tags.size());
  for (const auto& tag : tags) set.push_back(Intern(tag));
  Normalise(&set);
  return set;
}

}  // namespace baodao::matching
