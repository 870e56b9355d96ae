#include "common/config/value.h"

#include <absl/strings/numbers.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "common/containers/edit_distance.h"

namespace baodao::config {
namespace {

struct Unit {
  std::string_view suffix;
  int64_t factor;
};

constexpr std::array<Unit, 5> kDurations = {
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
constexpr std::array<Unit, 4> kSizes = {
    {{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"", 1}}};

bool ParseInt(std::string_view text, int64_t& out) {
  return absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &out);
}

// A non-negative whole number followed by one of `units`; the longest suffix that fits counts.
template <size_t n>
bool ParseUnits(std::string_view text, const std::array<Unit, n>& units, int64_t& out) {
  const size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto unit = std::ranges::find(units, text.substr(end), &Unit::suffix);
  int64_t number = 0;
  if (end == 0 || unit == units.end() || !ParseInt(text.substr(0, end), number)) return false;
  if (number > std::numeric_limits<int64_t>::max() / unit->factor) return false;
  out = number * unit->factor;
  return true;
}

std::vector<std::string> ParseList(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    std::string_view item = text.substr(0, comma);
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (!item.empty()) items.emplace_back(item);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return items;
}

absl::Status Expected(std::string_view what, std::string_view text) {
  return absl::InvalidArgumentError("expected " + std::string(what) + ", got \"" +
                                    std::string(text) + "\"");
}

}  // namespace

absl::StatusOr<Value> ParseValue(Type type, std::string_view text) {
  int64_t number = 0;
  double real = 0;
  switch (type) {
    case Type::kString:
      return Value(std::string(text));
    case Type::kList:
      return Value(ParseList(text));
    case Type::kInt:
      if (!ParseInt(text, number)) return Expected("a whole number", text);
      return Value(number);
    case Type::kDouble:
      if (!absl::SimpleAtod(absl::string_view(text.data(), text.size()), &real) ||
          !std::isfinite(real)) {
        return Expected("a number", text);
      }
      return Value(real);
    case Type::kBool:
      if (text != "true" && text != "false") return Expected("true or false", text);
      return Value(text == "true");
    case Type::kDuration:
      if (!ParseUnits(text, kDurations, number)) {
        return Expected("a duration such as 250ms, 30s, 5m, 2h or 7d", text);
      }
      return Value(std::chrono::milliseconds(number));
    case Type::kBytes:
      if (!ParseUnits(text, kSizes, number)) return Expected("a size such as 64KiB or 4MiB", text);
      return Value(number);
  }
  return absl::InternalError("no such type");
}

std::string_view TypeName(Type type) {
  static constexpr std::array<std::string_view, 7> kNames = {"string",   "int",   "number", "bool",
                                                             "duration", "bytes", "list"};
  return kNames[static_cast<size_t>(type)];
}

std::string Nearest(std::string_view name, std::span<const std::string> candidates) {
  std::string best;
  size_t best_distance = std::string_view::npos;
  for (const std::string& candidate : candidates) {
    const size_t distance = EditDistance(name, candidate);
    if (IsSlip(name, distance) && distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace baodao::config
