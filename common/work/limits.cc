#include "common/work/limits.h"

#include <algorithm>
#include <string>

#include "common/status/status.h"

namespace baodao::work {
namespace {

constexpr Millis kDay = std::chrono::hours(24);

Millis Within(const std::vector<Span>& pieces, Time from, Time to) {
  Millis sum{0};
  for (const Span& piece : pieces) {
    const Millis part = std::min(piece.end, to) - std::max(piece.start, from);
    sum += std::max(part, Millis(0));
  }
  return sum;
}

// The sum is largest over 24 hours that begin where work begins or end where work ends.
bool HasTooManyHours(const std::vector<Span>& pieces, const Span& added, Millis daily) {
  const auto exceeds = [&](Time from) {
    const bool touches = from < added.end && added.start < from + kDay;
    return touches && Within(pieces, from, from + kDay) > daily;
  };
  return std::ranges::any_of(
      pieces, [&](const Span& piece) { return exceeds(piece.start) || exceeds(piece.end - kDay); });
}

// The stretch that the work belongs to; `pieces` by start.
Span StretchOf(const std::vector<Span>& pieces, const Span& work, Millis rest) {
  Span stretch = work;
  for (const Span& piece : pieces) {
    if (piece.start >= stretch.end && piece.start < stretch.end + rest) stretch.end = piece.end;
  }
  for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) {
    if (piece->end <= stretch.start && piece->end > stretch.start - rest) {
      stretch.start = piece->start;
    }
  }
  return stretch;
}

}  // namespace

Verdict Judge(std::vector<Span> others, const Span& added, const Limits& limits) {
  // Most people have no work near, and matching asks for all of them.
  if (others.empty()) {
    const Millis length = added.end - added.start;
    if (std::min(length, kDay) > limits.daily) return Verdict::kTooManyHours;
    return length > kDay - limits.rest ? Verdict::kTooLittleRest : Verdict::kFits;
  }
  others.push_back(added);
  std::ranges::sort(others, {}, &Span::start);
  if (HasTooManyHours(others, added, limits.daily)) return Verdict::kTooManyHours;
  const Span stretch = StretchOf(others, added, limits.rest);
  if (stretch.end - stretch.start > kDay - limits.rest) return Verdict::kTooLittleRest;
  return Verdict::kFits;
}

absl::Status Check(std::vector<Span> others, const Span& added, const Limits& limits) {
  using std::chrono::duration_cast;
  switch (Judge(std::move(others), added, limits)) {
    case Verdict::kFits:
      break;
    case Verdict::kTooManyHours: {
      const auto hours = duration_cast<std::chrono::hours>(limits.daily);
      return Refuse(Reason::DAILY_HOURS_EXCEEDED, {{"max", std::to_string(hours.count())}});
    }
    case Verdict::kTooLittleRest: {
      const auto minutes = duration_cast<std::chrono::minutes>(limits.rest);
      return Refuse(Reason::REST_TOO_SHORT, {{"min", std::to_string(minutes.count())}});
    }
  }
  return absl::OkStatus();
}

}  // namespace baodao::work
