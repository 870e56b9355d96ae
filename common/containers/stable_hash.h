// A hash that is the same in every build and process, unlike std::hash: for what is stored. Not
// keyed: a caller can choose texts that collide.
#pragma once

#include <cstdint>
#include <string_view>

namespace baodao {

// FNV-1a, 64 bits.
constexpr uint64_t StableHash(std::string_view text) {
  uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

}  // namespace baodao
