// Base64 in the two alphabets our files and tokens use.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace baodao::crypto {

enum class Base64 { kStandard, kUrl };  // kStandard with padding, kUrl (tokens, JWK) without.

std::string Encode64(std::string_view bytes, Base64 variant);
// Empty when `text` is not exactly one encoding: no white space, no missing or spare bits.
std::optional<std::string> Decode64(std::string_view text, Base64 variant);

}  // namespace baodao::crypto
