// Field masks of updates.
#pragma once

#include <absl/status/status.h>
#include <google/protobuf/message.h>

#include <initializer_list>
#include <string_view>

namespace baodao::record {

// Whether the request's update_mask names the field.
bool Sets(const google::protobuf::Message& request, std::string_view field);

// That the update_mask names nothing but `known` fields, and none of `required` that the request
// leaves empty: UNKNOWN_FIELD, REQUIRED.
absl::Status CheckMask(const google::protobuf::Message& request,
                       std::initializer_list<std::string_view> known,
                       std::initializer_list<std::string_view> required);

// Whether the update only takes away: nothing that its mask names is set. A message of nothing but
// defaults, as a place at 0,0, counts as none.
bool OnlyEmpties(const google::protobuf::Message& request);

}  // namespace baodao::record
