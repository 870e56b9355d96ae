#include "services/inbox/domain/collector.h"

namespace baodao::inbox {

void TellOfBooking(const events::v1::BookingChanged& changed, Collector* tell) {
  const lists::v1::Booking& booking = changed.booking();
  const Time start = ToTime(booking.window().start());
  const bool reminds = booking.state() == changed.before();
  // Late, it would mislead.
  if (reminds && tell->time() >= start) return;
  const Collector::Params params = {{"resource", booking.title()},
                                    {"area", booking.area_code()},
                                    {"start", std::to_string(start.time_since_epoch().count())},
                                    {"comment", booking.comment()}};
  const bool withdrawn =
      booking.state() == lists::v1::BOOKING_STATE_CANCELLED && !tell->SomebodyDid();
  const How way = withdrawn ? How::kByTime : How::kPlain;
  tell->About(booking.booking_id(), params);
  tell->Tell(BookingRules(), changed.before(), booking.state(), way, Party::kPerson,
             booking.person_id());
  if (changed.by_owner()) return;
  // One person's doings with a resource, again and again, are one thing to its owner.
  tell->About(booking.booking_id(), params, booking.resource_id() + ":" + booking.person_id());
  tell->Tell(BookingRules(), changed.before(), booking.state(), way, Party::kOwner,
             booking.owner_id());
}

}  // namespace baodao::inbox
