#include "services/lists/domain/windows.h"

#include "common/clock/timestamp.h"
#include "common/status/status.h"

namespace baodao::lists {

absl::Status CheckWindow(const common::v1::TimeWindow& window, Time now) {
  const Time start = ToTime(window.start());
  const Time end = ToTime(window.end());
  const bool fits =
      start > now && end > start && end <= now + kWindowHorizon && end - start <= kWindowLength;
  return fits ? absl::OkStatus() : Refuse(Reason::WINDOW_INVALID);
}

}  // namespace baodao::lists
