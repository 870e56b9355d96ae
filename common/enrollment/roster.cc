#include "common/enrollment/roster.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "common/clock/timestamp.h"

namespace baodao::enrollment {
namespace {

Place PlaceOfMember(const v1::Member& member) {
  return {member.standing(), member.holds_seat(), ToTime(member.offer_expire_time())};
}

Outcome Refused(Refusal refusal) {
  Outcome outcome;
  outcome.refusal = refusal;
  return outcome;
}

std::vector<std::string> IdsIn(const v1::Enrollment& enrollment, v1::Standing standing) {
  std::vector<std::string> ids;
  for (const v1::Member& member : enrollment.members()) {
    if (member.standing() == standing) ids.push_back(member.id());
  }
  return ids;
}

// One change under way: keeps the numbers true and collects the moves.
class RosterChange {
 public:
  RosterChange(v1::Enrollment& enrollment, Time now)
      : enrollment_(enrollment), now_(now), before_(SeatsOf(enrollment)), seats_(before_) {}

  // The pair must be possible by the table. An offer lasts `ttl` at most.
  void Move(const std::string& id, Event event, Millis ttl = Millis(0)) {
    auto& members = *enrollment_.mutable_members();
    const auto mine = std::ranges::find(members, id, &v1::Member::id);
    const Place before = mine == members.end() ? Place() : PlaceOfMember(*mine);
    const std::optional<v1::Standing> after = kStandingMachine.Next(before.standing, event);
    assert(after);
    if (mine != members.end()) members.erase(mine);
    v1::Member moved;
    moved.set_id(id);
    moved.set_standing(*after);
    if (*after == v1::STANDING_OFFERED) {
      *moved.mutable_offer_expire_time() = ToTimestamp(OfferUntil(now_, ttl, End()));
      moved.set_holds_seat(event == Event::kPromote);
    }
    Recount(before, PlaceOfMember(moved), seats_);
    outcome_.moved.push_back({id, event, before.standing, *after});
    if (*after != v1::STANDING_UNSPECIFIED) *members.Add() = std::move(moved);
  }

  void SetLimits(const v1::Limits& limits) {
    *enrollment_.mutable_limits() = limits;
    seats_.minimum = limits.minimum();
    seats_.capacity = limits.capacity();
    seats_.waitlist_max = limits.waitlist_max();
  }

  // Passes on what has come free. The change must not be used afterwards.
  Outcome Finish() {
    if (IsOpen(enrollment_, now_)) Promote();
    outcome_.became_full = !before_.IsFull() && seats_.IsFull();
    outcome_.reached_minimum = !before_.HasMinimum() && seats_.HasMinimum();
    outcome_.fell_below_minimum = before_.HasMinimum() && !seats_.HasMinimum();
    return std::move(outcome_);
  }

 private:
  void Promote() {
    const Millis said = std::chrono::seconds(enrollment_.hold_seconds());
    const Millis hold = said > Millis(0) ? said : kDefaultHold;
    for (const std::string& id : IdsIn(enrollment_, v1::STANDING_WAITING)) {
      if (NextTurn(seats_, Fitness::kFits) != Turn::kOffer) return;
      Move(id, Event::kPromote, hold);
    }
  }

  Time End() const {
    return enrollment_.has_close_time() ? ToTime(enrollment_.close_time()) : Time::max();
  }

