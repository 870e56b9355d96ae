// How far one word is from another.
#pragma once

#include <cstddef>
#include <string_view>

namespace baodao {

// Edits (insert, delete, replace, swap of neighbours count two at most) from `a` to `b`.
size_t EditDistance(std::string_view a, std::string_view b);

// Whether a word at this distance is near enough to `name` for that to be a slip.
bool IsSlip(std::string_view name, size_t distance);

}  // namespace baodao
