#include "services/dispatch/domain/take.h"

#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/departures.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {
namespace {

AssignmentEvent EventOf(TakeKind kind) {
  switch (kind) {
    case TakeKind::kAccept:
      return AssignmentEvent::kAccept;
    case TakeKind::kAssign:
    case TakeKind::kName:
      return AssignmentEvent::kAssign;
    case TakeKind::kClaim:
      break;
  }
  return AssignmentEvent::kClaim;
}

absl::Status CheckOffered(v1::AssignmentState state, const enrollment::Place& mine, Time now) {
  if (state == v1::ASSIGNMENT_STATE_LAPSED) return Refuse(Reason::OFFER_LAPSED);
  const std::optional<enrollment::Refusal> refusal = enrollment::CheckAccept(mine, now);
  if (!refusal) return absl::OkStatus();
  if (refusal == enrollment::Refusal::kAlreadyIn) return Refuse(Reason::ALREADY_ASSIGNED);
  if (refusal == enrollment::Refusal::kNoOffer) return Refuse(Reason::NO_OFFER);
  return Refuse(Reason::OFFER_LAPSED);
}

absl::Status CheckStanding(v1::AssignmentState state, const enrollment::Place& mine, TakeKind kind,
                           Time now) {
  if (kind == TakeKind::kAccept) return CheckOffered(state, mine, now);
  if (kAssignmentMachine.Next(state, EventOf(kind))) return absl::OkStatus();
  return Refuse(Reason::ALREADY_ASSIGNED, {{"state", record::StateName(state)}});
}

// For a NO_SHOW who came after all.
absl::Status CheckRuns(const v1::Task& task, Time now) {
  const bool runs = IsRecruiting(task.state()) || task.state() == v1::TASK_STATE_IN_SERVICE;
  if (runs && now < EndOf(task)) return absl::OkStatus();
  return Refuse(Reason::TASK_NOT_OPEN, {{"state", record::StateName(task.state())}});
}

// Nobody can be put on it any more; whether somebody served is for ConfirmService to say.
bool IsOverForClaims(const v1::Task& task, Time now) {
  return now >= EndOf(task) && task.state() != v1::TASK_STATE_CANCELLED;
}

absl::Status CheckJoinable(const v1::Task& task, v1::AssignmentState state, TakeKind kind,
                           Time now) {
  if (kind != TakeKind::kAssign) return CheckRecruiting(task, now);
  if (IsOverForClaims(task, now)) {
    return Refuse(Reason::TASK_OVER, {{"state", record::StateName(task.state())}});
  }
  return state == v1::ASSIGNMENT_STATE_NO_SHOW ? CheckRuns(task, now) : CheckRecruiting(task, now);
}

absl::Status CheckSeats(const v1::Task& task, const enrollment::Place& mine,
                        const TakeCommand& command, TakeOutlook* outlook) {
  if (command.kind == TakeKind::kName) return absl::OkStatus();  // the unit holds one
  enrollment::Ask ask;
  ask.goes_first = command.kind == TakeKind::kAssign;
  ask.may_wait = command.kind == TakeKind::kClaim && !command.no_waitlist;
  switch (enrollment::OutlookFor(SeatsOf(task), mine, ask)) {
    case enrollment::Outlook::kTakes:
      *outlook = TakeOutlook::kTakes;
      return absl::OkStatus();
    case enrollment::Outlook::kWaits:
      *outlook = TakeOutlook::kWaits;
      return absl::OkStatus();
    case enrollment::Outlook::kWaitlistFull:
      return Refuse(Reason::WAITLIST_FULL);
    case enrollment::Outlook::kFull:
      break;
  }
  return Refuse(Reason::TASK_FULL);
}

// In whose place the person comes: of the colleague who proposed them, or of whoever asked first to
// be let go. Empty: a slot is free anyway, and nobody has asked.
std::string LeaverFor(const Aggregate& aggregate, const std::string& person_id) {
  const v1::AssignmentRecord* const mine = aggregate.Find(person_id);
  if (mine != nullptr && PlaceOf(mine->assignment()).replaces)
    return mine->assignment().replaces_id();
  const v1::TaskRecord& record = aggregate.record();
  return record.leaving_size() > 0 ? record.leaving(0) : std::string();
}

}  // namespace