  v1::Enrollment& enrollment_;
  Time now_;
  Seats before_;
  Seats seats_;
  Outcome outcome_;
};

Outcome MoveOne(v1::Enrollment& enrollment, const std::string& id, Event event, Time now,
                Millis ttl = Millis(0)) {
  RosterChange change(enrollment, now);
  change.Move(id, event, ttl);
  return change.Finish();
}

// Takes a seat by `event`, or waits for one.
Outcome Enter(v1::Enrollment& enrollment, const std::string& id, Event event, const Ask& ask,
              Time now) {
  switch (OutlookFor(SeatsOf(enrollment), PlaceOf(enrollment, id), ask)) {
    case Outlook::kTakes:
      return MoveOne(enrollment, id, event, now);
    case Outlook::kWaits:
      return MoveOne(enrollment, id, Event::kQueue, now);
    case Outlook::kWaitlistFull:
      return Refused(Refusal::kWaitlistFull);
    case Outlook::kFull:
      break;
  }
  return Refused(Refusal::kFull);
}

// Nothing, kClosed, or kAlreadyIn where the standing does not allow `event`.
std::optional<Refusal> CheckMay(const v1::Enrollment& enrollment, const std::string& id,
                                Event event, Time now) {
  if (!IsOpen(enrollment, now)) return Refusal::kClosed;
  if (!kStandingMachine.Next(PlaceOf(enrollment, id).standing, event)) return Refusal::kAlreadyIn;
  return std::nullopt;
}

// Goes by `event`, where the standing allows it.
Outcome Go(v1::Enrollment& enrollment, const std::string& id, Event event, Refusal otherwise,
           Time now) {
  if (!kStandingMachine.Next(PlaceOf(enrollment, id).standing, event)) return Refused(otherwise);
  return MoveOne(enrollment, id, event, now);
}

}  // namespace

Outcome Join(v1::Enrollment& enrollment, const std::string& id, Time now) {
  if (const auto refusal = CheckMay(enrollment, id, Event::kJoin, now)) return Refused(*refusal);
  return Enter(enrollment, id, Event::kJoin, {.may_wait = true}, now);
}

Outcome Admit(v1::Enrollment& enrollment, const std::string& id, Time now) {
  if (const auto refusal = CheckMay(enrollment, id, Event::kAdmit, now)) return Refused(*refusal);
  return Enter(enrollment, id, Event::kAdmit, {.goes_first = true}, now);
}

Outcome Offer(v1::Enrollment& enrollment, const std::string& id, Millis ttl, Time now) {
  if (const auto refusal = CheckMay(enrollment, id, Event::kOffer, now)) return Refused(*refusal);
  if (SeatsOf(enrollment).IsFull() || enrollment.members_size() >= kMaxMembers) {
    return Refused(Refusal::kFull);
  }
  return MoveOne(enrollment, id, Event::kOffer, now, ttl);
}

Outcome Accept(v1::Enrollment& enrollment, const std::string& id, Time now) {
  if (!IsOpen(enrollment, now)) return Refused(Refusal::kClosed);
  if (const auto refusal = CheckAccept(PlaceOf(enrollment, id), now)) return Refused(*refusal);
  return Enter(enrollment, id, Event::kAccept, {}, now);
}

Outcome Decline(v1::Enrollment& enrollment, const std::string& id, Time now) {
  return Go(enrollment, id, Event::kDecline, Refusal::kNoOffer, now);
}

Outcome Leave(v1::Enrollment& enrollment, const std::string& id, Time now) {
  return Go(enrollment, id, Event::kLeave, Refusal::kNotIn, now);
}

Outcome Release(v1::Enrollment& enrollment, const std::string& id, Time now) {
  return Go(enrollment, id, Event::kRelease, Refusal::kNotIn, now);
}

Outcome Lapse(v1::Enrollment& enrollment, Time now) {
  RosterChange change(enrollment, now);
  for (const std::string& id : IdsIn(enrollment, v1::STANDING_OFFERED)) {
    if (HasLapsed(PlaceOf(enrollment, id), now)) change.Move(id, Event::kLapse);
  }
  return change.Finish();
}

Outcome SetLimits(v1::Enrollment& enrollment, const v1::Limits& limits, Time now) {
  if (!IsOpen(enrollment, now)) return Refused(Refusal::kClosed);
  const Seats seats = SeatsOf(enrollment);
  if (!IsValid(limits) || limits.capacity() < seats.taken + seats.held) {
    return Refused(Refusal::kLimits);
  }
  RosterChange change(enrollment, now);
  change.SetLimits(limits);
  return change.Finish();
}

Outcome Close(v1::Enrollment& enrollment, Time now) {
  if (enrollment.closed()) return Refused(Refusal::kClosed);
  enrollment.set_closed(true);
  RosterChange change(enrollment, now);
  for (const auto standing : {v1::STANDING_OFFERED, v1::STANDING_WAITING}) {
    for (const std::string& id : IdsIn(enrollment, standing)) change.Move(id, Event::kRelease);
  }
  return change.Finish();
}

bool IsValid(const v1::Limits& limits) {
  return 0 <= limits.minimum() && limits.minimum() <= limits.capacity() && limits.capacity() >= 1 &&
         limits.capacity() <= kMaxMembers && 0 <= limits.waitlist_max() &&
         limits.waitlist_max() <= kMaxMembers - limits.capacity();
}

bool IsOpen(const v1::Enrollment& enrollment, Time now) {
  return !enrollment.closed() &&
         (!enrollment.has_close_time() || now < ToTime(enrollment.close_time()));
}

Seats SeatsOf(const v1::Enrollment& enrollment) {
  const v1::Limits& limits = enrollment.limits();
  Seats seats{limits.capacity(), limits.minimum(), limits.waitlist_max()};
  for (const v1::Member& member : enrollment.members())
    Recount(Place(), PlaceOfMember(member), seats);
  return seats;
}

Place PlaceOf(const v1::Enrollment& enrollment, std::string_view id) {
  const auto mine = std::ranges::find(enrollment.members(), id, &v1::Member::id);
  return mine == enrollment.members().end() ? Place() : PlaceOfMember(*mine);
}

std::optional<Time> NextExpiry(const v1::Enrollment& enrollment) {
  std::optional<Time> next;
  for (const v1::Member& member : enrollment.members()) {
    if (member.standing() != v1::STANDING_OFFERED) continue;
    const Time expires = PlaceOfMember(member).offer_expires;
    next = next ? std::min(*next, expires) : expires;
  }
  return next;
}

}  // namespace baodao::enrollment
