// The places of one slot: who has one and who waits, by the rules of enrollment.
#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <vector>

#include "baodao/lists/v1/records.pb.h"
#include "common/clock/clock.h"
#include "services/lists/domain/slots.h"

namespace baodao::lists {

// Places that one slot can have.
inline constexpr int kMaxPlaces = 100;

// The id of the record of the resource's slot that starts then.
std::string SlotIdOf(const std::string& resource_id, Time start);
// Nobody is in yet. A slot keeps the capacity that its resource has now.
v1::SlotRecord NewSlot(const v1::Resource& resource, const Slot& slot);

bool HasBookings(const v1::SlotRecord& slot);
// Whether those who have booked it need the room while `other` lasts, and are not counted there.
bool BlocksRoom(const v1::SlotRecord& slot, const Slot& other);
// OK, or TOO_LATE: bookings are made and given back as long as was said when it was booked first.
absl::Status CheckTakesBookings(const v1::SlotRecord& slot, Time now);

// Whether the booking has a place now; false: it waits. SLOT_FULL.
absl::StatusOr<bool> TakePlace(v1::SlotRecord* slot, const std::string& booking_id, Time now);
// Takes the booking out. The bookings that get a place by that; none where it is too late, or where
// nobody gets one any more (`withdrawn`).
std::vector<std::string> GiveUpPlace(v1::SlotRecord* slot, const std::string& booking_id,
                                     bool withdrawn, Time now);

// When it is of no use any more: nobody makes or changes its bookings.
std::optional<Time> DeadlineOf(const v1::SlotRecord& slot);

}  // namespace baodao::lists