Work WorkOf(const v1::Task& task) { return {task.task_id(), StartOf(task), EndOf(task)}; }

absl::Status CheckRecruiting(const v1::Task& task, Time now) {
  if (!work::TakesPeople(task)) {
    return Refuse(Reason::TASK_NOT_OPEN, {{"state", record::StateName(task.state())}});
  }
  if (JoinUntil(task) <= now) return Refuse(Reason::TASK_STARTED);
  return absl::OkStatus();
}

absl::Status MayReturn(const v1::AssignmentRecord& record, Time now) {
  // A person who is asked, or still on it, does not come back by themself.
  return MayStartAnew(record.assignment().state()) ? CheckReturn(record, now) : absl::OkStatus();
}

Prospect ProspectOf(const v1::Task& task, const v1::AssignmentRecord* record,
                    const TakeCommand& command, Time now) {
  const v1::AssignmentState state =
      record == nullptr ? v1::ASSIGNMENT_STATE_UNSPECIFIED : record->assignment().state();
  const enrollment::Place mine =
      record == nullptr ? enrollment::Place() : PlaceOf(record->assignment());
  Prospect prospect;
  const auto note = [&prospect](absl::Status refusal) {
    if (!refusal.ok()) prospect.refusals.push_back(std::move(refusal));
  };
  // First: it is also asked before anything is read of the task.
  const bool comes = command.kind == TakeKind::kClaim || command.kind == TakeKind::kName;
  if (comes && record != nullptr) note(MayReturn(*record, now));
  const size_t pauses = prospect.refusals.size();
  note(CheckJoinable(task, state, command.kind, now));
  note(CheckStanding(state, mine, command.kind, now));
  // Seats are a matter of those who could have one.
  const bool may_join = prospect.refusals.size() == pauses;
  for (absl::Status& unmet : UnmetConditions(task, *command.profile, *command.relations)) {
    note(std::move(unmet));
  }
  if (may_join) {
    note(CheckSeats(task, mine, command, &prospect.outlook));
    prospect.asks_time = prospect.outlook == TakeOutlook::kTakes;
  }
  return prospect;
}

absl::StatusOr<TakeOutlook> Foresee(const v1::Task& task, const v1::AssignmentRecord* record,
                                    const TakeCommand& command, Time now) {
  Prospect prospect = ProspectOf(task, record, command, now);
  if (!prospect.refusals.empty()) return std::move(prospect.refusals.front());
  return prospect.outlook;
}

Effects Take(Aggregate& aggregate, const TakeCommand& command, uint64_t reservation, Time now) {
  const std::string leaver = LeaverFor(aggregate, command.person_id);
  const bool named = command.kind == TakeKind::kName;
  Change change(aggregate, now);
  // First: the slot of whoever leaves is free, and their unit's, only where this one is taken.
  if (named) FillSlot(command.unit_id, &aggregate.record());
  v1::Assignment& assignment =
      change.Admit(command.person_id, EventOf(command.kind), leaver, !named);
  assignment.set_unit_id(command.profile->unit_id());
  if (named) assignment.set_claim_unit_id(command.unit_id);
  change.SetReservation(command.person_id, reservation);
  return change.Finish();
}

Effects Enqueue(Aggregate& aggregate, const TakeCommand& command, Time now) {
  Change change(aggregate, now);
  // Those who wait in vain hear it at the start.
  if (aggregate.task().waitlist_count() == 0) {
    change.Arm(TimerName(kBeginTimer, aggregate.task().task_id()), JoinUntil(aggregate.task()));
  }
  v1::Assignment& assignment = change.Move(command.person_id, AssignmentEvent::kEnqueue);
  v1::TaskRecord& record = aggregate.record();
  record.set_waitlist_sequence(record.waitlist_sequence() + 1);
  assignment.set_waitlist_number(record.waitlist_sequence());
  assignment.set_unit_id(command.profile->unit_id());
  return change.Finish();
}

}  // namespace baodao::dispatch
