// Bookings with the slot in which they take a place and the other bookings of their person. All of
// these lie in the shard of the resource, so that one commit changes them together: a slot is never
// overbooked, whoever books at the same moment.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>

#include "common/record/transaction.h"
#include "services/lists/app/app.h"
#include "services/lists/domain/booking.h"

namespace baodao::lists {

// Books for the person. Refusals: CheckBookable, TakePlace, CountIn.
Task<absl::StatusOr<v1::BookingRecord>> Book(App& app, record::Transaction& transaction,
                                             v1::BookResourceRequest request,
                                             std::string person_id);
// Writes what became of a booking. If it is over by that, its place goes to the next of the
// waitlist, unless the resource is withdrawn.
Task<absl::Status> PutBooking(App& app, record::Transaction& transaction,
                              record::Versioned<v1::BookingRecord> before, v1::BookingRecord after,
                              bool by_owner = false);
// Its deadline.
Task<absl::Status> LapseBooking(App& app, record::Transaction& transaction,
                                record::Versioned<v1::BookingRecord> before);

// The timer that a withdrawal sets, of a resource that takes bookings.
std::string EndBookingsTimerOf(const std::string& resource_id);
// Cancels the bookings to come of a withdrawn resource, one commit each, and clears the timer.
Task<absl::Status> EndBookings(App& app, std::string resource_id);

}  // namespace baodao::lists
