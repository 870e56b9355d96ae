// How many notices of one family (see kinds.h) about one thing an inbox gets: the first few of a
// day are shown as they come, the others held back and shown together, as the latest of so many.
// An urgent one does not wait, unless one was shown as it came while the others would have waited.
#pragma once

#include <chrono>
#include <cstdint>

#include "baodao/inbox/v1/records.pb.h"
#include "common/clock/clock.h"

namespace baodao::inbox {

// Shown at once, of one family about one thing, in a day.
inline constexpr uint32_t kShownADay = 5;
// Those held back are shown this long after the first of them.
inline constexpr std::chrono::minutes kHeldFor{15};
// Things that one inbox counts at a time; beyond them nothing is held back.
inline constexpr int kMaxTallies = 64;

// Counts one more; how many are held back now, with this one. 0: show it, and not what is held back
// still, which is older.
uint32_t CountIn(v1::InboxRecord* head, uint64_t name, bool urgent, Time now);
bool HoldsBack(const v1::InboxRecord& head, uint64_t name);
// Nothing is held back any more. Whether something was.
bool ReleaseFrom(v1::InboxRecord* head, uint64_t name);

}  // namespace baodao::inbox
