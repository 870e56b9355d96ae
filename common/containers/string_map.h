// A hash map from strings that can be searched by std::string_view without making a string.
// (abseil's maps accept only absl::string_view for that, which Debian builds as a type of its own.)
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace baodao {

struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

template <class Value>
using StringMap = std::unordered_map<std::string, Value, StringHash, std::equal_to<>>;

}  // namespace baodao
