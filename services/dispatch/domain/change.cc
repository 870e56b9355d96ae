#include "services/dispatch/domain/change.h"

#include <absl/strings/str_cat.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {
namespace {

// A decision asked for a transition that the table does not have: a mistake in the program.
[[noreturn]] void Impossible(const std::string& state, int event) {
  std::fprintf(stderr, "dispatch: impossible transition %d in state %s\n", event, state.c_str());
  std::abort();
}

}  // namespace

Change::Change(Aggregate& aggregate, Time now)
    : aggregate_(aggregate), now_(now), promote_from_(now), before_(aggregate.task().state()) {
  v1::Task& task = aggregate_.task();
  task.set_version(task.version() + 1);
  *task.mutable_update_time() = ToTimestamp(now);
}

v1::Assignment& Change::Move(const std::string& person_id, AssignmentEvent event) {
  if (aggregate_.Find(person_id) == nullptr) {
    aggregate_.record().set_people_count(aggregate_.record().people_count() + 1);
  }
  v1::AssignmentRecord& record = aggregate_.Change(person_id);
  v1::Assignment& assignment = *record.mutable_assignment();
  const v1::AssignmentState before = assignment.state();
  const std::optional<v1::AssignmentState> after = kAssignmentMachine.Next(before, event);
  if (!after) Impossible(record::StateName(before), static_cast<int>(event));
  const enrollment::Place old_place = PlaceOf(assignment);
  EndAsked(assignment);
  // A colleague's words about an offer, or the answer to a request: not about what comes next.
  if (before == v1::ASSIGNMENT_STATE_OFFERED || before == v1::ASSIGNMENT_STATE_ACCEPTED) {
    assignment.clear_reason();
  }
  if (MayStartAnew(before)) {
    // After the end nobody starts but by confirmed service, which may be what was asked for.
    std::unique_ptr<v1::CreditRequest> requested(assignment.release_credit_request());
    assignment.Clear();
    assignment.set_allocated_credit_request(requested.release());
    assignment.set_task_id(aggregate_.task().task_id());
    assignment.set_person_id(person_id);
    record.clear_reservation();
  }
  if (TakesSlot(before) && !TakesSlot(*after)) {
    effects_.released.push_back({person_id, record.reservation()});
    record.clear_reservation();
  }
  // Fields of the state left would mislead in the next one.
  if (before == v1::ASSIGNMENT_STATE_OFFERED) {
    assignment.clear_offer_expire_time();
    assignment.clear_holds_slot();
    Clear(TimerName(kOfferTimer, aggregate_.task().task_id(), person_id));
  }
  if (before == v1::ASSIGNMENT_STATE_SIGNED_IN) EndCheckIns(assignment);
  assignment.set_state(*after);
  if (*after == v1::ASSIGNMENT_STATE_SIGNED_IN) Hear(assignment);
  if (aggregate_.task().leader_id() == person_id && !MayLead(*after)) {
    EndLeading(events::v1::LEADER_STEP_LEFT);
    // Their standing has ended.
    if (event == AssignmentEvent::kRelease) ChangeCodeKey();
  }
  if (event == AssignmentEvent::kMiss) record.set_missed_ms(now_.time_since_epoch().count());
  // A person who came after all has been on the task since they accepted.
  if (*after == v1::ASSIGNMENT_STATE_ACCEPTED && before != v1::ASSIGNMENT_STATE_NO_SHOW) {
    *assignment.mutable_accept_time() = ToTimestamp(now_);
  }
  if (event == AssignmentEvent::kPromote) assignment.set_holds_slot(true);
  *assignment.mutable_update_time() = ToTimestamp(now_);
  Count(old_place, assignment);
  if (!assignment.claim_unit_id().empty() && TakesSlot(before) != TakesSlot(*after)) {
    v1::TaskRecord& head = aggregate_.record();
    if (TakesSlot(*after)) {
      CountNamed(assignment.claim_unit_id(), &head);
    } else {
      CountLeft(assignment.claim_unit_id(), handed_on_, now_, &head);
    }
  }
  CountService(before, -1);
  CountService(*after, +1);
  const bool asked = old_place.leaving;
  moved_.push_back(
      {person_id, before, asked ? v1::WITHDRAWAL_CHANGE_OVER : v1::WITHDRAWAL_CHANGE_UNSPECIFIED});
  effects_.transitions.push_back({"assignment", before, *after});
  return assignment;
}

