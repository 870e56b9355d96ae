#include "services/dispatch/domain/departures.h"

#include <algorithm>

#include "common/status/status.h"

namespace baodao::dispatch {
namespace {

Time DayOver(const v1::AssignmentRecord& record) {
  return Time(Millis(record.first_departure_ms())) + kDeparturesDay;
}

}  // namespace

void NoteDeparture(v1::AssignmentRecord& record, Time now) {
  const int64_t now_ms = now.time_since_epoch().count();
  if (record.departures() == 0 || now >= DayOver(record)) {
    record.set_departures(0);
    record.set_first_departure_ms(now_ms);
  }
  record.set_departures(record.departures() + 1);
  record.set_last_departure_ms(now_ms);
}

absl::Status CheckReturn(const v1::AssignmentRecord& record, Time now) {
  if (record.departures() < 2) return absl::OkStatus();
  const Time day_over = DayOver(record);
  Time from = std::min(day_over, Time(Millis(record.last_departure_ms())) + kReturnPause);
  if (record.departures() >= kMaxDepartures) from = day_over;
  return now >= from ? absl::OkStatus() : RefuseFor(Reason::LEFT_TOO_OFTEN, from - now);
}

}  // namespace baodao::dispatch
