#include "services/lists/domain/wishes.h"

#include <algorithm>

#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/validate/window.h"
#include "services/lists/domain/slots.h"

namespace baodao::lists {
namespace {

absl::Status CheckRange(const common::v1::TimeWindow& range, Time now) {
  const Time start = ToTime(range.start()), end = ToTime(range.end());
  if (end <= now) return RefuseField("wishes.range.end", ViolationKind::IN_THE_PAST);
  if (end <= start) {
    return RefuseField("wishes.range.end", ViolationKind::MUST_BE_AFTER, {{"field", "start"}});
  }
  const Time latest = std::min<Time>(start + kLongestRange, now + validate::kFarthestWindow);
  if (end <= latest) return absl::OkStatus();
  return RefuseField("wishes.range.end", ViolationKind::TOO_FAR_AHEAD,
                     {{"max", ToRfc3339(latest)}});
}

}  // namespace

absl::Status CheckWishes(const v1::TimeWishes& wishes, const work::Limits& limits, Time now) {
  RETURN_IF_ERROR(CheckRange(wishes.range(), now));
  RETURN_IF_ERROR(CheckHours(wishes.times(), "wishes.times"));
  RETURN_IF_ERROR(CheckApart(wishes.times(), "wishes.times"));
  const auto next = FittingWindows(wishes, now + Millis(1), 1);
  if (next.empty()) return Refuse(Reason::WISHES_UNFULFILLABLE);
  return validate::CheckWindow(next[0], limits, now);
}

bool Fits(const v1::TimeWishes& wishes, const common::v1::TimeWindow& window) {
  const Slot slot{ToTime(window.start()), ToTime(window.end())};
  return slot.end - slot.start >= std::chrono::minutes(wishes.duration_minutes()) &&
         slot.start >= ToTime(wishes.range().start()) && slot.end <= ToTime(wishes.range().end()) &&
         IsWithin(wishes.times(), slot);
}

std::vector<common::v1::TimeWindow> FittingWindows(const v1::TimeWishes& wishes, Time from,
                                                   size_t max) {
  const Time last = ToTime(wishes.range().end());
  const WeeklyHours hours{wishes.times(), std::chrono::minutes(wishes.duration_minutes()), last};
  std::vector<common::v1::TimeWindow> windows;
  const Time first = std::max(from, ToTime(wishes.range().start()));
  for (const Slot& slot : SlotsBetween(hours, first, last, max)) {
    common::v1::TimeWindow& window = windows.emplace_back();
    *window.mutable_start() = ToTimestamp(slot.start);
    *window.mutable_end() = ToTimestamp(slot.end);
  }
  return windows;
}

absl::Status CheckPicked(const v1::TimeWishes& wishes, const v1::PublishNeedRequest& request,
                         Time now) {
  if (!request.has_window()) return RefuseField("window", ViolationKind::REQUIRED);
  if (Fits(wishes, request.window())) return absl::OkStatus();
  const auto next = FittingWindows(wishes, now + Millis(1), 1);
  if (next.empty()) return absl::OkStatus();
  return Refuse(Reason::WISHES_NOT_MET, {{"start", ToRfc3339(ToTime(next[0].start()))},
                                         {"end", ToRfc3339(ToTime(next[0].end()))}});
}

}  // namespace baodao::lists
