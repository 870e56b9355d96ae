// Masks private fields for other people's eyes. Pure functions over UTF-8; invalid bytes are
// masked.
#pragma once

#include <string>
#include <string_view>

namespace baodao::crypto {

// First character and "**", whatever the length: 张**. One character: "*". Empty stays empty.
std::string MaskName(std::string_view name);

// Mainland mobile numbers: 138****1234 (with +86 kept if given). Landlines: the area code and the
// last two digits, 021-******78; no digit of an extension. Others: first and last two digits; fewer
// than seven digits are hidden wholly. Spaces and dashes are dropped.
std::string MaskPhone(std::string_view phone);

// Up to the first number (the house), never more than half of the text, then "***":
// 上海市杨浦区平凉路***. Empty stays empty.
std::string MaskAddress(std::string_view address);

}  // namespace baodao::crypto
