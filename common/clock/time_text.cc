#include "common/clock/time_text.h"

#include <absl/time/time.h>

namespace baodao {
namespace {

constexpr char kRfc3339[] = "%Y-%m-%dT%H:%M:%SZ";
constexpr char kRfc3339Millis[] = "%Y-%m-%dT%H:%M:%E3SZ";
constexpr char kMinute[] = "%Y-%m-%d %H:%M";

absl::TimeZone China() { return absl::FixedTimeZone(8 * 3600); }

std::optional<Time> Parse(const char* format, std::string_view text, absl::TimeZone zone) {
  absl::Time time;
  if (!absl::ParseTime(format, std::string(text), zone, &time, nullptr)) return std::nullopt;
  return std::chrono::floor<Millis>(absl::ToChronoTime(time));
}

}  // namespace

std::string ToRfc3339(Time time) {
  return absl::FormatTime(kRfc3339, absl::FromChrono(time), absl::UTCTimeZone());
}

std::string ToRfc3339Millis(Time time) {
  return absl::FormatTime(kRfc3339Millis, absl::FromChrono(time), absl::UTCTimeZone());
}

std::optional<Time> FromRfc3339(std::string_view text) {
  // Most texts are none: they are told apart without a parser.
  if (text.size() != 20 || text[10] != 'T' || text.back() != 'Z') return std::nullopt;
  return Parse(kRfc3339, text, absl::UTCTimeZone());
}

absl::CivilSecond LocalCivil(Time time) {
  return absl::ToCivilSecond(absl::FromChrono(time), China());
}

Time LocalMidnight(Time time) {
  const absl::CivilDay day(LocalCivil(time));
  return std::chrono::floor<Millis>(absl::ToChronoTime(absl::FromCivil(day, China())));
}

std::string LocalTime(Time time) {
  return absl::FormatTime(kMinute, absl::FromChrono(time), China());
}

std::optional<Time> FromLocalTime(std::string_view text) { return Parse(kMinute, text, China()); }

}  // namespace baodao
