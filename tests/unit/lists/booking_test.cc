// Slots of resources, and the rules of their bookings.
#include "services/lists/domain/booking.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "common/ids/ids.h"
#include "common/testing/machine.h"
#include "common/testing/matchers.h"
#include "services/lists/domain/resource.h"
#include "services/lists/domain/slot_places.h"

namespace baodao::lists {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

Time At(const std::string& local) { return *FromLocalTime(local); }

const Time kSunday = At("2025-06-01 08:00");
const Time kWednesday = At("2025-06-04 09:00");

// Wednesdays from nine to eleven, in hours; two places, one may wait.
v1::CreateResourceRequest Room() {
  v1::CreateResourceRequest request;
  request.set_title("会议室");
  request.set_capacity(2);
  auto& open = *request.add_slots();
  open.set_weekday(3);
  open.set_start_minute(9 * 60);
  open.set_end_minute(11 * 60);
  request.mutable_booking()->set_slot_minutes(60);
  request.mutable_booking()->set_waitlist_max(1);
  request.mutable_booking()->set_notice_minutes(120);
  return request;
}

v1::Resource Made(const v1::CreateResourceRequest& request) {
  auto made = NewResource(request, "per_o", kSunday);
  if (!made.ok()) throw std::runtime_error(made.status().ToString());
  made->set_resource_id(ids::New("res", 3));
  return *made;
}

std::vector<std::string> Starts(const v1::Resource& resource, Time from, Time until,
                                size_t max = 100) {
  std::vector<std::string> starts;
  for (const Slot& slot : SlotsBetween(HoursOf(resource), from, until, max)) {
    starts.push_back(LocalTime(slot.start));
  }
  return starts;
}

v1::BookingRecord Booked(const v1::Resource& resource, BookingEvent by, Time now = kSunday) {
  v1::BookingRecord record = NewBooking(
      {}, resource, NewSlot(resource, *SlotAt(HoursOf(resource), kWednesday)), "per_p", now);
  EXPECT_THAT(Move(&record, by, now), testing::IsOk());
  return record;
}

TEST(BookingStates, EveryPair) {
  using enum v1::BookingState;
  using enum BookingEvent;
  const std::map<std::pair<v1::BookingState, BookingEvent>, v1::BookingState> expected = {
      {{BOOKING_STATE_UNSPECIFIED, kAsk}, BOOKING_STATE_PENDING},
      {{BOOKING_STATE_UNSPECIFIED, kTake}, BOOKING_STATE_CONFIRMED},
      {{BOOKING_STATE_UNSPECIFIED, kWait}, BOOKING_STATE_WAITLISTED},
      {{BOOKING_STATE_WAITLISTED, kAsk}, BOOKING_STATE_PENDING},
      {{BOOKING_STATE_WAITLISTED, kTake}, BOOKING_STATE_CONFIRMED},
      {{BOOKING_STATE_WAITLISTED, kCancel}, BOOKING_STATE_CANCELLED},
      {{BOOKING_STATE_WAITLISTED, kLapse}, BOOKING_STATE_LAPSED},
      {{BOOKING_STATE_PENDING, kConfirm}, BOOKING_STATE_CONFIRMED},
      {{BOOKING_STATE_PENDING, kReject}, BOOKING_STATE_REJECTED},
      {{BOOKING_STATE_PENDING, kCancel}, BOOKING_STATE_CANCELLED},
      {{BOOKING_STATE_PENDING, kLapse}, BOOKING_STATE_LAPSED},
      {{BOOKING_STATE_CONFIRMED, kCancel}, BOOKING_STATE_CANCELLED},
      {{BOOKING_STATE_CONFIRMED, kAttend}, BOOKING_STATE_ATTENDED},
      {{BOOKING_STATE_CONFIRMED, kMiss}, BOOKING_STATE_NO_SHOW},
  };
  testing::CheckEveryPair(kBookingMachine, expected, kMiss);
}

TEST(BookingStates, WhateverIsOpenHasADeadlineAndNothingElseHas) {
  const v1::Resource room = Made(Room());
  for (int state = 1; v1::BookingState_IsValid(state); ++state) {
    v1::BookingRecord record = Booked(room, BookingEvent::kTake);
    record.mutable_booking()->set_state(static_cast<v1::BookingState>(state));
    EXPECT_EQ(DeadlineOf(record).has_value(), IsOpen(record.booking().state())) << state;
  }
}

TEST(Slots, AreTheWeeklyHoursInPartsOnTheCalendarOfChina) {
  v1::CreateResourceRequest request = Room();
  EXPECT_EQ(Starts(Made(request), kSunday, kSunday + hours(24 * 10)),
            (std::vector<std::string>{"2025-06-04 09:00", "2025-06-04 10:00"}));
  EXPECT_EQ(Starts(Made(request), kWednesday, kWednesday, 1),
            std::vector<std::string>{"2025-06-04 09:00"})
      << "both ends are included";
  request.mutable_booking()->set_slot_minutes(0);
  EXPECT_EQ(Starts(Made(request), kSunday, kSunday + hours(24 * 14)),
            (std::vector<std::string>{"2025-06-04 09:00", "2025-06-11 09:00"}));
  // Time that does not fill a whole part, and midnight in China.
  request.mutable_booking()->set_slot_minutes(90);
  auto& night = *request.add_slots();
  night.set_weekday(7);
  night.set_end_minute(90);
  EXPECT_EQ(Starts(Made(request), kSunday, kSunday + hours(24 * 7)),
            (std::vector<std::string>{"2025-06-04 09:00", "2025-06-08 00:00"}));
}

TEST(Slots, NoneEndsAfterTheResourceIsGone) {
  v1::CreateResourceRequest request = Room();
  *request.mutable_expire_time() = ToTimestamp(kWednesday + minutes(90));
  const v1::Resource room = Made(request);
  EXPECT_TRUE(SlotAt(HoursOf(room), kWednesday));
  EXPECT_FALSE(SlotAt(HoursOf(room), kWednesday + hours(1)));
  EXPECT_FALSE(SlotAt(HoursOf(room), kWednesday + minutes(30))) << "in the middle";
  EXPECT_FALSE(SlotAt(HoursOf(room), kWednesday + Millis(1)));
}

TEST(BookingTerms, MustFitTheResource) {
  const auto fault = [](const std::function<void(v1::CreateResourceRequest&)>& spoil) {
    v1::CreateResourceRequest request = Room();
    spoil(request);
    const absl::Status status = NewResource(request, "per_o", kSunday).status();
    return ViolationsOf(status).size() == 1 ? ViolationsOf(status)[0].field : status.ToString();
  };
  EXPECT_EQ(fault([](auto&) {}), "OK");
  EXPECT_EQ(fault([](auto& r) { r.clear_slots(); }), "slots");
  EXPECT_EQ(fault([](auto& r) { r.set_capacity(kMaxPlaces + 1); }), "capacity");
  for (const int minutes : {9, 121}) {
    EXPECT_EQ(fault([&](auto& r) { r.mutable_booking()->set_slot_minutes(minutes); }),
              "booking.slot_minutes");
  }
  EXPECT_EQ(fault([](auto& r) {
              r.mutable_booking()->set_days_ahead(1);
              r.mutable_booking()->set_notice_minutes(24 * 60);
            }),
            "booking.notice_minutes");
  EXPECT_EQ(fault([](auto& r) {
              r.clear_booking();
              r.clear_slots();
              r.set_capacity(100'000);
            }),
            "OK")
      << "without bookings";
}

TEST(Booking, IsMadeBetweenDaysAheadAndNotice) {
  v1::Resource room = Made(Room());
  const auto at = [&](Time now, Time start = kWednesday) {
    return CheckBookable(room, start, now).status();
  };
  EXPECT_THAT(at(kSunday), testing::IsOk());
  EXPECT_THAT(at(kWednesday - hours(2) - Millis(1)), testing::IsOk());
  EXPECT_THAT(at(kWednesday - hours(2)), testing::IsRefusal(Reason::TOO_LATE));
  EXPECT_THAT(at(kWednesday - hours(24 * 14)), testing::IsOk());
  EXPECT_THAT(at(kWednesday - hours(24 * 14) - Millis(1)), testing::IsRefusal(Reason::TOO_EARLY));
  EXPECT_THAT(at(kSunday, kWednesday + minutes(1)), testing::IsRefusal(Reason::NO_SUCH_SLOT));
  room.clear_booking();
  EXPECT_THAT(at(kSunday), testing::IsRefusal(Reason::NOT_BOOKABLE));
  room.set_state(v1::RESOURCE_STATE_WITHDRAWN);
  EXPECT_THAT(at(kSunday), testing::IsRefusal(Reason::WRONG_STATE));
}

TEST(Booking, TimeRemindsThenEndsIt) {
  v1::BookingRecord record = Booked(Made(Room()), BookingEvent::kTake);
  EXPECT_EQ(DeadlineOf(record), kWednesday - kRemindedBefore);
  ASSERT_THAT(PassTime(&record, kWednesday - kRemindedBefore), testing::IsOk());
  EXPECT_EQ(record.booking().state(), v1::BOOKING_STATE_CONFIRMED);
  EXPECT_EQ(DeadlineOf(record), kWednesday + hours(1) + kMarkedWithin);
  ASSERT_THAT(PassTime(&record, kWednesday + hours(25)), testing::IsOk());
  EXPECT_EQ(record.booking().state(), v1::BOOKING_STATE_ATTENDED);

  const Time late = kWednesday - kRemindedBefore;
  EXPECT_EQ(DeadlineOf(Booked(Made(Room()), BookingEvent::kTake, late)),
            kWednesday + hours(1) + kMarkedWithin)
      << "told when it was booked";
}

TEST(Booking, LapsesWithoutAnAnswerOrAPlace) {
  const v1::Resource room = Made(Room());
  v1::BookingRecord asked = Booked(room, BookingEvent::kAsk);
  EXPECT_EQ(DeadlineOf(asked), kSunday + kAnsweredWithin);
  EXPECT_EQ(DeadlineOf(Booked(room, BookingEvent::kAsk, kWednesday - hours(9))),
            kWednesday - hours(2));
  EXPECT_EQ(DeadlineOf(Booked(room, BookingEvent::kWait)), kWednesday - hours(2));
  ASSERT_THAT(PassTime(&asked, kSunday + kAnsweredWithin), testing::IsOk());
  EXPECT_EQ(asked.booking().state(), v1::BOOKING_STATE_LAPSED);
}

TEST(Booking, IsCancelledByThePersonInTimeAndByOthersWithAReason) {
  const v1::BookingRecord booked = Booked(Made(Room()), BookingEvent::kTake);
  const auto cancel = [&](bool by_person, const std::string& reason, Time now) {
    v1::BookingRecord record = booked;
    return Cancel(&record, by_person, reason, now);
  };
  EXPECT_THAT(cancel(true, "", kWednesday - hours(3)), testing::IsOk());
  EXPECT_THAT(cancel(true, "", kWednesday - hours(2)), testing::IsRefusal(Reason::TOO_LATE));
  EXPECT_THAT(cancel(false, "停电", kWednesday + minutes(59)), testing::IsOk());
  EXPECT_THAT(cancel(false, "停电", kWednesday + hours(1)), testing::IsRefusal(Reason::TOO_LATE));
  const absl::Status silent = cancel(false, "", kSunday);
  ASSERT_EQ(ViolationsOf(silent).size(), 1u);
  EXPECT_EQ(ViolationsOf(silent)[0].field, "reason");
}

TEST(SlotPlaces, AreGivenOnceThenThereIsAWaitlistThenNone) {
  const v1::Resource room = Made(Room());
  v1::SlotRecord slot = NewSlot(room, *SlotAt(HoursOf(room), kWednesday));
  EXPECT_EQ(slot.slot_id(), SlotIdOf(room.resource_id(), kWednesday));
  EXPECT_EQ(*TakePlace(&slot, "bkg_1", kSunday), true);
  EXPECT_EQ(*TakePlace(&slot, "bkg_2", kSunday), true);
  EXPECT_EQ(*TakePlace(&slot, "bkg_3", kSunday), false);
  EXPECT_THAT(TakePlace(&slot, "bkg_4", kSunday), testing::IsRefusal(Reason::SLOT_FULL));
  EXPECT_EQ(GiveUpPlace(&slot, "bkg_1", false, kSunday), std::vector<std::string>{"bkg_3"});
  EXPECT_EQ(*TakePlace(&slot, "bkg_4", kSunday), false) << "the place is taken";
  EXPECT_EQ(GiveUpPlace(&slot, "bkg_2", true, kSunday), std::vector<std::string>{})
      << "the resource is withdrawn";
}

TEST(SlotPlaces, NobodyMovesUpOnceItIsTooLate) {
  const v1::Resource room = Made(Room());
  v1::SlotRecord slot = NewSlot(room, *SlotAt(HoursOf(room), kWednesday));
  for (const char* id : {"bkg_1", "bkg_2", "bkg_3"}) {
    ASSERT_THAT(TakePlace(&slot, id, kSunday), testing::IsOk());
  }
  EXPECT_EQ(GiveUpPlace(&slot, "bkg_1", false, kWednesday - hours(2)), std::vector<std::string>{});
  EXPECT_EQ(DeadlineOf(slot), kWednesday + hours(25));
}

TEST(OpenBookings, AreSoManyAtMostAndOneOfASlot) {
  v1::OpenBookings open;
  for (int i = 0; i < kMaxOpenBookings; ++i) {
    const std::string n = std::to_string(i);
    ASSERT_THAT(CountIn(&open, "bkg_" + n, "slt_" + n), testing::IsOk());
  }
  EXPECT_THAT(CountIn(&open, "bkg_x", "slt_3"), testing::IsRefusal(Reason::ALREADY_BOOKED));
  EXPECT_THAT(CountIn(&open, "bkg_x", "slt_x"), testing::IsRefusal(Reason::TOO_MANY_BOOKINGS));
  CountOut(&open, "bkg_3");
  EXPECT_THAT(CountIn(&open, "bkg_x", "slt_3"), testing::IsOk());
}

}  // namespace
}  // namespace baodao::lists
