// Needs that recur: the states of a series, and what may be done with it.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <optional>
#include <string>

#include "baodao/lists/v1/need_series.pb.h"
#include "baodao/lists/v1/records.pb.h"
#include "common/clock/clock.h"
#include "common/record/machine.h"

namespace baodao::lists {

enum class NeedSeriesEvent { kAccept, kReject, kEnd };

inline constexpr record::Machine<v1::NeedSeriesState, NeedSeriesEvent> kNeedSeriesMachine(
    v1::NEED_SERIES_STATE_SUBMITTED,
    {
        {v1::NEED_SERIES_STATE_SUBMITTED, NeedSeriesEvent::kAccept, v1::NEED_SERIES_STATE_ACTIVE},
        {v1::NEED_SERIES_STATE_SUBMITTED, NeedSeriesEvent::kReject, v1::NEED_SERIES_STATE_REJECTED},
        {v1::NEED_SERIES_STATE_SUBMITTED, NeedSeriesEvent::kEnd, v1::NEED_SERIES_STATE_ENDED},
        {v1::NEED_SERIES_STATE_ACTIVE, NeedSeriesEvent::kEnd, v1::NEED_SERIES_STATE_ENDED},
    });

// A need is made so long before its occurrence starts.
inline constexpr Millis kMadeBefore = std::chrono::hours(24 * 7);
// The most series that a person can have at once in a subdistrict.
inline constexpr int kMaxOpenSeries = 5;

bool IsOpen(v1::NeedSeriesState state);

// The series that repeats the need, SUBMITTED, without id and details. WRONG_STATE,
// NEED_WITHOUT_WINDOW, RRULE_INVALID.
absl::StatusOr<v1::NeedSeriesRecord> NewNeedSeries(const v1::CreateNeedSeriesRequest& request,
                                                   const v1::Need& need, Time now);
// WRONG_STATE; the missing comment by field; TOO_LATE where the last occurrence has passed.
absl::Status Review(v1::NeedSeriesRecord* record, const v1::ReviewNeedSeriesRequest& request,
                    Time now);
// Leaves one occurrence out; without any to come the series is ENDED. WRONG_STATE,
// NO_SUCH_OCCURRENCE.
absl::Status Skip(v1::NeedSeriesRecord* record, Time start, Time now);
// WRONG_STATE.
absl::Status End(v1::NeedSeriesRecord* record, const std::string& reason, Time now);

// When the next need is to be made, or nobody has reviewed the series in time.
std::optional<Time> DeadlineOf(const v1::NeedSeriesRecord& record);
// The deadline: the need that is due, ACCEPTED, without id and details. Occurrences that have
// started meanwhile are left out; with the last one the series is ENDED.
std::optional<v1::Need> PassTime(v1::NeedSeriesRecord* record, Time now);

// Counts a series among those of its person that are open: TOO_MANY_SERIES.
absl::Status CountIn(v1::OpenNeedSeries* open, const std::string& need_series_id);
void CountOut(v1::OpenNeedSeries* open, const std::string& need_series_id);

}  // namespace baodao::lists
