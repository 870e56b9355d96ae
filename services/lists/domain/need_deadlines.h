// Deadlines of needs: the moves that time alone makes.
#pragma once

#include <optional>

#include "baodao/lists/v1/records.pb.h"
#include "common/clock/clock.h"

namespace baodao::lists {

// So long after its time a need may still be published for another; then it is EXPIRED.
inline constexpr Millis kNeedGrace = std::chrono::hours(24);
// A linked resource or project may have answered the need: people have this long to say so.
inline constexpr Millis kLinkedNeedGrace = std::chrono::hours(24 * 7);
// A resolved need that nobody closes, and no task closes before, is closed after this long.
inline constexpr Millis kNeedAutoClose = std::chrono::hours(24 * 7);

// The end of the need's window or of the range of its wishes, or of the latest task made of it.
Time WantedUntil(const v1::NeedRecord& record);

// When the clock moves the record next; nothing: only people do, or the need's task, or the running
// publication.
std::optional<Time> DeadlineOf(const v1::NeedRecord& record);

// Makes the move of the deadline: the need expires or, once resolved, is closed.
void Lapse(v1::NeedRecord* record, Time now);

}  // namespace baodao::lists
