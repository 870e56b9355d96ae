#include "services/dispatch/domain/publish.h"

#include <algorithm>

#include "common/areas/geo.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/validate/window.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {
namespace {

constexpr int kDefaultGeofence = 300;
constexpr int kMinGeofence = 50;
constexpr int kMaxWaiting = 100;  // where the publisher names no number
constexpr int kMinCheckIn = 10;   // minutes

absl::Status CheckCheckIns(const v1::PublishTaskRequest& request) {
  if (request.check_in_minutes() == 0) return absl::OkStatus();
  if (request.check_in_minutes() < kMinCheckIn) {
    return RefuseField("check_in_minutes", ViolationKind::BELOW_MIN,
                       {{"min", std::to_string(kMinCheckIn)}});
  }
  if (request.slots_max() <= kMaxCheckedIn) return absl::OkStatus();
  return Refuse(Reason::TOO_MANY_TO_CHECK_IN, {{"max", std::to_string(kMaxCheckedIn)}});
}

absl::Status Check(const v1::PublishTaskRequest& request, const work::Limits& limits, Time now) {
  RETURN_IF_ERROR(validate::CheckWindow(request.window(), limits, now));
  if (request.slots_min() < 1 || request.slots_min() > request.slots_max()) {
    return Refuse(Reason::SLOTS_INVALID);
  }
  if (!areas::IsKnown(request.place())) return RefuseField("place", ViolationKind::REQUIRED);
  if (request.geofence_m() != 0 && request.geofence_m() < kMinGeofence) {
    return RefuseField("geofence_m", ViolationKind::BELOW_MIN,
                       {{"min", std::to_string(kMinGeofence)}});
  }
  return CheckCheckIns(request);
}

void SetTimes(v1::Task& task, Millis sla, Time now) {
  const Time start = StartOf(task);
  // While there is still time for others to come.
  *task.mutable_accept_by() = ToTimestamp(now + std::min<Millis>(sla, (start - now) / 2));
  const Time deadline = start - kWithdrawBefore;
  *task.mutable_withdraw_by() = ToTimestamp(deadline > now ? deadline : start);
  *task.mutable_create_time() = ToTimestamp(now);
}

void SetAsked(v1::Task& task, const v1::PublishTaskRequest& request) {
  task.set_title(request.title());
  task.set_description(request.description());
  task.set_category(request.category());
  task.set_area_code(request.area_code());
  *task.mutable_place() = areas::Coarse(request.place());
  *task.mutable_window() = request.window();
  task.set_slots_min(request.slots_min());
  task.set_slots_max(request.slots_max());
  task.set_waitlist_max(request.waitlist_max() > 0
                            ? request.waitlist_max()
                            : std::min(2 * request.slots_max(), kMaxWaiting));
  *task.mutable_skills() = request.skills();
  *task.mutable_credentials() = request.credentials();
  *task.mutable_categories() = request.categories();
  task.set_geofence_m(request.geofence_m() > 0 ? request.geofence_m() : kDefaultGeofence);
  task.set_requester_id(request.requester_id());
  task.set_need_id(request.need_id());
  task.set_show_teammates(request.show_teammates());
  task.set_check_in_minutes(request.check_in_minutes());
  task.set_on_behalf(!request.contact().beneficiary_name().empty());
}

}  // namespace

absl::StatusOr<Published> DecidePublish(const PublishCommand& command, Time now) {
  const v1::PublishTaskRequest& request = *command.request;
  RETURN_IF_ERROR(Check(request, command.limits, now));
  const Millis sla =
      request.sla_seconds() > 0 ? Millis(std::chrono::seconds(request.sla_seconds())) : kDefaultSla;
  v1::TaskRecord record;
  v1::Task& draft = *record.mutable_task();
  SetAsked(draft, request);
  SetTimes(draft, sla, now);
  draft.set_task_id(command.task_id);
  draft.set_publisher_id(command.publisher_id);
  draft.set_eligible_area_code(command.eligible_area_code);
  record.set_sealed_contact(command.sealed_contact);
  record.set_sla_ms(sla.count());

  static const People kNobody;
  Aggregate aggregate(std::move(record), kNobody);
  const v1::Task& task = aggregate.task();
  Change change(aggregate, now);
  change.Move(TaskEvent::kPublish);
  change.Announce(events::v1::TASK_CHANGE_PUBLISHED);
  change.Arm(TimerName(kSlaTimer, task.task_id()), ToTime(task.accept_by()));
  change.Arm(TimerName(kNoShowTimer, task.task_id()), StartOf(task) + kNoShowAfter);
  change.Arm(TimerName(kEndTimer, task.task_id()), EndOf(task) + kEndGrace);
  Effects effects = change.Finish();
  return Published{aggregate.record(), std::move(effects)};
}

}  // namespace baodao::dispatch
