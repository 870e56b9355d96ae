// Phone numbers of the mainland as people write them, in the one form in which they are kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace baodao::validate {

// Digits may be full-width and set apart by blanks, dashes, dots and brackets; +86, 0086 or 86 may
// stand before them.

// 11 digits: "+86 138 1234 5678" → "13812345678". Empty for what is no mobile number.
std::optional<std::string> CanonicalMobile(std::string_view text);

// A mobile number as above; a landline with its area code and perhaps an extension:
// "(0571) 8765 4321 转 12" → "0571-87654321-12"; a service number: "12345", "4008208820". Empty
// for what is none of these.
std::optional<std::string> CanonicalContact(std::string_view text);

}  // namespace baodao::validate
