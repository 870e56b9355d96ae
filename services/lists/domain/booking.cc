#include "services/lists/domain/booking.h"

#include <algorithm>

#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::lists {
namespace {

Time StartOf(const v1::BookingRecord& record) { return ToTime(record.booking().window().start()); }
Time EndOf(const v1::BookingRecord& record) { return ToTime(record.booking().window().end()); }

absl::Status TooLate(Time until) { return Refuse(Reason::TOO_LATE, {{"until", ToRfc3339(until)}}); }
absl::Status TooEarly(Time from) { return Refuse(Reason::TOO_EARLY, {{"from", ToRfc3339(from)}}); }

}  // namespace

bool IsOpen(v1::BookingState state) {
  return state != v1::BOOKING_STATE_UNSPECIFIED && !kBookingMachine.IsFinal(state);
}

Time ClosesAt(const v1::Resource& resource, const Slot& slot) {
  return slot.start - std::chrono::minutes(resource.booking().notice_minutes());
}

absl::StatusOr<Slot> CheckBookable(const v1::Resource& resource, Time start, Time now) {
  if (resource.state() != v1::RESOURCE_STATE_LISTED) {
    return WrongState(record::StateName(resource.state()));
  }
  if (!resource.has_booking()) return Refuse(Reason::NOT_BOOKABLE);
  const std::optional<Slot> slot = SlotAt(HoursOf(resource), start);
  if (!slot) return Refuse(Reason::NO_SUCH_SLOT);
  const Time closes = ClosesAt(resource, *slot);
  if (now >= closes) return TooLate(closes);
  const Time opens = start - std::chrono::days(resource.booking().days_ahead());
  if (now < opens) return TooEarly(opens);
  return *slot;
}

BookingEvent EntryOf(const v1::Resource& resource) {
  return resource.booking().auto_confirm() ? BookingEvent::kTake : BookingEvent::kAsk;
}

v1::BookingRecord NewBooking(const v1::BookResourceRequest& request, const v1::Resource& resource,
                             const v1::SlotRecord& slot, const std::string& person_id, Time now) {
  v1::BookingRecord record;
  v1::Booking& booking = *record.mutable_booking();
  booking.set_resource_id(resource.resource_id());
  booking.set_title(resource.title());
  booking.set_area_code(resource.area_code());
  booking.set_owner_id(resource.owner_id());
  booking.set_person_id(person_id);
  *booking.mutable_window() = slot.window();
  booking.set_note(request.note());
  *booking.mutable_cancel_until() = slot.enrollment().close_time();
  *booking.mutable_create_time() = ToTimestamp(now);
  return record;
}

absl::Status Move(v1::BookingRecord* record, BookingEvent event, Time now) {
  v1::Booking* const booking = record->mutable_booking();
  RETURN_IF_ERROR(kBookingMachine.Move(booking, event));
  *booking->mutable_update_time() = ToTimestamp(now);
  record->clear_remind_time();
  const Time remind = StartOf(*record) - kRemindedBefore;
  if (booking->state() == v1::BOOKING_STATE_CONFIRMED && now < remind) {
    *record->mutable_remind_time() = ToTimestamp(remind);
  }
  return absl::OkStatus();
}

absl::Status Answer(v1::BookingRecord* record, const v1::AnswerBookingRequest& request, Time now) {
  const bool confirms = request.verdict() == v1::BOOKING_VERDICT_CONFIRM;
  if (!confirms && request.comment().empty()) {
    return RefuseField("comment", ViolationKind::REQUIRED);
  }
  RETURN_IF_ERROR(Move(record, confirms ? BookingEvent::kConfirm : BookingEvent::kReject, now));
  record->mutable_booking()->set_comment(request.comment());
  return absl::OkStatus();
}

absl::Status Cancel(v1::BookingRecord* record, bool by_person, const std::string& reason,
                    Time now) {
  if (!by_person && reason.empty()) return RefuseField("reason", ViolationKind::REQUIRED);
  RETURN_IF_ERROR(Move(record, BookingEvent::kCancel, now));
  const Time until = by_person ? ToTime(record->booking().cancel_until()) : EndOf(*record);
  if (now >= until) return TooLate(until);
  record->mutable_booking()->set_comment(reason);
  return absl::OkStatus();
}

absl::Status Miss(v1::BookingRecord* record, Time now) {
  RETURN_IF_ERROR(Move(record, BookingEvent::kMiss, now));
  return now < StartOf(*record) ? TooEarly(StartOf(*record)) : absl::OkStatus();
}

std::optional<Time> DeadlineOf(const v1::BookingRecord& record) {
  const v1::Booking& booking = record.booking();
  const Time closes = ToTime(booking.cancel_until());
  switch (booking.state()) {
    case v1::BOOKING_STATE_PENDING:
      return std::min(closes, ToTime(booking.update_time()) + kAnsweredWithin);
    case v1::BOOKING_STATE_WAITLISTED:
      return closes;
    case v1::BOOKING_STATE_CONFIRMED:
      if (record.has_remind_time()) return ToTime(record.remind_time());
      return EndOf(record) + kMarkedWithin;
    default:
      return std::nullopt;
  }
}

absl::Status PassTime(v1::BookingRecord* record, Time now) {
  if (record->has_remind_time()) {
    record->clear_remind_time();
    return absl::OkStatus();
  }
  const bool has_place = record->booking().state() == v1::BOOKING_STATE_CONFIRMED;
  return Move(record, has_place ? BookingEvent::kAttend : BookingEvent::kLapse, now);
}

absl::Status CountIn(v1::OpenBookings* open, const std::string& booking_id,
                     const std::string& slot_id) {
  for (const auto& one : open->open()) {
    if (one.slot_id() == slot_id) {
      return Refuse(Reason::ALREADY_BOOKED, {{"booking", one.booking_id()}});
    }
  }
  if (open->open_size() >= kMaxOpenBookings) {
    return Refuse(Reason::TOO_MANY_BOOKINGS, {{"max", std::to_string(kMaxOpenBookings)}});
  }
  auto& one = *open->add_open();
  one.set_booking_id(booking_id);
  one.set_slot_id(slot_id);
  return absl::OkStatus();
}

void CountOut(v1::OpenBookings* open, const std::string& booking_id) {
  auto& all = *open->mutable_open();
  const auto is_it = [&](const v1::OpenBookings::Open& one) {
    return one.booking_id() == booking_id;
  };
  all.erase(std::remove_if(all.begin(), all.end(), is_it), all.end());
}

}  // namespace baodao::lists
