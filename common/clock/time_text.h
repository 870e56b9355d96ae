// Times as text: for machines in UTC, for people as clocks in China show them (UTC+8, no summer
// time).
#pragma once

#include <absl/time/civil_time.h>

#include <optional>
#include <string>
#include <string_view>

#include "common/clock/clock.h"

namespace baodao {

// "2026-11-28T10:00:00Z": what metadata of refusals carry. Parts of a second are cut off.
std::string ToRfc3339(Time time);
// "2026-11-28T10:00:00.123Z": what logs carry.
std::string ToRfc3339Millis(Time time);
// Reads what ToRfc3339 writes; nullopt for any other text.
std::optional<Time> FromRfc3339(std::string_view text);

// The date and the time of day.
absl::CivilSecond LocalCivil(Time time);
// When the day of `time` began.
Time LocalMidnight(Time time);
// "2026-11-28 18:00".
std::string LocalTime(Time time);
// Reads what LocalTime writes; nullopt for any other text.
std::optional<Time> FromLocalTime(std::string_view text);

}  // namespace baodao
