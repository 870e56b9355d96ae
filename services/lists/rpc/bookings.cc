// BookingService, but for the slots (slots.cc).
#include "services/lists/app/bookings.h"

#include <functional>
#include <set>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/lists/app/booking_access.h"
#include "services/lists/app/consent.h"
#include "services/lists/rpc/services.h"

namespace baodao::lists {
namespace {

using BookingAnswer = Task<absl::StatusOr<v1::Booking>>;
using BookingsAnswer = Task<absl::StatusOr<v1::ListBookingsResponse>>;

BookingAnswer BookResource(App& app, rpc::CallContext context, v1::BookResourceRequest request) {
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  const record::Decide<v1::BookingRecord> book =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::BookingRecord>> {
    CO_RETURN_IF_ERROR(co_await CheckConsent(app, context));
    co_return co_await Book(app, transaction, request, context.caller().person_id);
  };
  const int shard = app.records.ShardOfId(request.resource_id());
  CO_ASSIGN_OR_RETURN(v1::BookingRecord booked,
                      co_await app.records.MutateLimited(context, request, kBooking, shard, book));
  co_return app.records.Show(context, kBooking, std::move(booked));
}

// Whether the owner and coordinators may know how to reach the person now.
bool IsExpected(const v1::Booking& booking) {
  return booking.state() == v1::BOOKING_STATE_PENDING ||
         booking.state() == v1::BOOKING_STATE_CONFIRMED;
}

BookingAnswer GetBooking(App& app, rpc::CallContext context, v1::GetBookingRequest request) {
  CO_ASSIGN_OR_RETURN(v1::Booking booking,
                      co_await app.records.Get(context, kBooking, request.booking_id()));
  const auth::Principal& caller = context.caller();
  if (!caller.IsPerson() || caller.Is(booking.person_id()) || !IsExpected(booking)) {
    co_return booking;
  }
  CO_ASSIGN_OR_RETURN(
      const registration::v1::Identity person,
      co_await app.peers.GetIdentity(rpc::CallOptions::From(context), booking.person_id()));
  // That took a while: who has left meanwhile is not shown.
  CO_ASSIGN_OR_RETURN(const auto now, co_await app.records.Load(kBooking, request.booking_id()));
  CO_ASSIGN_OR_RETURN(booking, app.records.Show(context, kBooking, now));
  if (!IsExpected(booking)) co_return booking;
  // On record before it is out: a contact nobody knows was seen must not be shown.
  events::v1::ContactReleased released;
  released.set_booking_id(booking.booking_id());
  CO_RETURN_IF_ERROR(co_await app.records.RecordRelease(context, released, booking.booking_id()));
  booking.mutable_contact()->set_name(person.display_name());
  booking.mutable_contact()->set_phone(person.phone());
  co_return booking;
}

BookingsAnswer ListMyBookings(App& app, rpc::CallContext context,
                              v1::ListMyBookingsRequest request) {
  co_return co_await app.records.List(
      context, kBooking, request,
      app.records.Of(kBooking, context.caller().person_id, request.states()),
      &v1::ListBookingsResponse::add_bookings);
}

BookingsAnswer ListBookings(App& app, rpc::CallContext context, v1::ListBookingsRequest request) {
  const std::string& resource = request.resource_id();
  const store::Keys& keys = app.records.store().keys();
  record::PageQuery query;
  query.lists = {record::IndexKeys(keys, record::Named<v1::BookingRecord>().name())
                     .Of(keys.ShardOfId(resource), resource)};
  query.states = std::set<int>(request.states().begin(), request.states().end());
  query.exact = query.states.empty() && !request.has_start_time();
  const auto fits = [start = ToTime(request.start_time()),
                     any = !request.has_start_time()](const v1::BookingRecord& record) {
    return any || ToTime(record.booking().window().start()) == start;
  };
  co_return co_await app.records.List(context, kBooking, request, std::move(query),
                                      &v1::ListBookingsResponse::add_bookings, fits);
}

using BookingChange =
    std::function<absl::Status(v1::BookingRecord* record, Manager caller, Time now)>;

template <class Request>
BookingAnswer ChangeBooking(App& app, rpc::CallContext context, const Request& request,
                            BookingChange change) {
  const record::Decide<v1::BookingRecord> decide =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::BookingRecord>> {
    CO_ASSIGN_OR_RETURN(const auto before,
                        co_await app.records.Load(context, kBooking, request.booking_id()));
    CO_ASSIGN_OR_RETURN(const Manager caller,
                        co_await ManagerOf(app, context, before.record.booking()));
    v1::BookingRecord after = before.record;
    CO_RETURN_IF_ERROR(change(&after, caller, transaction.now()));
    CO_RETURN_IF_ERROR(
        co_await PutBooking(app, transaction, before, after, caller == Manager::kOwner));
    co_return after;
  };
  const int shard = app.records.ShardOfId(request.booking_id());
  CO_ASSIGN_OR_RETURN(v1::BookingRecord changed, co_await app.records.Mutate<v1::BookingRecord>(
                                                     context, request, shard, decide));
  co_return app.records.Show(context, kBooking, std::move(changed));
}

BookingAnswer AnswerBooking(App& app, rpc::CallContext context, v1::AnswerBookingRequest request) {
  const BookingChange answer = [&](v1::BookingRecord* record, Manager caller, Time now) {
    if (caller == Manager::kNone) return Refuse(Reason::PERMISSION_DENIED);
    return lists::Answer(record, request, now);
  };
  co_return co_await ChangeBooking(app, context, request, answer);
}

BookingAnswer CancelBooking(App& app, rpc::CallContext context, v1::CancelBookingRequest request) {
  const BookingChange cancel = [&](v1::BookingRecord* record, Manager caller, Time now) {
    const v1::Booking& booking = record->booking();
    const bool own = context.caller().Is(booking.person_id());
    // A caller who may decide about it does so when it is too late for the person that they are,
    // too.
    const bool late = now >= ToTime(booking.cancel_until());
    const bool by_person = own && (caller == Manager::kNone || !late);
    return lists::Cancel(record, by_person, request.reason(), now);
  };
  co_return co_await ChangeBooking(app, context, request, cancel);
}

BookingAnswer MarkNoShow(App& app, rpc::CallContext context, v1::MarkNoShowRequest request) {
  const BookingChange miss = [](v1::BookingRecord* record, Manager caller, Time now) {
    if (caller == Manager::kNone) return Refuse(Reason::PERMISSION_DENIED);
    return Miss(record, now);
  };
  co_return co_await ChangeBooking(app, context, request, miss);
}

}  // namespace

void RegisterBookings(App& app, rpc::Router& router) {
  const std::string service = "baodao.lists.v1.BookingService/";
  router.Unary(service + "BookResource", app, &BookResource);
  router.Unary(service + "GetBooking", app, &GetBooking);
  router.Unary(service + "ListMyBookings", app, &ListMyBookings);
  router.Unary(service + "ListBookings", app, &ListBookings);
  router.Unary(service + "AnswerBooking", app, &AnswerBooking);
  router.Unary(service + "CancelBooking", app, &CancelBooking);
  router.Unary(service + "MarkNoShow", app, &MarkNoShow);
}

}  // namespace baodao::lists
