// Bookings of the same few slots while everything is killed: no slot is overbooked, and whoever
// waits comes in turn.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <list>

#include "common/record/machine.h"
#include "tests/chaos/race/fixture.h"

namespace baodao::testing {
namespace {

using lists::v1::Booking;
using lists::v1::BOOKING_STATE_CONFIRMED;
using lists::v1::BOOKING_STATE_PENDING;
using lists::v1::BOOKING_STATE_WAITLISTED;

// One slot, replayed from its events.
struct SlotReplay {
  std::map<std::string, Booking> bookings;
  std::list<std::string> waiting;  // by their turns
  int taken = 0;
  std::vector<std::string> told;
};

bool HasPlace(lists::v1::BookingState state) {
  return state == BOOKING_STATE_PENDING || state == BOOKING_STATE_CONFIRMED;
}

class BookingRaceTest : public RaceTest {
 protected:
  static constexpr int kPlaces = 3;
  static constexpr int kWaitlist = 4;
  static constexpr size_t kSlots = 2;  // of a resource
  static constexpr size_t kSteps = 2400;

  struct Slot {
    std::string resource;
    Time start;
    // As they stand in the story.
    std::string Name() const {
      return resource + " at " + std::to_string(start.time_since_epoch().count());
    }
  };

  // One confirms by itself, of the other the owner does.
  void ListResources() {
    for (const bool auto_confirm : {true, false}) {
      lists::v1::CreateResourceRequest request;
      request.set_request_id(world().RequestId());
      request.set_title("党群活动室");
      request.set_category("venue");
      request.set_area_code(community().area.code());
      request.set_capacity(kPlaces);
      request.mutable_booking()->set_auto_confirm(auto_confirm);
      request.mutable_booking()->set_waitlist_max(kWaitlist);
      for (int weekday = 1; weekday <= 7; ++weekday) {
        common::v1::WeeklySlot& day = *request.add_slots();
        day.set_weekday(weekday);
        day.set_start_minute(9 * 60);
        day.set_end_minute(10 * 60);
      }
      const auto made = town().Run(demo::Must(
          world().backend.resources, &client::Resources::CreateResource, owner().token, request));
      lists::v1::ListSlotsRequest list;
      list.set_resource_id(made.resource_id());
      *list.mutable_from_time() = ToTimestamp(SystemClock().Now() + std::chrono::hours(24));
      list.set_page_size(kSlots);
      const auto listed =
          town().Run(demo::Must(bookings_[0], &client::Bookings::ListSlots, owner().token, list));
      for (const auto& slot : listed.slots()) {
        slots_.push_back({made.resource_id(), ToTime(slot.window().start())});
      }
    }
  }
  const demo::Actor& owner() { return world().people[0]; }

  // Anybody books, gives back, or is answered.
  Task<void> Step() {
    const Slot slot = slots_[Below(slots_.size())];
    const size_t who = 1 + Below(kPeople - 1);
    const Booking mine = mine_[slot.Name()][who];
    if (mine.booking_id().empty()) {
      co_await Book(slot, who);
    } else if (mine.state() == BOOKING_STATE_PENDING && OneIn(2)) {
      co_await Answer(slot, mine);
    } else if (HasPlace(mine.state()) || OneIn(3)) {
      co_await Cancel(slot, who, mine);
    }
  }
  Task<void> Book(Slot slot, size_t who) {
    lists::v1::BookResourceRequest request;
    request.set_resource_id(slot.resource);
    *request.mutable_start_time() = ToTimestamp(slot.start);
    const auto booked = co_await Ask(bookings_, &client::Bookings::BookResource,
                                     world().people[who], slot.Name(), request);
    if (booked.ok()) mine_[slot.Name()][who] = *booked;
  }
  Task<void> Cancel(Slot slot, size_t who, Booking booking) {
    lists::v1::CancelBookingRequest request;
    request.set_booking_id(booking.booking_id());
    const bool by_owner = OneIn(5);
    if (by_owner) request.set_reason("临时占用");
    const demo::Actor& by = by_owner ? owner() : world().people[who];
    co_await Ask(bookings_, &client::Bookings::CancelBooking, by, slot.Name(), request);
    mine_[slot.Name()].erase(who);
  }
  Task<void> Answer(Slot slot, Booking booking) {
    lists::v1::AnswerBookingRequest request;
    request.set_booking_id(booking.booking_id());
    request.set_verdict(OneIn(2) ? lists::v1::BOOKING_VERDICT_CONFIRM
                                 : lists::v1::BOOKING_VERDICT_REJECT);
    request.set_comment("知道了");
    co_await Ask(bookings_, &client::Bookings::AnswerBooking, owner(), slot.Name(), request);
  }

