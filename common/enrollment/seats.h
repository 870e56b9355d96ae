// The rules of a limited number of seats, on plain numbers: who gets one, who waits, whose turn it
// is, how long an offer lasts. A record whose people have records of their own (a task) asks here;
// one that keeps them in one small message uses roster.h, which asks here, too.
#pragma once

#include <algorithm>
#include <optional>

#include "baodao/enrollment/v1/enrollment.pb.h"
#include "common/clock/clock.h"

namespace baodao::enrollment {

struct Seats {
  int capacity = 0;
  int minimum = 0;
  int waitlist_max = 0;
  int taken = 0;
  int held = 0;  // kept for people from the waitlist who were asked
  int waiting = 0;
  int leaving = 0;  // taken by people who have asked to be let go

  // Neither taken nor held; whoever takes one of somebody who is leaving lets them go.
  int Free() const { return capacity - taken - held + leaving; }
  bool IsFull() const { return Free() <= 0; }
  // Nobody is still to answer for the last one.
  bool IsTaken() const { return taken - leaving >= capacity; }
  bool HasMinimum() const { return taken - leaving >= minimum; }
  // A seat that came free while others wait is theirs.
  int FreeForNewcomers() const { return std::max(0, Free() - waiting); }
  bool AwaitsPromotion() const { return Free() > 0 && waiting > 0; }

  bool operator==(const Seats&) const = default;
};

// One person's part in it.
struct Place {
  v1::Standing standing = v1::STANDING_UNSPECIFIED;
  // Whether a seat is kept free for it, an offer.
  bool holds_seat = false;
  Time offer_expires;
  // An offer of the seat of somebody who leaves when it is accepted.
  bool replaces = false;
  // In, and has asked to be let go.
  bool leaving = false;
};

// Counts somebody who moves from `before` to `after`.
void Recount(const Place& before, const Place& after, Seats& seats);

// How somebody wants a seat.
struct Ask {
  bool goes_first = false;  // before those who wait
  bool may_wait = false;
};
enum class Outlook {
  kTakes,
  kWaits,
  kFull,          // and may not wait, or nobody may
  kWaitlistFull,  // both are
};
// The outcome for somebody who is not in yet. One who was asked goes before those who wait, and has
// the seat held for them.
Outlook OutlookFor(const Seats& seats, const Place& mine, const Ask& ask);

enum class Refusal {
  kClosed,
  kAlreadyIn,  // or waits, or is asked
  kFull,
  kWaitlistFull,
  kNoOffer,
  kOfferLapsed,
  kNotIn,   // and does not wait either
  kLimits,  // not valid, or fewer seats than are taken and held
};

// Nothing, kAlreadyIn, kNoOffer or kOfferLapsed: whether there is an offer to accept. A timer that
// is late does not make it longer.
std::optional<Refusal> CheckAccept(const Place& mine, Time now);

// How long a seat is held for somebody from the waitlist where nothing else is said.
inline constexpr Millis kDefaultHold = std::chrono::minutes(30);

// Until when an offer made now may be accepted: for `ttl`, but not beyond `end`.
inline Time OfferUntil(Time now, Millis ttl, Time end) { return std::min(now + ttl, end); }
inline bool HasLapsed(const Place& offered, Time now) { return offered.offer_expires <= now; }

enum class Fitness {
  kFits,
  kUnfit,    // may no longer take part, or has no time
  kUnclear,  // not known yet
};
enum class Turn {
  kOffer,
  kRelease,
  kPass,  // keeps their place, and is looked at again later
  kNone,  // no seat is free: nobody's turn
};
// The outcome for the next of the waitlist. Call it for one after the other, first come first
// served.
Turn NextTurn(const Seats& seats, Fitness fitness);

}  // namespace baodao::enrollment
