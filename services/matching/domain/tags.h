// Skills, categories and kinds of work as small numbers, so that rules are integer comparisons.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/inlined_vector.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace baodao::matching {

using TagId = uint32_t;
// Sorted, without duplicates.
using TagSet = absl::InlinedVector<TagId, 6>;

// Loop thread only. Tags are free text: anybody could fill the memory with them by changing their
// profile again and again. So they are counted, and the number of a tag that nobody holds any more
// goes to the next new one. A number that the reader does not hold may come to mean another tag.
class TagTable {
 public:
  // Each call holds the tag once more; Release lets it go.
  TagId Intern(std::string_view tag);
  // Every tag once.
  template <class Strings>
  TagSet InternAll(const Strings& tags);
  void Release(TagId id);
  void Release(const TagSet& set);
  // Holds `tags` in place of what `held` held before.
  template <class Strings>
  void Replace(TagSet* held, const Strings& tags);

  std::optional<TagId> Find(std::string_view tag) const;
  const std::string& Name(TagId id) const { return names_[id]; }
  // One more than the highest number; as many tags were held at once at some time.
  size_t size() const { return names_.size(); }

 private:
  // The tag's number, not held yet.
  TagId NumberOf(std::string_view tag);

  std::deque<std::string> names_;  // addresses stay: the keys below point into it
  std::vector<uint32_t> holds_;    // by TagId
  std::vector<TagId> free_;
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
  for (const auto& tag : tags) set.push_back(NumberOf(tag));
  Normalise(&set);
  for (const TagId id : set) ++holds_[id];
  return set;
}

template <class Strings>
void TagTable::Replace(TagSet* held, const Strings& tags) {
  // In this order tags that stay keep their numbers.
  TagSet set = InternAll(tags);
  Release(*held);
  *held = std::move(set);
}

}  // namespace baodao::matching
