// The questions that the requests of searches put to the index.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <google/protobuf/repeated_field.h>

#include <cstddef>
#include <string>
#include <vector>

#include "baodao/records/v1/search.pb.h"
#include "services/records/store/search_reads.h"

namespace baodao::records {

inline constexpr int kStandardPageOfFound = 20;
inline constexpr int kLargestPageOfFound = 100;

// A violation of `query` unless it has some words and not too many.
absl::Status CheckWords(size_t words);
// The words of a text.
absl::StatusOr<SearchQuery> WordsOf(const std::string& text);
// One of the states, if any are given.
void AddStates(const google::protobuf::RepeatedField<int>& states, SearchQuery* query);
// The states that a person may be found by; all of them where none are given. A violation for
// others.
absl::StatusOr<std::vector<int>> LiveStates(const v1::SearchPeopleRequest& request);

}  // namespace baodao::records
