// Bookings of resources.
#include <array>

#include "baodao/lists/v1/booking.pb.h"
#include "services/inbox/domain/rules.h"

namespace baodao::inbox {
namespace {

using enum lists::v1::BookingState;
using enum How;
using enum Party;

constexpr std::string_view kHadNoPlace = "it had no place";
constexpr std::string_view kOwnersWord = "they, or a coordinator for them, did it";
constexpr std::string_view kAsExpected = "it was as agreed";

constexpr Rule kBookingRules[] = {
    {kAny, BOOKING_STATE_PENDING, kPlain, kPerson, "", "they booked it"},
    {BOOKING_STATE_WAITLISTED, BOOKING_STATE_PENDING, kPlain, kPerson, "booking_promoted"},
    {kAny, BOOKING_STATE_PENDING, kPlain, kOwner, "booking_requested"},
    {kAny, BOOKING_STATE_CONFIRMED, kPlain, kPerson, "booking_confirmed"},
    {kAny, BOOKING_STATE_CONFIRMED, kPlain, kOwner, "booking_made"},
    {BOOKING_STATE_PENDING, BOOKING_STATE_CONFIRMED, kPlain, kOwner, "", kOwnersWord},
    // The slot starts soon.
    {BOOKING_STATE_CONFIRMED, BOOKING_STATE_CONFIRMED, kPlain, kPerson, "booking_reminder"},
    {BOOKING_STATE_CONFIRMED, BOOKING_STATE_CONFIRMED, kPlain, kOwner, "", kAsExpected},
    {kAny, BOOKING_STATE_WAITLISTED, kPlain, kPerson, "", "they booked it"},
    {kAny, BOOKING_STATE_WAITLISTED, kPlain, kOwner, "", kHadNoPlace},
    {kAny, BOOKING_STATE_REJECTED, kPlain, kPerson, "booking_rejected"},
    {kAny, BOOKING_STATE_REJECTED, kPlain, kOwner, "", kOwnersWord},
    {kAny, BOOKING_STATE_CANCELLED, kPlain, kPerson, "booking_cancelled"},
    {kAny, BOOKING_STATE_CANCELLED, kPlain, kOwner, "booking_gone"},
    {BOOKING_STATE_WAITLISTED, BOOKING_STATE_CANCELLED, kPlain, kOwner, "", kHadNoPlace},
    {kAny, BOOKING_STATE_CANCELLED, kByTime, kOwner, "", "it went with the resource"},
    {kAny, BOOKING_STATE_LAPSED, kPlain, kPerson, "booking_lapsed"},
    {kAny, BOOKING_STATE_LAPSED, kPlain, kOwner, "booking_gone"},
    {BOOKING_STATE_WAITLISTED, BOOKING_STATE_LAPSED, kPlain, kOwner, "", kHadNoPlace},
    {kAny, BOOKING_STATE_ATTENDED, kPlain, kPerson, "", kAsExpected},
    {kAny, BOOKING_STATE_ATTENDED, kPlain, kOwner, "", kAsExpected},
    {kAny, BOOKING_STATE_NO_SHOW, kPlain, kPerson, "booking_missed"},
    {kAny, BOOKING_STATE_NO_SHOW, kPlain, kOwner, "", kOwnersWord},
};
constexpr std::array kBookingParties = {kPerson, kOwner};

}  // namespace

const RuleBook& BookingRules() {
  static constexpr RuleBook kBook{kBookingRules, kBookingParties};
  return kBook;
}

}  // namespace baodao::inbox
