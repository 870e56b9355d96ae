// Another vocabulary for a while.
#pragma once

#include <string>
#include <utility>

#include "common/testing/matchers.h"
#include "common/vocabulary/current.h"

namespace baodao::testing {

// The text of a file instead of the shipped one. Nothing that was taken from the vocabulary before
// is used meanwhile, or after.
class VocabularyInUse {
 public:
  explicit VocabularyInUse(const std::string& text) {
    absl::StatusOr<vocabulary::Vocabulary> all = vocabulary::Vocabulary::Parse(text, "test.toml");
    EXPECT_THAT(all, IsOk());
    if (all.ok()) vocabulary::Use(*std::move(all));
  }
  ~VocabularyInUse() { vocabulary::Use(*vocabulary::Load("")); }
  VocabularyInUse(const VocabularyInUse&) = delete;
  VocabularyInUse& operator=(const VocabularyInUse&) = delete;
};

}  // namespace baodao::testing
