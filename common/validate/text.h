// Characters and forms of strings.
#pragma once

#include <cstddef>
#include <string_view>

#include "baodao/validate/v1/field.pb.h"

namespace baodao::validate {

// Unicode code points of valid UTF-8.
std::size_t CountCodePoints(std::string_view text);

// Whether `text` (valid UTF-8, normalised, not empty) has the form. FORMAT_UNSPECIFIED fits
// everything.
bool FitsFormat(v1::Format format, std::string_view text);

// The most characters a form allows by itself; 0 when it sets no limit.
std::size_t FormatLimit(v1::Format format);

}  // namespace baodao::validate
