// How much one person may be asked to serve. One rule for claims, offers, tasks and needs; why it
// is this one: ops/decisions/0017-rest-between-stretches-of-work.md.
//
//   Hours  In any 24 hours at most `daily` (8 h) of work.
//   Rest   Pieces of work with less than `rest` (10 h) between them are one stretch, and a stretch
//          lasts at most 24 h − rest (14 h) from its first start to its last end. So in any 24
//          hours from the start of work there are 10 of rest in one piece.
//
// Neither knows midnight, nor whether work was planned in one piece or in several. With the
// defaults:
//
//   18–04, or 18–24 and 00–04     refused: ten hours of work
//   00–08, or 00–04 and 04–08     fits: eight hours in one stretch
//   09–11 and 18–20               fits: a stretch of eleven hours with four of work
//   18–22 and next day 08–10      fits: ten hours of rest between two stretches
//   18–22 and next day 07–09      refused: nine hours are no rest, and 18–09 is a stretch of 15
#pragma once

#include <absl/status/status.h>

#include <vector>

#include "common/clock/clock.h"

namespace baodao::work {

struct Limits {
  Millis daily = std::chrono::hours(8);
  Millis rest = std::chrono::hours(10);

  bool operator==(const Limits&) const = default;
};

// From start (inclusive) to end (exclusive).
struct Span {
  Time start;
  Time end;
};

// Work that ends this long before other work begins, or longer, says nothing about it.
inline constexpr Millis kReach = std::chrono::hours(24);
inline bool IsNear(const Span& other, const Span& work) {
  return other.end > work.start - kReach && other.start < work.end + kReach;
}

enum class Verdict { kFits, kTooManyHours, kTooLittleRest };

// Whether `added` may come to `others`, which neither overlap it nor each other, in any order.
// Others that are not near may be left out. Faults among the others alone are not judged.
Verdict Judge(std::vector<Span> others, const Span& added, const Limits& limits);

// The same as OK, DAILY_HOURS_EXCEEDED or REST_TOO_SHORT.
absl::Status Check(std::vector<Span> others, const Span& added, const Limits& limits);

// Whether anybody at all, however free, could be asked for this work.
inline absl::Status CheckAlone(const Span& work, const Limits& limits) {
  return Check({}, work, limits);
}

}  // namespace baodao::work