  static SlotReplay Replay(const Slot& slot, const std::vector<events::v1::Event>& events,
                           std::vector<std::string>* broken) {
    SlotReplay replay;
    for (const events::v1::Event& event : events) {
      if (!event.has_booking_changed()) continue;
      const Booking& now = event.booking_changed().booking();
      if (now.resource_id() != slot.resource || ToTime(now.window().start()) != slot.start)
        continue;
      Apply(event.booking_changed(), &replay, broken);
    }
    if (replay.taken < kPlaces && !replay.waiting.empty()) {
      broken->push_back("at the end a place is free, and somebody waits");
    }
    return replay;
  }
  static void Apply(const events::v1::BookingChanged& changed, SlotReplay* replay,
                    std::vector<std::string>* broken) {
    const Booking& now = changed.booking();
    const std::string& id = now.booking_id();
    replay->told.push_back(fmt::format("{} of {}: {} -> {}", id, now.person_id(),
                                       record::StateName(changed.before()),
                                       record::StateName(now.state())));
    const auto before = replay->bookings[id].state();
    if (before != changed.before()) broken->push_back(id + " was " + record::StateName(before));
    const bool moves_up = before == BOOKING_STATE_WAITLISTED && HasPlace(now.state());
    if (moves_up && replay->waiting.front() != id) broken->push_back(id + " is not the next");
    if (!moves_up && replay->taken < kPlaces && !replay->waiting.empty()) {
      broken->push_back("a place is free before " + id + ", and somebody waits");
    }
    replay->bookings[id] = now;
    replay->taken += HasPlace(now.state()) - HasPlace(before);
    if (before == BOOKING_STATE_WAITLISTED) replay->waiting.remove(id);
    if (now.state() == BOOKING_STATE_WAITLISTED) replay->waiting.push_back(id);
    if (replay->taken > kPlaces) broken->push_back("overbooked by " + id);
    if (replay->waiting.size() > kWaitlist) broken->push_back("too many wait with " + id);
    std::set<std::string> people;
    for (const auto& [other, booking] : replay->bookings) {
      const bool open = HasPlace(booking.state()) || booking.state() == BOOKING_STATE_WAITLISTED;
      if (open && !people.insert(booking.person_id()).second) {
        broken->push_back(booking.person_id() + " has booked it twice");
      }
    }
  }

  void ExpectSlot(const Slot& slot, const std::vector<events::v1::Event>& events) {
    std::vector<std::string> broken;
    const SlotReplay replay = Replay(slot, events, &broken);
    std::string told = story().Of(slot.Name()) + "and what was told of it:\n";
    for (const std::string& line : replay.told) told += "  " + line + "\n";
    for (const std::string& what : broken) ADD_FAILURE() << what;
    EXPECT_TRUE(broken.empty()) << told;
    EXPECT_GT(replay.told.size(), 20u) << told;
    lists::v1::ListSlotsRequest list;
    list.set_resource_id(slot.resource);
    *list.mutable_from_time() = ToTimestamp(slot.start);
    list.set_page_size(1);
    const auto listed =
        town().Run(demo::Must(bookings_[0], &client::Bookings::ListSlots, owner().token, list));
    EXPECT_EQ(listed.slots(0).places_free(), kPlaces - replay.taken) << told;
    EXPECT_EQ(listed.slots(0).waiting(), static_cast<int>(replay.waiting.size())) << told;
    std::map<std::string, std::string> shown, replayed;
    for (const Booking& booking : BookingsOf(slot)) {
      shown[booking.booking_id()] = record::StateName(booking.state());
    }
    for (const auto& [id, booking] : replay.bookings) {
      replayed[id] = record::StateName(booking.state());
    }
    EXPECT_EQ(shown, replayed) << told;
  }
  std::vector<Booking> BookingsOf(const Slot& slot) {
    std::vector<Booking> all;
    lists::v1::ListBookingsRequest request;
    request.set_resource_id(slot.resource);
    *request.mutable_start_time() = ToTimestamp(slot.start);
    request.set_page_size(200);
    do {
      const auto page = town().Run(
          demo::Must(bookings_[0], &client::Bookings::ListBookings, owner().token, request));
      all.insert(all.end(), page.bookings().begin(), page.bookings().end());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return all;
  }

  std::vector<Slot> slots_;
  // The last that somebody was told of their booking of a slot.
  std::map<std::string, std::map<size_t, Booking>> mine_;
  Both<lists::v1::BookingService> bookings_{lists(0), lists(1)};
};

TEST_F(BookingRaceTest, NoSlotIsOverbookedAndWhoWaitsComesInTurn) {
  ListResources();
  PlayThrough(kSteps, "lists", "lists2", [this] { return Step(); });
  const std::vector<events::v1::Event> events = EventsOf("lists");
  for (const Slot& slot : slots_) ExpectSlot(slot, events);
  ExpectTheSameAnswers();
}

}  // namespace
}  // namespace baodao::testing
