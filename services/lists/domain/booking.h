// 预约: the states of a booking, and what may be done with it.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <optional>
#include <string>

#include "baodao/lists/v1/booking.pb.h"
#include "baodao/lists/v1/records.pb.h"
#include "baodao/lists/v1/resource.pb.h"
#include "common/clock/clock.h"
#include "common/record/machine.h"
#include "services/lists/domain/slots.h"

namespace baodao::lists {

enum class BookingEvent {
  kAsk,   // gets a place, which the owner has to confirm
  kTake,  // gets a place that needs no confirmation
  kWait,
  kConfirm,
  kReject,
  kCancel,
  kLapse,
  kAttend,
  kMiss,
};

inline constexpr record::Machine<v1::BookingState, BookingEvent> kBookingMachine = [] {
  using enum BookingEvent;
  return record::Machine<v1::BookingState, BookingEvent>(
      v1::BOOKING_STATE_UNSPECIFIED,
      {
          {v1::BOOKING_STATE_UNSPECIFIED, kAsk, v1::BOOKING_STATE_PENDING},
          {v1::BOOKING_STATE_UNSPECIFIED, kTake, v1::BOOKING_STATE_CONFIRMED},
          {v1::BOOKING_STATE_UNSPECIFIED, kWait, v1::BOOKING_STATE_WAITLISTED},
          {v1::BOOKING_STATE_WAITLISTED, kAsk, v1::BOOKING_STATE_PENDING},
          {v1::BOOKING_STATE_WAITLISTED, kTake, v1::BOOKING_STATE_CONFIRMED},
          {v1::BOOKING_STATE_WAITLISTED, kCancel, v1::BOOKING_STATE_CANCELLED},
          {v1::BOOKING_STATE_WAITLISTED, kLapse, v1::BOOKING_STATE_LAPSED},
          {v1::BOOKING_STATE_PENDING, kConfirm, v1::BOOKING_STATE_CONFIRMED},
          {v1::BOOKING_STATE_PENDING, kReject, v1::BOOKING_STATE_REJECTED},
          {v1::BOOKING_STATE_PENDING, kCancel, v1::BOOKING_STATE_CANCELLED},
          {v1::BOOKING_STATE_PENDING, kLapse, v1::BOOKING_STATE_LAPSED},
          {v1::BOOKING_STATE_CONFIRMED, kCancel, v1::BOOKING_STATE_CANCELLED},
          {v1::BOOKING_STATE_CONFIRMED, kAttend, v1::BOOKING_STATE_ATTENDED},
          {v1::BOOKING_STATE_CONFIRMED, kMiss, v1::BOOKING_STATE_NO_SHOW},
      });
}();

// A place that the owner has not confirmed for so long is given to the next.
inline constexpr Millis kAnsweredWithin = std::chrono::hours(48);
// People are reminded so long before a slot, where they had their place before that.
inline constexpr Millis kRemindedBefore = std::chrono::hours(24);
// After the end of a slot the owner has so long to say who did not come.
inline constexpr Millis kMarkedWithin = std::chrono::hours(24);
// The most bookings that a person can have at once with the resources of a subdistrict.
inline constexpr int kMaxOpenBookings = 10;

// PENDING, CONFIRMED or WAITLISTED.
bool IsOpen(v1::BookingState state);

// Until when bookings of a slot are made and given back.
Time ClosesAt(const v1::Resource& resource, const Slot& slot);
// The slot that starts then, which can be booked now. WRONG_STATE, NOT_BOOKABLE, NO_SUCH_SLOT,
// TOO_EARLY, TOO_LATE.
absl::StatusOr<Slot> CheckBookable(const v1::Resource& resource, Time start, Time now);
// How a booking of the resource comes to a place: kAsk or kTake.
BookingEvent EntryOf(const v1::Resource& resource);
// The booking asked for, without id and state.
v1::BookingRecord NewBooking(const v1::BookResourceRequest& request, const v1::Resource& resource,
                             const v1::SlotRecord& slot, const std::string& person_id, Time now);

// Moves it, or answers WRONG_STATE and leaves it alone.
absl::Status Move(v1::BookingRecord* record, BookingEvent event, Time now);
// The owner's word. WRONG_STATE; the missing comment by field.
absl::Status Answer(v1::BookingRecord* record, const v1::AnswerBookingRequest& request, Time now);
// `by_person`: by whoever made it. WRONG_STATE, TOO_LATE; of others the missing reason by field.
absl::Status Cancel(v1::BookingRecord* record, bool by_person, const std::string& reason, Time now);
// The person did not come. WRONG_STATE, TOO_EARLY.
absl::Status Miss(v1::BookingRecord* record, Time now);

// When time moves it, and how: it reminds, or ends it.
std::optional<Time> DeadlineOf(const v1::BookingRecord& record);
absl::Status PassTime(v1::BookingRecord* record, Time now);

// Counts a booking among those of its person that are not over: ALREADY_BOOKED,
// TOO_MANY_BOOKINGS.
absl::Status CountIn(v1::OpenBookings* open, const std::string& booking_id,
                     const std::string& slot_id);
void CountOut(v1::OpenBookings* open, const std::string& booking_id);

}  // namespace baodao::lists
