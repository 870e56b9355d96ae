#include "services/lists/domain/windows.h"

#include "common/clock/timestamp.h"
#include "common/status/status.h"

namespace baodao::lists {

absl::Status CheckWindow(const std::string& field, const common::v1::TimeWindow& window, Time now) {
  const Time start = ToTime(window.start());
  const Time end = ToTime(window.end());
  if (start < now - kPhoneClockSlack) {
    return RefuseField(field + ".start", ViolationKind::IN_THE_PAST);
  }
  if (end <= start) {
    return RefuseField(field + ".end", ViolationKind::MUST_BE_AFTER, {{"field", field + ".start"}});
  }
  if (end > now + kWindowHorizon) {
    return RefuseField(field + ".end", ViolationKind::TOO_FAR_AHEAD,
                       {{"max", std::to_string(kWindowHorizon.count()) + "d"}});
  }
  return absl::OkStatus();
}

}  // namespace baodao::lists