void Change::MoveAll(v1::AssignmentState state, AssignmentEvent event, size_t* room,
                     v1::EndCause cause) {
  for (const std::string& person : aggregate_.PeopleIn(state)) {
    if (*room == 0) return;
    --*room;
    v1::Assignment& assignment = Move(person, event);
    if (cause != v1::END_CAUSE_UNSPECIFIED) assignment.set_end_cause(cause);
  }
}

v1::Assignment& Change::Touch(const std::string& person_id) {
  v1::Assignment& assignment = *aggregate_.Change(person_id).mutable_assignment();
  *assignment.mutable_update_time() = ToTimestamp(now_);
  moved_.push_back({person_id, assignment.state()});
  return assignment;
}

v1::CreditRequest& Change::Move(const std::string& person_id, CreditEvent event) {
  v1::AssignmentRecord& record = aggregate_.Change(person_id);
  v1::CreditRequest& request = *record.mutable_assignment()->mutable_credit_request();
  const v1::CreditRequestState before = request.state();
  const std::optional<v1::CreditRequestState> after = kCreditRequestMachine.Next(before, event);
  if (!after) Impossible(record::StateName(before), static_cast<int>(event));
  if (*after == v1::CREDIT_REQUEST_STATE_PENDING) {
    request.Clear();
  } else {
    record.clear_sealed_proof();
    Clear(TimerName(kCreditRequestTimer, aggregate_.task().task_id(), person_id));
  }
  record.clear_credit_reminded();
  request.set_state(*after);
  *record.mutable_assignment()->mutable_update_time() = ToTimestamp(now_);
  requested_.push_back({person_id, before});
  effects_.transitions.push_back({"credit_request", before, *after});
  return request;
}

void Change::Remind(const std::string& person_id) {
  aggregate_.Change(person_id).set_credit_reminded(true);
  requested_.push_back({person_id, v1::CREDIT_REQUEST_STATE_PENDING});
}

v1::UnitClaim& Change::Move(const std::string& unit_id, UnitClaimEvent event) {
  v1::UnitClaim& claim = *FindClaim(&aggregate_.record(), unit_id);
  const v1::UnitClaimState before = claim.state();
  const std::optional<v1::UnitClaimState> after = kUnitClaimMachine.Next(before, event);
  if (!after) Impossible(record::StateName(before), static_cast<int>(event));
  claim.set_state(*after);
  *claim.mutable_update_time() = ToTimestamp(now_);
  claimed_.push_back({unit_id, before});
  effects_.transitions.push_back({"unit_claim", before, *after});
  return claim;
}

v1::UnitClaim& Change::TouchClaim(const std::string& unit_id) {
  v1::UnitClaim& claim = *FindClaim(&aggregate_.record(), unit_id);
  *claim.mutable_update_time() = ToTimestamp(now_);
  claimed_.push_back({unit_id, claim.state()});
  return claim;
}

void Change::Move(TaskEvent event) {
  v1::Task& task = aggregate_.task();
  const v1::TaskState before = task.state();
  const std::optional<v1::TaskState> after = kTaskMachine.Next(before, event);
  if (!after) Impossible(record::StateName(before), static_cast<int>(event));
  task.set_state(*after);
  effects_.transitions.push_back({"task", before, *after});
}

void Change::Announce(events::v1::TaskChange kind, std::string escalated_to) {
  announced_.push_back({kind, std::move(escalated_to)});
}

void Change::Arm(std::string member, Time due) {
  std::erase_if(effects_.timers, [&](const TimerChange& t) { return t.member == member; });
  effects_.timers.push_back({std::move(member), due});
}

void Change::Clear(std::string member) {
  std::erase_if(effects_.timers, [&](const TimerChange& t) { return t.member == member; });
  effects_.timers.push_back({std::move(member), std::nullopt});
}

void Change::SetReservation(const std::string& person_id, uint64_t token) {
  aggregate_.Change(person_id).set_reservation(token);
}

