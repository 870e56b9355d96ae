// Changes of an Enrollment: pure functions from the message and the time to the changed message and
// what to tell. The caller loads it, stores it with its own record, arms one timer at NextExpiry,
// and decides by itself who is eligible.
//
// A refused call changes nothing. Seats that come free are offered to the waitlist at once, in the
// order of its turns, and held for a while. Nobody is ever in beyond the capacity.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "baodao/enrollment/v1/enrollment.pb.h"
#include "common/clock/clock.h"
#include "common/enrollment/seats.h"
#include "common/enrollment/standings.h"

namespace baodao::enrollment {

// The message is read and written as a whole: seats and places on the waitlist together.
inline constexpr int kMaxMembers = 500;

// One person's change of standing.
struct Moved {
  std::string id;
  Event event = Event::kJoin;
  v1::Standing before = v1::STANDING_UNSPECIFIED;
  v1::Standing after = v1::STANDING_UNSPECIFIED;

  bool operator==(const Moved&) const = default;
};

struct Outcome {
  // Set: nothing has changed, and all else is empty.
  std::optional<Refusal> refusal;
  // In their order: what was asked for, then who is promoted.
  std::vector<Moved> moved;
  // No seat is free any more: all are taken or held.
  bool became_full = false;
  bool reached_minimum = false;
  bool fell_below_minimum = false;
};

// By oneself: in, or at the end of the waitlist. Refusals: kClosed, kAlreadyIn (or waits), kFull,
// kWaitlistFull.
Outcome Join(v1::Enrollment& enrollment, const std::string& id, Time now);
// Put in by somebody else, before those who wait. Refusals: kClosed, kAlreadyIn, kFull.
Outcome Admit(v1::Enrollment& enrollment, const std::string& id, Time now);
// Asks somebody, for `ttl` (positive) at most; holds no seat. Refusals: kClosed, kAlreadyIn (or
// waits, or is asked), kFull (or kMaxMembers are there).
Outcome Offer(v1::Enrollment& enrollment, const std::string& id, Millis ttl, Time now);
// Refusals: kClosed, kAlreadyIn, kNoOffer, kOfferLapsed, kFull (of an offer that held no seat).
Outcome Accept(v1::Enrollment& enrollment, const std::string& id, Time now);
// Refusal: kNoOffer.
Outcome Decline(v1::Enrollment& enrollment, const std::string& id, Time now);
// The timer: every offer that has run out lapses. Never refused.
Outcome Lapse(v1::Enrollment& enrollment, Time now);
// A member who is in or waits leaves by themself. Refusal: kNotIn.
Outcome Leave(v1::Enrollment& enrollment, const std::string& id, Time now);
// Lets a member go who is in, waits or is asked. Refusal: kNotIn.
Outcome Release(v1::Enrollment& enrollment, const std::string& id, Time now);
// Changes the limits. Those who wait keep their places, even beyond waitlist_max. Refusals:
// kClosed, kLimits.
Outcome SetLimits(v1::Enrollment& enrollment, const v1::Limits& limits, Time now);
// Takes nobody any more, and lets those go who wait or are asked. Refusal: kClosed.
Outcome Close(v1::Enrollment& enrollment, Time now);

bool IsValid(const v1::Limits& limits);
// Whether somebody may join at all.
bool IsOpen(const v1::Enrollment& enrollment, Time now);
Seats SeatsOf(const v1::Enrollment& enrollment);
// UNSPECIFIED where they are no member.
Place PlaceOf(const v1::Enrollment& enrollment, std::string_view id);
// When the first offer runs out.
std::optional<Time> NextExpiry(const v1::Enrollment& enrollment);

}  // namespace baodao::enrollment
