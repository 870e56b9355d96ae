#include "services/lists/domain/deadlines.h"

#include <algorithm>
#include <cassert>

#include "common/clock/timestamp.h"
#include "services/lists/domain/need_states.h"
#include "services/lists/domain/project_states.h"
#include "services/lists/domain/resource_states.h"

namespace baodao::lists {
namespace {

// The tables have a row for each state that has a deadline.
template <class Message, class Event>
void LapseBy(Message* message, Event event, Time now) {
  const absl::Status moved = Move(message, event);
  assert(moved.ok());
  (void)moved;
  *message->mutable_update_time() = ToTimestamp(now);
}

// When a project that a unit has is late: by its campaign clock, or where nothing was heard of it.
Time LateAt(const v1::Project& project) {
  const bool runs = project.state() != v1::PROJECT_STATE_COMPLETED;
  if (runs && project.has_due_time()) return ToTime(project.due_time());
  return ToTime(project.update_time()) + kReminderPeriod;
}

// When the coordinators are told of it next.
Time RemindAt(const v1::ProjectRecord& record) {
  if (record.has_reminded()) return ToTime(record.reminded()) + kReminderPeriod;
  return LateAt(record.project());
}

Time IdleUntil(const v1::Project& project) { return ToTime(project.update_time()) + kProjectIdle; }

}  // namespace

Time WantedUntil(const v1::NeedRecord& record) {
  return std::max(ToTime(record.need().window().end()), ToTime(record.arranged_until()));
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

std::optional<Time> DeadlineOf(const v1::ResourceRecord& record) {
  const v1::Resource& resource = record.resource();
  if (resource.state() != v1::RESOURCE_STATE_LISTED || !resource.has_expire_time()) {
    return std::nullopt;
  }
  return ToTime(resource.expire_time());
}

std::optional<Time> DeadlineOf(const v1::ProjectRecord& record) {
  const v1::Project& project = record.project();
  switch (project.state()) {
    case v1::PROJECT_STATE_PROPOSED:
    case v1::PROJECT_STATE_BALLOTED:
    case v1::PROJECT_STATE_APPROVED:
      return IdleUntil(project);
    case v1::PROJECT_STATE_CLAIMED:
    case v1::PROJECT_STATE_IN_PROGRESS:
      return RemindAt(record);
    case v1::PROJECT_STATE_COMPLETED:
      return std::min(RemindAt(record), IdleUntil(project));
    default:
      return std::nullopt;
  }
}

void Lapse(v1::NeedRecord* record, Time now) {
  const bool resolved = record->need().state() == v1::NEED_STATE_RESOLVED;
  LapseBy(record->mutable_need(), resolved ? NeedEvent::kClose : NeedEvent::kExpire, now);
}

void Lapse(v1::ResourceRecord* record, Time now) {
  LapseBy(record->mutable_resource(), ResourceEvent::kWithdraw, now);
}

void Lapse(v1::ProjectRecord* record, Time now) {
  v1::Project* const project = record->mutable_project();
  if (now >= IdleUntil(*project) && NextState(project->state(), ProjectEvent::kExpire)) {
    return LapseBy(project, ProjectEvent::kExpire, now);
  }
  *record->mutable_reminded() = ToTimestamp(now);
}

}  // namespace baodao::lists
