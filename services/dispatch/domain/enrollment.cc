#include "services/dispatch/domain/enrollment.h"

#include "common/clock/timestamp.h"
#include "services/dispatch/domain/states.h"

namespace baodao::dispatch {

void SetCounts(const enrollment::Seats& seats, v1::Task& task) {
  task.set_accepted_count(seats.taken);
  task.set_held_count(seats.held);
  task.set_waitlist_count(seats.waiting);
  task.set_leaving_count(seats.leaving);
}

enrollment::v1::Standing StandingOf(v1::AssignmentState state) {
  if (TakesSlot(state)) return enrollment::v1::STANDING_IN;
  if (state == v1::ASSIGNMENT_STATE_OFFERED) return enrollment::v1::STANDING_OFFERED;
  if (state == v1::ASSIGNMENT_STATE_WAITLISTED) return enrollment::v1::STANDING_WAITING;
  return enrollment::v1::STANDING_UNSPECIFIED;
}

enrollment::Place PlaceOf(const v1::Assignment& assignment) {
  enrollment::Place place;
  place.standing = StandingOf(assignment.state());
  place.leaving = assignment.has_withdrawal_request_time();
  if (place.standing != enrollment::v1::STANDING_OFFERED) return place;
  place.holds_seat = assignment.holds_slot();
  place.replaces = !assignment.replaces_id().empty();
  place.offer_expires = ToTime(assignment.offer_expire_time());
  return place;
}

}  // namespace baodao::dispatch
