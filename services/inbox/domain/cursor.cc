#include "services/inbox/domain/cursor.h"

#include <charconv>
#include <limits>

namespace baodao::inbox {
namespace {

// Redis' own form only: no sign, no leading zeros, so that equal cursors are equal texts.
std::optional<uint64_t> Number(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<Cursor> Cursor::Parse(std::string_view text) {
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto ms = Number(text.substr(0, dash));
  const auto sequence = Number(text.substr(dash + 1));
  if (!ms || !sequence) return std::nullopt;
  // No stream gets there, and nothing comes after it.
  if (*ms == std::numeric_limits<uint64_t>::max()) return std::nullopt;
  return Cursor{*ms, *sequence};
}

std::string Cursor::Text() const { return std::to_string(ms) + "-" + std::to_string(sequence); }

}  // namespace baodao::inbox
