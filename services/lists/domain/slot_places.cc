#include "services/lists/domain/slot_places.h"

#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "common/enrollment/roster.h"
#include "common/ids/ids.h"
#include "common/status/status.h"
#include "services/lists/domain/booking.h"

namespace baodao::lists {

std::string SlotIdOf(const std::string& resource_id, Time start) {
  return ids::At(resource_id, "slt", start);
}

v1::SlotRecord NewSlot(const v1::Resource& resource, const Slot& slot) {
  v1::SlotRecord made;
  made.set_slot_id(SlotIdOf(resource.resource_id(), slot.start));
  made.set_resource_id(resource.resource_id());
  *made.mutable_window()->mutable_start() = ToTimestamp(slot.start);
  *made.mutable_window()->mutable_end() = ToTimestamp(slot.end);
  enrollment::v1::Enrollment& places = *made.mutable_enrollment();
  places.mutable_limits()->set_capacity(resource.capacity());
  places.mutable_limits()->set_waitlist_max(resource.booking().waitlist_max());
  *places.mutable_close_time() = ToTimestamp(ClosesAt(resource, slot));
  return made;
}

bool HasBookings(const v1::SlotRecord& slot) { return slot.enrollment().members_size() > 0; }

bool BlocksRoom(const v1::SlotRecord& slot, const Slot& other) {
  const Time start = ToTime(slot.window().start()), end = ToTime(slot.window().end());
  const bool same = start == other.start && end == other.end;
  return !same && HasBookings(slot) && start < other.end && other.start < end;
}

absl::Status CheckTakesBookings(const v1::SlotRecord& slot, Time now) {
  const Time closes = ToTime(slot.enrollment().close_time());
  if (now < closes) return absl::OkStatus();
  return Refuse(Reason::TOO_LATE, {{"until", ToRfc3339(closes)}});
}

absl::StatusOr<bool> TakePlace(v1::SlotRecord* slot, const std::string& booking_id, Time now) {
  enrollment::v1::Enrollment* const places = slot->mutable_enrollment();
  const enrollment::Outcome outcome = enrollment::Join(*places, booking_id, now);
  if (outcome.refusal == enrollment::Refusal::kClosed) return Refuse(Reason::NO_SUCH_SLOT);
  if (outcome.refusal) return Refuse(Reason::SLOT_FULL);
  return enrollment::PlaceOf(*places, booking_id).standing == enrollment::v1::STANDING_IN;
}

std::vector<std::string> GiveUpPlace(v1::SlotRecord* slot, const std::string& booking_id,
                                     bool withdrawn, Time now) {
  enrollment::v1::Enrollment* const places = slot->mutable_enrollment();
  if (withdrawn) places->set_closed(true);
  std::vector<std::string> promoted;
  for (const enrollment::Moved& moved : enrollment::Release(*places, booking_id, now).moved) {
    if (moved.event != enrollment::Event::kPromote) continue;
    // A person who waits wants the place and may give it back: nobody has to accept it first.
    enrollment::Accept(*places, moved.id, now);
    promoted.push_back(moved.id);
  }
  return promoted;
}

std::optional<Time> DeadlineOf(const v1::SlotRecord& slot) {
  return ToTime(slot.window().end()) + kMarkedWithin;
}

}  // namespace baodao::lists
