// Who may see and change a booking.
#pragma once

#include <absl/status/statusor.h>

#include "common/rpc/context.h"
#include "services/lists/app/app.h"

namespace baodao::lists {

// Who may decide about a booking beside the person who made it. Services count as coordinators.
enum class Manager { kNone, kOwner, kCoordinator };
Task<absl::StatusOr<Manager>> ManagerOf(App& app, rpc::CallContext context, v1::Booking booking);
// For access rules: the person, and the owner of the resource or the liaison of the unit it belongs
// to.
Task<absl::StatusOr<rpc::Scope>> ScopeOfBooking(App& app, v1::BookingRecord record);

}  // namespace baodao::lists
