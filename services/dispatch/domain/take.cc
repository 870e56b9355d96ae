#include "services/dispatch/domain/take.h"

#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/departures.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {
namespace {

absl::Status CheckStanding(v1::AssignmentState state, const v1::AssignmentRecord* record,
                           TakeKind kind, Time now) {
  const bool offered = state == v1::ASSIGNMENT_STATE_OFFERED;
  if (kind == TakeKind::kAccept) {
    if (state == v1::ASSIGNMENT_STATE_LAPSED) return Refuse(Reason::OFFER_LAPSED);
    if (TakesSlot(state)) return Refuse(Reason::ALREADY_ASSIGNED);
    if (!offered) return Refuse(Reason::NO_OFFER);
    // The timer may be late; the offer is not.
    if (ToTime(record->assignment().offer_expire_time()) <= now) {
      return Refuse(Reason::OFFER_LAPSED);
    }
    return absl::OkStatus();
  }
  if (MayStartAnew(state) || offered) return absl::OkStatus();
  if (kind == TakeKind::kAssign && Next(state, AssignmentEvent::kAssign)) return absl::OkStatus();
  return Refuse(Reason::ALREADY_ASSIGNED, {{"state", std::string(Name(state))}});
}

AssignmentEvent EventOf(TakeKind kind) {
  switch (kind) {
    case TakeKind::kAccept:
      return AssignmentEvent::kAccept;
    case TakeKind::kAssign:
      return AssignmentEvent::kAssign;
    case TakeKind::kClaim:
      break;
  }
  return AssignmentEvent::kClaim;
}

// For a NO_SHOW who came after all.
absl::Status CheckRuns(const v1::Task& task, Time now) {
  const bool runs = IsRecruiting(task.state()) || task.state() == v1::TASK_STATE_IN_SERVICE;
  if (runs && now < EndOf(task)) return absl::OkStatus();
  return Refuse(Reason::TASK_NOT_OPEN, {{"state", std::string(Name(task.state()))}});
}

// Nobody can be put on it any more; whether somebody served is for ConfirmService to say.
bool IsPast(const v1::Task& task, Time now) {
  return now >= EndOf(task) && task.state() != v1::TASK_STATE_CANCELLED;
}

}  // namespace

Work WorkOf(const v1::Task& task) { return {task.task_id(), StartOf(task), EndOf(task)}; }

absl::Status CheckRecruiting(const v1::Task& task, Time now) {
  if (!IsRecruiting(task.state())) {
    return Refuse(Reason::TASK_NOT_OPEN, {{"state", std::string(Name(task.state()))}});
  }
  if (StartOf(task) <= now) return Refuse(Reason::TASK_STARTED);
  return absl::OkStatus();
}

absl::Status MayReturn(const v1::AssignmentRecord& record, Time now) {
  // Whoever is asked, or still on it, does not come back by themself.
  return MayStartAnew(record.assignment().state()) ? CheckReturn(record, now) : absl::OkStatus();
}

absl::StatusOr<TakeOutlook> Foresee(const v1::Task& task, const v1::AssignmentRecord* record,
                                    const TakeCommand& command, Time now) {
  const v1::AssignmentState state =
      record == nullptr ? v1::ASSIGNMENT_STATE_UNSPECIFIED : record->assignment().state();
  if (command.kind == TakeKind::kAssign && IsPast(task, now)) {
    return Refuse(Reason::TASK_OVER, {{"state", std::string(Name(task.state()))}});
  }
  const bool returns = state == v1::ASSIGNMENT_STATE_NO_SHOW && command.kind == TakeKind::kAssign;
  RETURN_IF_ERROR(returns ? CheckRuns(task, now) : CheckRecruiting(task, now));
  RETURN_IF_ERROR(CheckStanding(state, record, command.kind, now));
  if (command.kind == TakeKind::kClaim && record != nullptr) {
    RETURN_IF_ERROR(MayReturn(*record, now));
  }
  RETURN_IF_ERROR(CheckEligible(task, *command.profile, *command.relations));

  const bool invited = state == v1::ASSIGNMENT_STATE_OFFERED || command.kind == TakeKind::kAssign;
  const bool own_hold = record != nullptr && record->assignment().holds_slot();
  const int free = FreeSlots(task) + (own_hold ? 1 : 0);
  if (free > (invited ? 0 : task.waitlist_count())) return TakeOutlook::kTakes;

  if (command.kind != TakeKind::kClaim || command.no_waitlist || task.waitlist_max() == 0) {
    return Refuse(Reason::TASK_FULL);
  }
  if (task.waitlist_count() >= task.waitlist_max()) return Refuse(Reason::WAITLIST_FULL);
  return TakeOutlook::kWaits;
}

Effects Take(Aggregate& aggregate, const TakeCommand& command, uint64_t reservation, Time now) {
  Change change(aggregate, now);
  v1::Assignment& assignment = change.Move(command.person_id, EventOf(command.kind));
  assignment.set_unit_id(command.profile->unit_id());
  change.SetReservation(command.person_id, reservation);
  return change.Finish();
}

Effects Enqueue(Aggregate& aggregate, const TakeCommand& command, Time now) {
  Change change(aggregate, now);
  v1::Assignment& assignment = change.Move(command.person_id, AssignmentEvent::kEnqueue);
  v1::TaskRecord& record = aggregate.record();
  record.set_waitlist_sequence(record.waitlist_sequence() + 1);
  assignment.set_waitlist_number(record.waitlist_sequence());
  assignment.set_unit_id(command.profile->unit_id());
  return change.Finish();
}

}  // namespace baodao::dispatch
