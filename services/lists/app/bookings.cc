#include "services/lists/app/bookings.h"

#include <utility>

#include "common/clock/timestamp.h"
#include "common/enrollment/roster.h"
#include "common/record/parse.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/lists/store/keys.h"

namespace baodao::lists {
namespace {

std::string SlotOf(const v1::Booking& booking) {
  return SlotIdOf(booking.resource_id(), ToTime(booking.window().start()));
}

// Counts the booking among the open ones of its person, or no more.
Task<absl::Status> Count(App& app, record::Transaction& transaction, v1::BookingRecord record) {
  const v1::Booking& booking = record.booking();
  const std::string key = OpenBookingsKey(app.records.store().keys(), transaction.shard(),
                                          record.counted_in(), booking.person_id());
  CO_ASSIGN_OR_RETURN(const store::Stored stored, co_await app.records.store().Get(key));
  CO_ASSIGN_OR_RETURN(auto open, record::Parse<v1::OpenBookings>(stored));
  if (IsOpen(booking.state())) {
    CO_RETURN_IF_ERROR(CountIn(&open.record, booking.booking_id(), SlotOf(booking)));
  } else {
    CountOut(&open.record, booking.booking_id());
  }
  // Also where there are none: a record made anew would have versions that it had before.
  transaction.commit().Put(key, open.version, open.record.SerializeAsString());
  co_return absl::OkStatus();
}

// Gives the place of a booking that is over to the next of the waitlist.
Task<absl::Status> PassOn(App& app, record::Transaction& transaction, v1::Booking over) {
  CO_ASSIGN_OR_RETURN(const auto slot, co_await app.records.Find(kSlot, SlotOf(over)));
  // Once it is closed nobody moves up: many that end at that moment need not write it.
  if (!slot.exists() || !enrollment::IsOpen(slot.record.enrollment(), transaction.now())) {
    co_return absl::OkStatus();
  }
  CO_ASSIGN_OR_RETURN(const auto resource,
                      co_await app.records.Load(kResource, over.resource_id()));
  const v1::Resource& of = resource.record.resource();
  const bool withdrawn = of.state() != v1::RESOURCE_STATE_LISTED;
  v1::SlotRecord after = slot.record;
  const std::vector<std::string> promoted =
      GiveUpPlace(&after, over.booking_id(), withdrawn, transaction.now());
  transaction.Put(kSlot, slot, after);
  // Nobody gets a place in what is withdrawn at the same moment.
  if (!promoted.empty()) transaction.Expect(kResource, of.resource_id(), resource.version);
  for (const std::string& id : promoted) {
    CO_ASSIGN_OR_RETURN(const auto waiting, co_await app.records.Load(kBooking, id));
    v1::BookingRecord in = waiting.record;
    CO_RETURN_IF_ERROR(Move(&in, EntryOf(of), transaction.now()));
    transaction.Put(kBooking, waiting, in);
  }
  co_return absl::OkStatus();
}

// The slots of a resource that have a record and start at `from` or later.
record::PageQuery SlotsFrom(App& app, const std::string& resource_id, Time from) {
  const store::Keys& keys = app.records.store().keys();
  record::PageQuery query;
  query.lists = {record::IndexKeys(keys, record::Named<v1::SlotRecord>().name())
                     .Of(keys.ShardOfId(resource_id), resource_id)};
  query.least = static_cast<double>(from.time_since_epoch().count());
  query.descending = false;
  query.size = 200;  // more than a day has
  return query;
}

// OK, or SLOT_FULL where bookings by hours that the resource had before overlap the slot: their
// places are not this one's, but the room is. A person who books expects the resource as it is, so
// no others are made by those hours meanwhile.
Task<absl::Status> CheckRoom(App& app, std::string resource_id, Slot slot) {
  constexpr std::chrono::hours kLongest{24};
  record::PageQuery query = SlotsFrom(app, resource_id, slot.start - kLongest);
  CO_ASSIGN_OR_RETURN(const auto page, co_await app.records.ReadPage(kSlot, std::move(query)));
  for (const auto& other : page.records) {
    if (BlocksRoom(other.record, slot)) co_return Refuse(Reason::SLOT_FULL);
  }
  co_return absl::OkStatus();
}

Task<absl::Status> EndBooking(App& app, std::string id, std::string reason) {
  const auto end = [&](record::Transaction& transaction) -> Task<absl::Status> {
    CO_ASSIGN_OR_RETURN(const auto before, co_await app.records.Load(kBooking, id));
    if (!IsOpen(before.record.booking().state())) co_return absl::OkStatus();
    v1::BookingRecord after = before.record;
    CO_RETURN_IF_ERROR(Move(&after, BookingEvent::kCancel, transaction.now()));
    after.mutable_booking()->set_comment(reason);
    co_return co_await PutBooking(app, transaction, before, after);
  };
  const record::Origin origin =
      record::OriginOf(app.records.store().keys().service(), app.clock.Now());
  co_return co_await app.records.Update(app.records.ShardOfId(id), origin, end);
}

}  // namespace

Task<absl::StatusOr<v1::BookingRecord>> Book(App& app, record::Transaction& transaction,
                                             v1::BookResourceRequest request,
                                             std::string person_id) {
  CO_ASSIGN_OR_RETURN(const auto found,
                      co_await app.records.Load(kResource, request.resource_id()));
  const v1::Resource& resource = found.record.resource();
  const Time now = transaction.now();
  CO_ASSIGN_OR_RETURN(const Slot slot, CheckBookable(resource, ToTime(request.start_time()), now));
  CO_RETURN_IF_ERROR(co_await CheckRoom(app, resource.resource_id(), slot));
  transaction.Expect(kResource, resource.resource_id(), found.version);
  CO_ASSIGN_OR_RETURN(const auto before, co_await app.records.Find(
                                             kSlot, SlotIdOf(resource.resource_id(), slot.start)));
  v1::SlotRecord places = NewSlot(resource, slot);
  if (before.exists() && HasBookings(before.record)) places = before.record;
  CO_RETURN_IF_ERROR(CheckTakesBookings(places, now));
  v1::BookingRecord record = NewBooking(request, resource, places, person_id, now);
  const std::string id = record::Repository::NewId(kBooking, transaction.shard());
  record.mutable_booking()->set_booking_id(id);
  record.set_counted_in(CountedIn(*app.records.tree(), resource.area_code()));
  CO_ASSIGN_OR_RETURN(const bool in, TakePlace(&places, id, now));
  CO_RETURN_IF_ERROR(Move(&record, in ? EntryOf(resource) : BookingEvent::kWait, now));
  transaction.Put(kSlot, before, places);
  const record::Versioned<v1::BookingRecord> none;
  CO_RETURN_IF_ERROR(co_await PutBooking(app, transaction, none, record));
  co_return record;
}

Task<absl::Status> PutBooking(App& app, record::Transaction& transaction,
                              record::Versioned<v1::BookingRecord> before, v1::BookingRecord after,
                              bool by_owner) {
  const bool was_open = IsOpen(before.record.booking().state());
  const bool is_open = IsOpen(after.booking().state());
  if (was_open != is_open) CO_RETURN_IF_ERROR(co_await Count(app, transaction, after));
  transaction.Put(kBooking, before, after, [by_owner](events::v1::Event* event) {
    event->mutable_booking_changed()->set_by_owner(by_owner);
  });
  if (is_open) co_return absl::OkStatus();
  co_return co_await PassOn(app, transaction, after.booking());
}

Task<absl::Status> LapseBooking(App& app, record::Transaction& transaction,
                                record::Versioned<v1::BookingRecord> before) {
  v1::BookingRecord after = before.record;
  CO_RETURN_IF_ERROR(PassTime(&after, transaction.now()));
  co_return co_await PutBooking(app, transaction, before, after);
}

std::string EndBookingsTimerOf(const std::string& resource_id) {
  return timers::Member(kEndBookingsTimer, resource_id);
}

Task<absl::Status> EndBookings(App& app, std::string resource_id) {
  CO_ASSIGN_OR_RETURN(const auto resource, co_await app.records.Load(kResource, resource_id));
  const std::string& reason = resource.record.resource().withdraw_reason();
  record::PageQuery query = SlotsFrom(app, resource_id, app.clock.Now() + Millis(1));
  do {
    CO_ASSIGN_OR_RETURN(const auto page, co_await app.records.ReadPage(kSlot, query));
    for (const auto& slot : page.records) {
      for (const auto& member : slot.record.enrollment().members()) {
        CO_RETURN_IF_ERROR(co_await EndBooking(app, member.id(), reason));
      }
    }
    query.after = page.next;
  } while (!query.after.empty());
  const record::Origin origin =
      record::OriginOf(app.records.store().keys().service(), app.clock.Now());
  record::Transaction done = app.records.Begin(app.records.ShardOfId(resource_id), origin);
  done.commit().ClearTimer(EndBookingsTimerOf(resource_id));
  co_return (co_await app.records.Commit(std::move(done))).status();
}

}  // namespace baodao::lists
