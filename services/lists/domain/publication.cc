#include "services/lists/domain/publication.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "common/areas/geo.h"
#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/lists/domain/need_deadlines.h"
#include "services/lists/domain/need_states.h"
#include "services/lists/domain/wishes.h"

namespace baodao::lists {
namespace {

struct Slots {
  int min = 0;
  int max = 0;
};

Slots SlotsOf(const v1::PublishNeedRequest& request, int people_wanted) {
  Slots slots{request.slots_min(), request.slots_max()};
  if (slots.min == 0 && slots.max == 0) return {people_wanted, people_wanted};
  if (slots.min == 0) slots.min = std::min(people_wanted, slots.max);
  if (slots.max == 0) slots.max = std::max(people_wanted, slots.min);
  return slots;
}

// Until enough people must have accepted; 0: as dispatch sets it.
int SlaSecondsOf(v1::NeedUrgency urgency) {
  switch (urgency) {
    case v1::NEED_URGENCY_SOON:
      return 2 * 60 * 60;
    case v1::NEED_URGENCY_URGENT:
      return 30 * 60;
    default:
      return 0;
  }
}

dispatch::v1::PublishTaskRequest TaskOf(const v1::NeedRecord& record,
                                        const v1::PublishNeedRequest& request,
                                        const common::v1::GeoPoint& place, const Slots& slots) {
  const v1::Need& need = record.need();
  dispatch::v1::PublishTaskRequest task;
  task.set_title(need.title());
  task.set_description(need.description());
  task.set_category(need.category());
  task.set_area_code(need.area_code());
  *task.mutable_place() = place;
  // It was asked about when the need was raised.
  task.set_place_confirmed(true);
  *task.mutable_window() = request.has_window() ? request.window() : need.window();
  task.set_slots_min(slots.min);
  task.set_slots_max(slots.max);
  *task.mutable_skills() = need.skills();
  *task.mutable_credentials() = need.credentials();
  task.set_sla_seconds(request.sla_seconds() > 0 ? request.sla_seconds()
                                                 : SlaSecondsOf(need.urgency()));
  task.set_show_teammates(request.show_teammates());
  task.set_check_in_minutes(request.check_in_minutes());
  task.set_need_id(need.need_id());
  task.set_requester_id(need.requester_id());
  task.set_need_attempt(record.publish_attempt());
  return task;
}

// The need is wanted until the last task made of it was to end.
void ExtendUntil(v1::NeedRecord* record, const google::protobuf::Timestamp& end) {
  if (ToTime(end) > WantedUntil(*record)) *record->mutable_arranged_until() = end;
}

void EndPublication(v1::NeedRecord* record, Time now) {
  record->set_publishing(false);
  record->clear_publish_request();
  record->clear_publish_caller();
  record->clear_publish_request_id();
  record->clear_publish_fingerprint();
  *record->mutable_need()->mutable_update_time() = ToTimestamp(now);
}

NeedEvent EventOfLost(const v1::NeedRecord& record, const TaskSnapshot& task, Time now) {
  const bool expired = task.state == dispatch::v1::TASK_STATE_EXPIRED;
  if (!expired && task.need_outcome == dispatch::v1::NEED_OUTCOME_CANCEL) {
    return NeedEvent::kTaskCancelled;
  }
  if (record.matches_size() > 0) return NeedEvent::kLinkedTaskLost;
  return expired && now >= WantedUntil(record) ? NeedEvent::kTaskPassed : NeedEvent::kTaskLost;
}

std::optional<NeedEvent> EventOf(const v1::NeedRecord& record, const TaskSnapshot& task, Time now) {
  switch (task.state) {
    case dispatch::v1::TASK_STATE_IN_SERVICE:
      return NeedEvent::kTaskStarted;
    case dispatch::v1::TASK_STATE_SERVED:
    case dispatch::v1::TASK_STATE_EVALUATED:
      return NeedEvent::kTaskServed;
    case dispatch::v1::TASK_STATE_CLOSED:
      return NeedEvent::kTaskClosed;
    case dispatch::v1::TASK_STATE_CANCELLED:
    case dispatch::v1::TASK_STATE_EXPIRED:
      return EventOfLost(record, task, now);
    default:
      return std::nullopt;
  }
}

bool IsPast(const v1::NeedRecord& record, const std::string& task_id) {
  return std::ranges::count(record.need().past_task_ids(), task_id) > 0;
}

// A lost task is not closed before service of it was confirmed.
bool WasServed(const TaskSnapshot& past) {
  return past.state == dispatch::v1::TASK_STATE_SERVED ||
         past.state == dispatch::v1::TASK_STATE_EVALUATED ||
         past.state == dispatch::v1::TASK_STATE_CLOSED;
}

// Service of a lost task was confirmed after the fact: the need has its task back, unless it has
// another by now.
bool TakeBackTask(v1::NeedRecord* record, const TaskSnapshot& task, Time now) {
  v1::Need* need = record->mutable_need();
  if (record->publishing() || !need->task_id().empty()) return false;
  if (!WasServed(task) || !Move(need, NeedEvent::kTaskServed).ok()) return false;
  auto* const past = need->mutable_past_task_ids();
  past->erase(std::ranges::find(*past, task.task_id));
  need->set_task_id(task.task_id);
  record->set_task_version(task.version);
  *need->mutable_update_time() = ToTimestamp(now);
  return true;
}

bool IsLost(dispatch::v1::TaskState state) {
  return state == dispatch::v1::TASK_STATE_CANCELLED || state == dispatch::v1::TASK_STATE_EXPIRED;
}

}  // namespace

TaskSnapshot SnapshotOf(const dispatch::v1::Task& task) {
  return {task.task_id(), task.state(), task.version(), task.need_outcome(), task.cancel_reason()};
}

absl::Status CheckFindable(const v1::NeedDetails& details) {
  std::string missing;
  if (!areas::IsKnown(details.place()) && details.contact().address().empty()) {
    missing = "place, contact.address";
  }
  if (details.contact().phone().empty()) {
    missing += missing.empty() ? "contact.phone" : ", contact.phone";
  }
  if (missing.empty()) return absl::OkStatus();
  return Refuse(Reason::NEED_INCOMPLETE, {{"missing", std::move(missing)}});
}

absl::Status BeginPublication(v1::NeedRecord* record, const v1::PublishNeedRequest& request,
                              const Publisher& publisher, const common::v1::GeoPoint& place,
                              Time now) {
  const v1::Need& need = record->need();
  if (record->publishing() || !need.task_id().empty()) {
    return Refuse(Reason::NEED_ALREADY_PUBLISHED, {{"task", need.task_id()}});
  }
  if (!kNeedMachine.Next(need.state(), NeedEvent::kPublished)) {
    return Refuse(Reason::NEED_NOT_ACCEPTED, {{"state", record::StateName(need.state())}});
  }
  const Slots slots = SlotsOf(request, need.people_wanted());
  if (slots.min > slots.max) return Refuse(Reason::SLOTS_INVALID);
  if (need.has_wishes()) RETURN_IF_ERROR(CheckPicked(need.wishes(), request, now));
  record->set_publishing(true);
  record->set_publish_attempt(record->publish_attempt() + 1);
  record->set_publish_caller(publisher.caller);
  record->set_publish_request_id(publisher.request_id);
  record->set_publish_fingerprint(publisher.fingerprint);
  *record->mutable_publish_request() = TaskOf(*record, request, place, slots);
  record->mutable_publish_request()->set_publisher_id(publisher.person_id);
  *record->mutable_need()->mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

bool IsPublishedBy(const v1::NeedRecord& record, const Publisher& publisher) {
  return record.publishing() && record.publish_caller() == publisher.caller &&
         record.publish_request_id() == publisher.request_id &&
         record.publish_fingerprint() == publisher.fingerprint;
}

bool CompletePublication(v1::NeedRecord* record, const TaskSnapshot& task, Time now) {
  if (!record->publishing()) return false;
  if (!Move(record->mutable_need(), NeedEvent::kPublished).ok()) return false;
  ExtendUntil(record, record->publish_request().window().end());
  EndPublication(record, now);
  record->mutable_need()->set_task_id(task.task_id);
  record->set_task_version(0);
  FollowTask(record, task, now);
  return true;
}

bool AbandonPublication(v1::NeedRecord* record, int attempt, Time now) {
  if (!record->publishing() || record->publish_attempt() != attempt) return false;
  EndPublication(record, now);
  return true;
}

bool WaitsForPublication(const v1::NeedRecord& record, const TaskSnapshot& task) {
  return record.publishing() && IsPast(record, task.task_id) && WasServed(task);
}

bool FollowTask(v1::NeedRecord* record, const TaskSnapshot& task, Time now) {
  if (IsPast(*record, task.task_id)) return TakeBackTask(record, task, now);
  if (record->publishing()) return CompletePublication(record, task, now);
  v1::Need* need = record->mutable_need();
  if (need->task_id() != task.task_id || task.version <= record->task_version()) return false;
  const auto event = EventOf(*record, task, now);
  if (!event || !Move(need, *event).ok()) return false;
  record->set_task_version(task.version);
  *need->mutable_update_time() = ToTimestamp(now);
  if (*event == NeedEvent::kTaskCancelled) need->set_cancel_reason(task.cancel_reason);
  if (IsLost(task.state)) {
    need->add_past_task_ids(need->task_id());
    need->clear_task_id();
    record->set_task_version(0);
  }
  return true;
}

}  // namespace baodao::lists
