// "<milliseconds>-<sequence>": of an event its id in the stream; of a notification when it was
// added, and its number.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace baodao::inbox {

struct Cursor {
  uint64_t ms = 0;
  uint64_t sequence = 0;

  // clang-tidy 14 takes the 0 that it compares with for a pointer.
  auto operator<=>(const Cursor&) const = default;  // NOLINT(modernize-use-nullptr)

  // Nothing unless `text` is two decimal numbers joined by '-', the first below 2^64 - 1.
  static std::optional<Cursor> Parse(std::string_view text);
  std::string Text() const;
};

// Before everything.
inline constexpr Cursor kStart{};

}  // namespace baodao::inbox
