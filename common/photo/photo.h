// Photos that requests refer to.
#pragma once

#include <absl/status/status.h>
#include <google/protobuf/repeated_ptr_field.h>

#include <string_view>

#include "baodao/common/v1/common.pb.h"

namespace baodao::photo {

// Refuses, under the field's path, what lies at no https:// address, and a hash that has not the 32
// bytes of SHA-256.
absl::Status CheckPhoto(const common::v1::Photo& photo, std::string_view field);
// The same of each: "photos[1].url".
absl::Status CheckPhotos(const google::protobuf::RepeatedPtrField<common::v1::Photo>& photos,
                         std::string_view field);

}  // namespace baodao::photo
