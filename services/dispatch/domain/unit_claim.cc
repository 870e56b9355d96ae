#include "services/dispatch/domain/unit_claim.h"

#include <algorithm>
#include <vector>

#include "common/clock/time_text.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/take.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {
namespace {

// Until hours that are still to be credited are looked for again.
constexpr Millis kAskAgain = minutes(1);

bool IsLive(const v1::UnitClaim& claim) {
  return claim.state() == v1::UNIT_CLAIM_STATE_OPEN || claim.state() == v1::UNIT_CLAIM_STATE_NAMED;
}

absl::StatusOr<Time> NamingUntil(const v1::Task& task, std::optional<Time> asked, Time now) {
  const Time start = StartOf(task);
  if (!asked) {
    const Millis margin = std::min<Millis>(kWithdrawBefore, (start - now) / 2);
    return std::min(now + kDefaultNaming, start - margin);
  }
  if (*asked <= now) return RefuseField("name_by", ViolationKind::IN_THE_PAST);
  const Time latest = std::min(now + kLongestNaming, start);
  if (*asked > latest) {
    return RefuseField("name_by", ViolationKind::TOO_FAR_AHEAD, {{"max", ToRfc3339(latest)}});
  }
  return *asked;
}

// Makes room for one more unit: of those whose claim came to nothing the first makes way.
absl::Status MakeRoom(v1::TaskRecord* record) {
  auto& claims = *record->mutable_unit_claims();
  if (claims.size() < kMaxUnitClaims) return absl::OkStatus();
  const auto idle = std::ranges::find_if(
      claims, [](const v1::UnitClaim& claim) { return !IsLive(claim) && claim.named() == 0; });
  if (idle == claims.end()) {
    return Refuse(Reason::TOO_MANY_UNIT_CLAIMS, {{"max", std::to_string(kMaxUnitClaims)}});
  }
  claims.erase(idle);
  return absl::OkStatus();
}

absl::Status CheckClaim(const v1::TaskRecord& record, const ClaimCommand& command, Time now) {
  const v1::Task& task = record.task();
  RETURN_IF_ERROR(CheckRecruiting(task, now));
  // Who is missing then is made up for by people who come at once.
  if (now >= StartOf(task)) return Refuse(Reason::TASK_STARTED);
  if (!CheckAreas(task, command.unit->area_codes(), *command.relations).ok()) {
    return Refuse(Reason::UNIT_NOT_REGISTERED, {{"area", task.eligible_area_code()}});
  }
  const v1::UnitClaim* const before = FindClaim(record, command.unit->unit_id());
  if (before != nullptr && IsLive(*before)) {
    return Refuse(Reason::UNIT_HAS_CLAIM, {{"state", record::StateName(before->state())}});
  }
  if (before != nullptr && before->times() >= kMaxClaimsOfUnit) {
    return Refuse(Reason::CLAIMED_TOO_OFTEN, {{"max", std::to_string(kMaxClaimsOfUnit)}});
  }
  // Who has asked to be let go may stay until somebody comes, and no unit holds their slot.
  const int free = std::max(0, SeatsOf(task).FreeForNewcomers() - task.leaving_count());
  if (free >= command.slots) return absl::OkStatus();
  return Refuse(Reason::TASK_FULL, {{"free", std::to_string(free)}});
}

// OK where the claim is live.
absl::StatusOr<const v1::UnitClaim*> LiveClaim(const v1::TaskRecord& record,
                                               const std::string& unit_id) {
  const v1::UnitClaim* const claim = FindClaim(record, unit_id);
  if (claim == nullptr) return Refuse(Reason::NO_UNIT_CLAIM);
  if (!IsLive(*claim)) return WrongState(record::StateName(claim->state()));
  return claim;
}

std::vector<std::string> NamedBy(const Aggregate& aggregate, const std::string& unit_id,
                                 v1::AssignmentState state) {
  std::vector<std::string> named = aggregate.PeopleIn(state);
  std::erase_if(named, [&](const std::string& person) {
    return aggregate.Find(person)->assignment().claim_unit_id() != unit_id;
  });
  return named;
}

// Sums up the service of those named; false while somebody's hours are still to be credited.
bool AddUp(const Aggregate& aggregate, v1::UnitClaim* claim) {
  if (!NamedBy(aggregate, claim->unit_id(), v1::ASSIGNMENT_STATE_SIGNED_OUT).empty()) return false;
  for (const std::string& person :
       NamedBy(aggregate, claim->unit_id(), v1::ASSIGNMENT_STATE_CREDITED)) {
    claim->set_served(claim->served() + 1);
    claim->set_minutes(claim->minutes() + aggregate.Find(person)->assignment().credited_minutes());
  }
  return true;
}

// When the next naming is over.
std::optional<Time> NextNaming(const v1::TaskRecord& record) {
  std::optional<Time> next;
  for (const v1::UnitClaim& claim : record.unit_claims()) {
    if (claim.state() != v1::UNIT_CLAIM_STATE_OPEN) continue;
    const Time until = ToTime(claim.name_by());
    next = std::min(next.value_or(until), until);
  }
  return next;
}

// The event that is due for a claim that is live.
std::optional<UnitClaimEvent> DueOf(const v1::Task& task, const v1::UnitClaim& claim, Time now) {
  const bool open = claim.state() == v1::UNIT_CLAIM_STATE_OPEN;
  if (task.state() == v1::TASK_STATE_CANCELLED || task.state() == v1::TASK_STATE_EXPIRED) {
    return UnitClaimEvent::kRelease;
  }
  if (open && (now >= ToTime(claim.name_by()) || !IsRecruiting(task.state()))) {
    return claim.named() > 0 ? UnitClaimEvent::kSettle : UnitClaimEvent::kLapse;
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<Effects> DecideClaimSlots(Aggregate& aggregate, const ClaimCommand& command,
                                         Time now) {
  const v1::Task& task = aggregate.task();
  const std::string& unit_id = command.unit->unit_id();
  RETURN_IF_ERROR(CheckClaim(aggregate.record(), command, now));
  ASSIGN_OR_RETURN(const Time name_by, NamingUntil(task, command.name_by, now));
  if (FindClaim(aggregate.record(), unit_id) == nullptr) {
    RETURN_IF_ERROR(MakeRoom(&aggregate.record()));
    v1::UnitClaim& fresh = *aggregate.record().add_unit_claims();
    fresh.set_task_id(task.task_id());
    fresh.set_unit_id(unit_id);
    *fresh.mutable_create_time() = ToTimestamp(now);
  }
  Change change(aggregate, now);
  v1::UnitClaim& claim = change.Move(unit_id, UnitClaimEvent::kClaim);
  claim.set_unit_name(command.unit->name());
  claim.set_liaison_id(command.liaison_id);
  claim.set_times(claim.times() + 1);
  claim.set_returned(0);
  claim.clear_reason();
  *claim.mutable_name_by() = ToTimestamp(name_by);
  HoldSlots(command.slots, &claim, &aggregate.task());
  change.Arm(TimerName(kUnitClaimTimer, task.task_id()), *NextNaming(aggregate.record()));
  return change.Finish();
}

absl::Status CheckNaming(const v1::TaskRecord& record, const std::string& unit_id,
                         const registration::v1::Profile& profile, Time now) {
  const v1::UnitClaim* const claim = FindClaim(record, unit_id);
  if (claim == nullptr) return Refuse(Reason::NO_UNIT_CLAIM);
  if (claim->state() != v1::UNIT_CLAIM_STATE_OPEN) {
    return WrongState(record::StateName(claim->state()));
  }
  if (now >= ToTime(claim->name_by())) {
    return Refuse(Reason::TOO_LATE, {{"until", ToRfc3339(ToTime(claim->name_by()))}});
  }
  if (claim->open_slots() == 0) return Refuse(Reason::NO_SLOT_LEFT);
  return profile.unit_id() == unit_id ? absl::OkStatus() : Refuse(Reason::NOT_A_MEMBER);
}

absl::StatusOr<Effects> DecideWithdrawClaim(Aggregate& aggregate, const std::string& unit_id,
                                            int slots, bool by_coordinator,
                                            const std::string& reason, Time now) {
  ASSIGN_OR_RETURN(const v1::UnitClaim* const live, LiveClaim(aggregate.record(), unit_id));
  if (slots > live->open_slots()) return Refuse(Reason::NO_SLOT_LEFT);
  const bool part = slots > 0 && slots < live->open_slots() + live->named();
  const std::vector<std::string> named =
      part ? std::vector<std::string>()
           : NamedBy(aggregate, unit_id, v1::ASSIGNMENT_STATE_ACCEPTED);
  // Those who have signed in stay, and with them the claim.
  if (!part && static_cast<int>(named.size()) < live->named()) return Refuse(Reason::TASK_STARTED);
  const bool late = now >= ToTime(aggregate.task().withdraw_by());
  if (!named.empty() && late && !by_coordinator) return Refuse(Reason::TOO_LATE_TO_WITHDRAW);
  Change change(aggregate, now);
  v1::UnitClaim& claim =
      part ? change.TouchClaim(unit_id) : change.Move(unit_id, UnitClaimEvent::kWithdraw);
  const int back = part ? slots : claim.open_slots();
  HoldSlots(-back, &claim, &aggregate.task());
  claim.set_returned(claim.returned() + back);
  claim.set_reason(reason);
  for (const std::string& person : named) {
    change.Move(person, AssignmentEvent::kWithdraw).set_reason(reason);
  }
  return change.Finish();
}

Effects DecideUnitClaims(Aggregate& aggregate, Time now) {
  const v1::Task& task = aggregate.task();
  const std::string timer = TimerName(kUnitClaimTimer, task.task_id());
  const bool closed = task.state() == v1::TASK_STATE_CLOSED;
  const auto& claims = aggregate.record().unit_claims();
  const bool due = std::ranges::any_of(claims, [&](const v1::UnitClaim& claim) {
    if (!IsLive(claim)) return false;
    v1::UnitClaim result = claim;
    return DueOf(task, claim, now).has_value() || (closed && AddUp(aggregate, &result));
  });
  if (!due) {
    const bool waits = closed && std::ranges::any_of(claims, IsLive);
    Effects only_timer;
    only_timer.timers.push_back(
        {timer, waits ? std::optional(now + kAskAgain) : NextNaming(aggregate.record())});
    return only_timer;
  }
  Change change(aggregate, now);
  change.Clear(timer);
  std::optional<Time> again;
  for (v1::UnitClaim& claim : *aggregate.record().mutable_unit_claims()) {
    if (!IsLive(claim)) continue;
    if (const auto event = DueOf(task, claim, now)) {
      change.Move(claim.unit_id(), *event);
      claim.set_returned(claim.returned() + claim.open_slots());
      HoldSlots(-claim.open_slots(), &claim, &aggregate.task());
      if (closed) again = now;  // one step in a commit: each is told
      continue;
    }
    if (!closed) continue;
    v1::UnitClaim result = claim;
    if (AddUp(aggregate, &result)) {
      v1::UnitClaim& reported = change.Move(claim.unit_id(), UnitClaimEvent::kReport);
      reported.set_served(result.served());
      reported.set_minutes(result.minutes());
    } else if (!again) {
      again = now + kAskAgain;
    }
  }
  if (!again) again = NextNaming(aggregate.record());
  if (again) change.Arm(timer, *again);
  return change.Finish();
}

}  // namespace baodao::dispatch
