// Resources that take bookings, and people who book them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/clock/time_text.h"
#include "common/status/status.h"
#include "common/testing/matchers.h"
#include "services/lists/app/bookings.h"
#include "services/lists/store/keys.h"
#include "tests/integration/lists/world.h"

namespace baodao::lists {

using Bookings = rpc::AsyncOf<v1::BookingService>;

class BookingsTest : public ListsTest {
 protected:
  static Time At(const std::string& local) { return *FromLocalTime(local); }

  // Open on Wednesdays from nine to eleven, in hours; given back two hours before at the latest.
  // Tests begin on a Sunday at eight.
  v1::CreateResourceRequest RoomOf(int capacity, int waitlist_max, bool auto_confirm = true) {
    v1::CreateResourceRequest request = RoomIn(kCommunity);
    request.set_capacity(capacity);
    auto& open = *request.add_slots();
    open.set_weekday(3);
    open.set_start_minute(9 * 60);
    open.set_end_minute(11 * 60);
    v1::BookingTerms& terms = *request.mutable_booking();
    terms.set_slot_minutes(60);
    terms.set_auto_confirm(auto_confirm);
    terms.set_waitlist_max(waitlist_max);
    terms.set_notice_minutes(120);
    return request;
  }
  std::string List(const v1::CreateResourceRequest& request) {
    return Ok(Call<v1::ResourceService>(&rpc::AsyncOf<v1::ResourceService>::CreateResource, owner(),
                                        request))
        .resource_id();
  }

  // Tokens of now.
  std::string By(const std::string& person) { return tokens_.Person(person); }
  std::string owner() { return By(owner_id_); }
  std::string coordinator() { return tokens_.Coordinator(coordinator_id_, kSubdistrict); }

  v1::BookResourceRequest Wish(const std::string& resource, Time start = kWednesday) {
    v1::BookResourceRequest request;
    request.set_request_id(NextRequest());
    request.set_resource_id(resource);
    *request.mutable_start_time() = ToTimestamp(start);
    return request;
  }
  absl::StatusOr<v1::Booking> Book(const std::string& person, const std::string& resource,
                                   Time start = kWednesday) {
    return Call<v1::BookingService>(&Bookings::BookResource, By(person), Wish(resource, start));
  }
  absl::StatusOr<v1::Booking> Cancel(const std::string& token, const std::string& id,
                                     const std::string& reason = "") {
    v1::CancelBookingRequest request;
    request.set_request_id(NextRequest());
    request.set_booking_id(id);
    request.set_reason(reason);
    return Call<v1::BookingService>(&Bookings::CancelBooking, token, request);
  }
  absl::StatusOr<v1::Booking> Answer(const std::string& token, const std::string& id,
                                     v1::BookingVerdict verdict, const std::string& comment = "") {
    v1::AnswerBookingRequest request;
    request.set_request_id(NextRequest());
    request.set_booking_id(id);
    request.set_verdict(verdict);
    request.set_comment(comment);
    return Call<v1::BookingService>(&Bookings::AnswerBooking, token, request);
  }
  absl::StatusOr<v1::Booking> Miss(const std::string& token, const std::string& id) {
    v1::MarkNoShowRequest request;
    request.set_request_id(NextRequest());
    request.set_booking_id(id);
    return Call<v1::BookingService>(&Bookings::MarkNoShow, token, request);
  }
  absl::StatusOr<v1::Booking> Get(const std::string& token, const std::string& id) {
    v1::GetBookingRequest request;
    request.set_booking_id(id);
    return Call<v1::BookingService>(&Bookings::GetBooking, token, request);
  }
  absl::Status Withdraw(const std::string& resource, const std::string& reason = "停电") {
    v1::WithdrawResourceRequest request;
    request.set_request_id(NextRequest());
    request.set_resource_id(resource);
    request.set_reason(reason);
    return Call<v1::ResourceService>(&rpc::AsyncOf<v1::ResourceService>::WithdrawResource, owner(),
                                     request)
        .status();
  }

  v1::BookingState StateOf(const std::string& id) {
    return Ok(replicas_[0]->records.Load(kBooking, id)).record.booking().state();
  }
  std::vector<v1::BookingState> StatesOf(const std::vector<v1::Booking>& bookings) {
    std::vector<v1::BookingState> states;
    for (const v1::Booking& booking : bookings) states.push_back(StateOf(booking.booking_id()));
    return states;
  }

  // Lets replica 1 do what is due at `time`, until nothing is any more.
  void PassTo(Time time) {
    if (time > clock_.Now()) clock_.AdvanceTo(time);
    for (int round = 0; round < 3; ++round) {
      for (const timers::Timer& timer : TakeDue(clock_.Now())) {
        EXPECT_THAT(Run(OnTimer(timer)), testing::IsOk()) << timer.member;
      }
    }
  }

  static inline const Time kWednesday = At("2025-06-04 09:00");
  const std::string owner_id_ = NewPerson();

 private:
  Task<absl::Status> OnTimer(timers::Timer timer) {
    if (timer.kind == kEndBookingsTimer)
      co_return co_await EndBookings(replicas_[1]->app, timer.id);
    co_return co_await replicas_[1]->records.OnDeadline(timer);
  }
};

}  // namespace baodao::lists
