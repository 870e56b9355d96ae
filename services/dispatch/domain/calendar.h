// A person's accepted work and the limits on it: no overlap, and what common/work says of hours and
// rest.
#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "baodao/dispatch/v1/records.pb.h"
#include "common/clock/clock.h"
#include "common/work/limits.h"

namespace baodao::dispatch {

struct Work {
  std::string task_id;
  Time start;
  Time end;  // exclusive: work may begin the moment other work ends
};

// Entries younger than this count as real: their claim may still be under way. See
// ops/decisions/0003-claim-across-two-shards.md.
inline constexpr Millis kReservationTrust = std::chrono::seconds(30);
// A claim commit is not possible later than this after its reservation.
inline constexpr Millis kReservationLife = std::chrono::seconds(10);
// Entries are dropped this long after their end: as long as service may be confirmed after the fact
// (kConfirmUntil), what was served elsewhere meanwhile is known.
inline constexpr Millis kCalendarKeep = std::chrono::hours(24 * 31);

// Everything that keeps the work out of the calendar, as refusals: OVERLAPPING_TASK of each task
// that it overlaps; where there is none, DAILY_HOURS_EXCEEDED or REST_TOO_SHORT. Entries of the
// same task do not count.
std::vector<absl::Status> Conflicts(const v1::CalendarRecord& calendar, const Work& work,
                                    const work::Limits& limits);
// OK, or the first of these.
absl::Status CheckCalendar(const v1::CalendarRecord& calendar, const Work& work,
                           const work::Limits& limits);
// OK or OVERLAPPING_TASK: nobody was in two places at once. Past work is asked nothing else.
absl::Status CheckOverlap(const v1::CalendarRecord& calendar, const Work& work);

// Adds a reservation of `work` and drops what ended long ago.
void Reserve(v1::CalendarRecord& calendar, const Work& work, Time now, uint64_t token);
// Removes the entry with this token; false when there is none.
bool Release(v1::CalendarRecord& calendar, std::string_view task_id, uint64_t token);
// Entries not older than kReservationTrust: their claims may still be under way.
std::vector<v1::CalendarRecord::Entry> Unsettled(const v1::CalendarRecord& calendar, Time now);
// Entries older than kReservationTrust near enough to `work` (work::IsNear) to matter: what to
// verify before refusing it.
std::vector<v1::CalendarRecord::Entry> WorthVerifying(const v1::CalendarRecord& calendar,
                                                      const Work& work, Time now);

}  // namespace baodao::dispatch
