// Tags of requests against the vocabulary.
#pragma once

#include <absl/status/status.h>
#include <google/protobuf/message.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"
#include "common/vocabulary/vocabulary.h"

namespace baodao::validate {

// UNKNOWN_TAG with the nearest known ones, or, where it is to be `new_tag`, RETIRED_TAG; without
// the field. Nothing where the tag may stand there.
std::optional<Violation> FaultOfTag(vocabulary::TagKind kind, std::string_view tag, bool new_tag);

// RETIRED_TAG of `field` where the tag is retired.
absl::Status CheckNewTag(vocabulary::TagKind kind, std::string field, std::string_view tag);
// Both judge what is to be decided now: a request sent again gets its first answer, whatever has
// been retired since. RETIRED_TAG for every retired tag in a field that is for new ones (new_tag).
absl::Status CheckNewTags(const google::protobuf::Message& request);
// RETIRED_TAG for every retired tag that the request brings into a record which has it not yet:
// `before` is the record, or an empty one, and has the request's tags in fields of the same names.
// In an update only the fields count that its update_mask names.
absl::Status CheckNewTags(const google::protobuf::Message& request,
                          const google::protobuf::Message& before);

// The tags that a filter by this field means: the one it names and all below it. Empty where it
// names none.
std::vector<std::string> TagsAskedFor(const google::protobuf::Message& request,
                                      const std::string& field);

}  // namespace baodao::validate
