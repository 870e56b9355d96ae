#include "common/enrollment/seats.h"

namespace baodao::enrollment {
namespace {

void Count(const Place& place, int by, Seats& seats) {
  if (place.standing == v1::STANDING_IN) seats.taken += by;
  if (place.standing == v1::STANDING_IN && place.leaving) seats.leaving += by;
  if (place.standing == v1::STANDING_OFFERED && place.holds_seat) seats.held += by;
  if (place.standing == v1::STANDING_WAITING) seats.waiting += by;
}

}  // namespace

void Recount(const Place& before, const Place& after, Seats& seats) {
  Count(before, -1, seats);
  Count(after, +1, seats);
}

Outlook OutlookFor(const Seats& seats, const Place& mine, const Ask& ask) {
  const bool offered = mine.standing == v1::STANDING_OFFERED;
  const int free = seats.Free() + (offered && (mine.holds_seat || mine.replaces) ? 1 : 0);
  if (free > (offered || ask.goes_first ? 0 : seats.waiting)) return Outlook::kTakes;
  if (!ask.may_wait || seats.waitlist_max == 0) return Outlook::kFull;
  return seats.waiting < seats.waitlist_max ? Outlook::kWaits : Outlook::kWaitlistFull;
}

std::optional<Refusal> CheckAccept(const Place& mine, Time now) {
  if (mine.standing == v1::STANDING_IN) return Refusal::kAlreadyIn;
  if (mine.standing != v1::STANDING_OFFERED) return Refusal::kNoOffer;
  if (HasLapsed(mine, now)) return Refusal::kOfferLapsed;
  return std::nullopt;
}

Turn NextTurn(const Seats& seats, Fitness fitness) {
  if (seats.IsFull()) return Turn::kNone;
  switch (fitness) {
    case Fitness::kFits:
      return Turn::kOffer;
    case Fitness::kUnfit:
      return Turn::kRelease;
    case Fitness::kUnclear:
      break;
  }
  return Turn::kPass;
}

}  // namespace baodao::enrollment
