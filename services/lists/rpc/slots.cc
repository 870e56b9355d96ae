// The slots that BookingService shows.
#include <algorithm>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/enrollment/roster.h"
#include "common/ids/ids.h"
#include "common/paging/asked_page.h"
#include "common/status/macros.h"
#include "services/lists/rpc/services.h"

namespace baodao::lists {
namespace {

// As somebody who books now finds the slot. `places`: without a record nobody has booked it yet.
v1::BookableSlot SlotAsShown(const v1::Resource& resource, const Slot& slot,
                             v1::SlotRecord places) {
  if (!HasBookings(places)) places = NewSlot(resource, slot);
  const enrollment::Seats seats = enrollment::SeatsOf(places.enrollment());
  v1::BookableSlot shown;
  *shown.mutable_window() = places.window();
  *shown.mutable_book_until() =
      ToTimestamp(std::min(ClosesAt(resource, slot), ToTime(places.enrollment().close_time())));
  shown.set_places_free(seats.FreeForNewcomers());
  shown.set_waiting(seats.waiting);
  return shown;
}

// At most `max` of those that can be booked now.
std::vector<Slot> OpenSlots(const v1::Resource& resource, Time from, Time now, size_t max) {
  if (resource.state() != v1::RESOURCE_STATE_LISTED || !resource.has_booking()) return {};
  const std::chrono::minutes notice(resource.booking().notice_minutes());
  const Time last = now + std::chrono::days(resource.booking().days_ahead());
  return SlotsBetween(HoursOf(resource), std::max(from, now + notice + Millis(1)), last, max);
}

Task<absl::StatusOr<v1::ListSlotsResponse>> ListSlots(App& app, rpc::CallContext context,
                                                      v1::ListSlotsRequest request) {
  const Time now = app.clock.Now();
  CO_ASSIGN_OR_RETURN(const paging::AskedPage asked,
                      paging::PageAskedFor(app.key_ring, context, request, now, 50, 200));
  CO_ASSIGN_OR_RETURN(const auto found,
                      co_await app.records.Load(kResource, request.resource_id()));
  const v1::Resource& resource = found.record.resource();
  const auto size = static_cast<size_t>(asked.size);
  // The token names the first slot of its page, whose id tells its start.
  const Time from = ids::TimeOf(asked.after).value_or(ToTime(request.from_time()));
  const std::vector<Slot> slots = OpenSlots(resource, from, now, size + 1);
  std::vector<std::string> names;
  names.reserve(slots.size());
  for (const Slot& slot : slots) names.push_back(SlotIdOf(resource.resource_id(), slot.start));
  v1::ListSlotsResponse response;
  if (names.size() > size) {
    response.set_next_page_token(asked.TokenFor(names.back()));
    names.pop_back();
  }
  CO_ASSIGN_OR_RETURN(const auto booked, co_await app.records.LoadMany(kSlot, names));
  auto at = booked.begin();  // in the order of the slots
  for (size_t i = 0; i < names.size(); ++i) {
    v1::SlotRecord places;
    if (at != booked.end() && at->record.slot_id() == names[i]) places = at++->record;
    v1::BookableSlot shown = SlotAsShown(resource, slots[i], std::move(places));
    // One that was booked before the notice was shortened may be closed by now.
    if (now < ToTime(shown.book_until())) *response.add_slots() = std::move(shown);
  }
  co_return response;
}

}  // namespace

void RegisterSlots(App& app, rpc::Router& router) {
  router.Unary("baodao.lists.v1.BookingService/ListSlots", app, &ListSlots);
}

}  // namespace baodao::lists
