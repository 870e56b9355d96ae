#include "common/validate/window.h"

#include "common/clock/timestamp.h"
#include "common/status/status.h"

namespace baodao::validate {

absl::Status CheckWindow(const common::v1::TimeWindow& window, const work::Limits& limits,
                         Time now) {
  const work::Span span{ToTime(window.start()), ToTime(window.end())};
  const bool fits = span.start > now && span.end > span.start &&
                    span.end - span.start <= kLongestWindow && span.end <= now + kFarthestWindow;
  return fits ? work::CheckAlone(span, limits) : Refuse(Reason::WINDOW_INVALID);
}

}  // namespace baodao::validate
