// The tags that records may hold, with their names: one file that operators edit
// (ops/data/vocabulary.toml), the same in every service.
#pragma once

#include <absl/status/statusor.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "baodao/vocabulary/v1/tag_kind.pb.h"
#include "common/containers/string_map.h"
#include "common/status/status.h"

namespace baodao::vocabulary {

using v1::TagKind;

struct Tag {
  TagKind kind = v1::TAG_KIND_UNSPECIFIED;
  std::string tag;
  std::array<std::string, 2> name;  // by Locale
  std::string parent;               // of the same kind; empty: none
  bool retired = false;
  bool needs_verification = false;  // people's only
};

class Vocabulary {
 public:
  // Reads the text of a file, which `path` names in errors. INVALID_ARGUMENT with the line and what
  // is wrong: "vocabulary.toml:12: skill.first_aid: zh is missing".
  static absl::StatusOr<Vocabulary> Parse(std::string_view text, const std::string& path);

  // In the order of the file.
  const std::vector<Tag>& tags() const { return tags_; }
  // Differs after every change of the file.
  const std::string& version() const { return version_; }

  // Null where there is none.
  const Tag* Find(TagKind kind, std::string_view tag) const;
  // The tag itself where it has no name: one that was taken out of the file.
  std::string_view NameOf(TagKind kind, std::string_view tag, Locale locale) const;
  // The tag and all below it; the tag alone where there is none of that name.
  std::vector<std::string> Subtree(TagKind kind, const std::string& tag) const;
  // Whether `tag` is in the subtree of `wanted`.
  bool Covers(TagKind kind, std::string_view wanted, std::string_view tag) const;
  // Tags in use that somebody may have meant who wrote `tag`, the nearest first; three at most.
  std::vector<std::string> Near(TagKind kind, std::string_view tag) const;

 private:
  friend class Reader;

  std::string version_;
  std::vector<Tag> tags_;
  std::array<StringMap<size_t>, v1::TagKind_ARRAYSIZE> places_;  // in tags_, by kind
};

}  // namespace baodao::vocabulary