void Change::Count(const enrollment::Place& before, const v1::Assignment& after) {
  enrollment::Seats seats = SeatsOf(aggregate_.task());
  const enrollment::Place place = PlaceOf(after);
  enrollment::Recount(before, place, seats);
  SetCounts(seats, aggregate_.task());
  const auto open = [](const enrollment::Place& one) {
    return one.standing == enrollment::v1::STANDING_OFFERED && !one.holds_seat ? 1 : 0;
  };
  v1::TaskRecord& record = aggregate_.record();
  record.set_open_offers(record.open_offers() + open(place) - open(before));
}

void Change::CountService(v1::AssignmentState state, int by) {
  v1::Task& task = aggregate_.task();
  if (state == v1::ASSIGNMENT_STATE_SIGNED_IN) {
    task.set_signed_in_count(task.signed_in_count() + by);
  }
  if (state == v1::ASSIGNMENT_STATE_SIGNED_OUT || state == v1::ASSIGNMENT_STATE_CREDITED) {
    task.set_signed_out_count(task.signed_out_count() + by);
  }
}

events::v1::TaskBrief Change::Brief() const {
  const v1::Task& task = aggregate_.task();
  events::v1::TaskBrief brief;
  brief.set_title(task.title());
  brief.set_area_code(task.area_code());
  brief.set_state(task.state());
  brief.set_before(before_);
  brief.set_slots_max(task.slots_max());
  brief.set_accepted_count(task.accepted_count());
  brief.set_held_count(task.held_count());
  brief.set_requester_id(task.requester_id());
  brief.set_need_id(task.need_id());
  *brief.mutable_start_time() = task.window().start();
  *brief.mutable_end_time() = task.window().end();
  brief.set_version(task.version());
  *brief.mutable_place() = task.place();
  brief.set_leaving_count(task.leaving_count());
  if (task.has_repair_until()) *brief.mutable_repair_until() = task.repair_until();
  return brief;
}

Effects Change::Finish() {
  Settle();
  const events::v1::TaskBrief brief = Brief();
  for (const Moved& moved : moved_) {
    events::v1::AssignmentChanged& changed =
        *effects_.events.emplace_back().mutable_assignment_changed();
    *changed.mutable_assignment() = aggregate_.Find(moved.person_id)->assignment();
    changed.set_before(moved.before);
    changed.set_withdrawal(moved.withdrawal);
    *changed.mutable_task() = brief;
  }
  for (const Requested& requested : requested_) {
    events::v1::CreditRequestChanged& changed =
        *effects_.events.emplace_back().mutable_credit_request_changed();
    *changed.mutable_assignment() = aggregate_.Find(requested.person_id)->assignment();
    changed.set_before(requested.before);
    *changed.mutable_task() = brief;
  }
  for (const Claimed& claimed : claimed_) {
    events::v1::UnitClaimChanged& changed =
        *effects_.events.emplace_back().mutable_unit_claim_changed();
    *changed.mutable_claim() = *FindClaim(&aggregate_.record(), claimed.unit_id);
    changed.set_before(claimed.before);
    *changed.mutable_task() = brief;
  }
  TellOnSite(brief);
  for (Announced& announced : announced_) {
    events::v1::TaskChanged& changed = *effects_.events.emplace_back().mutable_task_changed();
    changed.set_kind(announced.kind);
    *changed.mutable_task() = aggregate_.task();
    changed.mutable_task()->clear_description();
    changed.set_before(before_);
    changed.set_escalated_to_area_code(std::move(announced.escalated_to));
  }
  return std::move(effects_);
}

Effects OnlyTimer(std::string member, std::optional<Time> due) {
  Effects effects;
  effects.timers.push_back({std::move(member), due});
  return effects;
}

std::string TimerName(std::string_view kind, std::string_view task_id) {
  return absl::StrCat(std::string(kind), "|", std::string(task_id));
}

std::string TimerName(std::string_view kind, std::string_view task_id, std::string_view person_id) {
  return absl::StrCat(std::string(kind), "|", std::string(task_id), "|", std::string(person_id));
}

}  // namespace baodao::dispatch
