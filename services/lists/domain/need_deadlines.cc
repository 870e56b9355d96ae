#include "services/lists/domain/need_deadlines.h"

#include <algorithm>
#include <cassert>

#include "common/clock/timestamp.h"
#include "services/lists/domain/need_states.h"

namespace baodao::lists {

Time WantedUntil(const v1::NeedRecord& record) {
  const v1::Need& need = record.need();
  const common::v1::TimeWindow& own = need.has_wishes() ? need.wishes().range() : need.window();
  return std::max(ToTime(own.end()), ToTime(record.arranged_until()));
}

std::optional<Time> DeadlineOf(const v1::NeedRecord& record) {
  const v1::Need& need = record.need();
  // Also with a task: it may have been closed before the need heard that it was served.
  if (need.state() == v1::NEED_STATE_RESOLVED) return ToTime(need.update_time()) + kNeedAutoClose;
  if (record.publishing() || !need.task_id().empty()) return std::nullopt;
  switch (need.state()) {
    case v1::NEED_STATE_SUBMITTED:
    case v1::NEED_STATE_RETURNED:
    case v1::NEED_STATE_ACCEPTED:
      return WantedUntil(record) + kNeedGrace;
    case v1::NEED_STATE_MATCHED:
      return WantedUntil(record) + kLinkedNeedGrace;
    default:
      return std::nullopt;
  }
}

void Lapse(v1::NeedRecord* record, Time now) {
  v1::Need* const need = record->mutable_need();
  const bool resolved = need->state() == v1::NEED_STATE_RESOLVED;
  const absl::Status moved = Move(need, resolved ? NeedEvent::kClose : NeedEvent::kExpire);
  assert(moved.ok() && "the machine has a row for each state with a deadline");
  (void)moved;
  *need->mutable_update_time() = ToTimestamp(now);
}

}  // namespace baodao::lists
