#include "common/validate/window.h"

#include "common/clock/timestamp.h"
#include "common/status/status.h"

namespace baodao::validate {

absl::Status CheckWindow(const common::v1::TimeWindow& window, Time now) {
  const Time start = ToTime(window.start());
  const Time end = ToTime(window.end());
  const bool fits =
      start > now && end > start && end - start <= kLongestWindow && end <= now + kFarthestWindow;
  return fits ? absl::OkStatus() : Refuse(Reason::WINDOW_INVALID);
}

}  // namespace baodao::validate
