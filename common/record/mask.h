// Field masks of updates.
#pragma once

#include <absl/status/status.h>
#include <google/protobuf/message.h>

#include <initializer_list>
#include <string_view>
#include <vector>

#include "common/status/status.h"

namespace baodao::record {

// Whether the request's update_mask names the field.
bool Sets(const google::protobuf::Message& request, std::string_view field);

// The update_mask names fields that are not `known` (UNKNOWN_FIELD), or `required` ones that the
// request leaves empty (REQUIRED).
std::vector<Violation> MaskViolations(const google::protobuf::Message& request,
                                      std::initializer_list<std::string_view> known,
                                      std::initializer_list<std::string_view> required);
// Refuses for these.
absl::Status CheckMask(const google::protobuf::Message& request,
                       std::initializer_list<std::string_view> known,
                       std::initializer_list<std::string_view> required);

// Whether the update only takes away: nothing that its mask names is set. A message of nothing but
// defaults, as a place at 0,0, counts as none.
bool OnlyEmpties(const google::protobuf::Message& request);

}  // namespace baodao::record
