// The end of bookings by time and with their resource, and who sees them.
#include <algorithm>

#include "common/testing/fake_archive.h"
#include "tests/integration/lists/bookings.h"

namespace baodao::lists {
namespace {

using enum v1::BookingState;
using std::chrono::hours;
using States = std::vector<v1::BookingState>;

class BookingsEndTest : public BookingsTest {
 protected:
  // Whether nothing is left of the slot, and nothing in what the person holds.
  bool LeavesNothing(const v1::Booking& booking) {
    record::Repository& records = replicas_[0]->records;
    store::Store& store = *stores_[0];
    const std::string slot = SlotIdOf(booking.resource_id(), ToTime(booking.window().start()));
    const std::string open =
        OpenBookingsKey(store.keys(), store.keys().ShardOfId(booking.resource_id()), kSubdistrict,
                        booking.person_id());
    return !Ok(records.Find(kSlot, slot)).exists() && Ok(store.Get(open)).bytes.empty();
  }
  absl::StatusOr<v1::ListSlotsResponse> Slots(const std::string& resource, int size = 0,
                                              const std::string& page_token = "") {
    v1::ListSlotsRequest request;
    request.set_resource_id(resource);
    request.set_page_size(size);
    request.set_page_token(page_token);
    return Call<v1::BookingService>(&Bookings::ListSlots, By(requester_id_), request);
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, BookingsEndTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

TEST_P(BookingsEndTest, WhatNobodyAnswersLapsesAndTheNextIsAsked) {
  const std::string room = List(RoomOf(1, 2, false));
  std::vector<v1::Booking> all;
  for (int i = 0; i < 3; ++i) all.push_back(Ok(Book(NewPerson(), room)));
  PassTo(clock_.Now() + kAnsweredWithin - Millis(1));
  EXPECT_EQ(StateOf(all[0].booking_id()), BOOKING_STATE_PENDING);
  PassTo(clock_.Now() + Millis(1));
  EXPECT_EQ(StatesOf(all),
            (States{BOOKING_STATE_LAPSED, BOOKING_STATE_PENDING, BOOKING_STATE_WAITLISTED}));
  // From then on nobody can come any more, and nobody moves up.
  PassTo(kWednesday - hours(2));
  EXPECT_EQ(StatesOf(all),
            (States{BOOKING_STATE_LAPSED, BOOKING_STATE_LAPSED, BOOKING_STATE_LAPSED}));
  PassTo(kWednesday + hours(25));
  for (const v1::Booking& booking : all) EXPECT_TRUE(LeavesNothing(booking));
}

TEST_P(BookingsEndTest, ThePersonIsRemindedThenHasBeenThere) {
  const v1::Booking booking = Ok(Book(requester_id_, List(RoomOf(1, 0))));
  const auto reminders = [&] {
    return CountEvents([](const events::v1::Event& event) {
      return event.has_booking_changed() &&
             event.booking_changed().before() == event.booking_changed().booking().state();
    });
  };
  PassTo(kWednesday - kRemindedBefore - Millis(1));
  EXPECT_EQ(reminders(), 0);
  PassTo(kWednesday - kRemindedBefore);
  EXPECT_EQ(reminders(), 1);
  PassTo(kWednesday + hours(1));
  EXPECT_EQ(StateOf(booking.booking_id()), BOOKING_STATE_CONFIRMED);
  PassTo(kWednesday + hours(1) + kMarkedWithin);
  EXPECT_EQ(StateOf(booking.booking_id()), BOOKING_STATE_ATTENDED);
  EXPECT_EQ(reminders(), 1);
  EXPECT_TRUE(LeavesNothing(booking));
}

TEST_P(BookingsEndTest, TheOwnerSaysWhoDidNotCome) {
  const std::string room = List(RoomOf(1, 0));
  const std::string id = Ok(Book(requester_id_, room)).booking_id();
  EXPECT_THAT(Miss(owner(), id), testing::IsRefusal(Reason::TOO_EARLY));
  PassTo(kWednesday);
  EXPECT_THAT(Miss(By(requester_id_), id), testing::IsRefusal(Reason::PERMISSION_DENIED));
  EXPECT_EQ(Ok(Miss(owner(), id)).state(), BOOKING_STATE_NO_SHOW);
  EXPECT_THAT(Miss(owner(), id), testing::IsRefusal(Reason::WRONG_STATE));
  EXPECT_THAT(Cancel(owner(), id, "停电"), testing::IsRefusal(Reason::WRONG_STATE));
}

TEST_P(BookingsEndTest, AWithdrawnResourceCancelsWhatIsToCome) {
  v1::CreateResourceRequest request = RoomOf(1, 1, false);
  const std::string room = List(request);
  const v1::Booking began = Ok(Book(NewPerson(), room));
  ASSERT_THAT(Answer(owner(), began.booking_id(), v1::BOOKING_VERDICT_CONFIRM), testing::IsOk());
  std::vector<v1::Booking> all;
  const Time next_week = kWednesday + hours(24 * 7);
  for (const Time start : {next_week, next_week + hours(1)}) {
    for (int i = 0; i < 2; ++i) all.push_back(Ok(Book(NewPerson(), room, start)));
  }
  for (const size_t i : {0, 2}) {
    ASSERT_THAT(Answer(owner(), all[i].booking_id(), v1::BOOKING_VERDICT_CONFIRM), testing::IsOk());
  }
  clock_.AdvanceTo(kWednesday);
  ASSERT_THAT(Withdraw(room), testing::IsOk());
  EXPECT_THAT(Book(NewPerson(), room, next_week), testing::IsRefusal(Reason::WRONG_STATE));
  PassTo(clock_.Now());
  EXPECT_EQ(StatesOf(all), States(4, BOOKING_STATE_CANCELLED));
  EXPECT_EQ(Ok(Get(By(all[3].person_id()), all[3].booking_id())).comment(), "停电");
  EXPECT_EQ(StateOf(began.booking_id()), BOOKING_STATE_CONFIRMED) << "it has begun";
  EXPECT_EQ(CountEvents([](const events::v1::Event& event) {
              return event.booking_changed().before() == BOOKING_STATE_WAITLISTED &&
                     event.booking_changed().booking().state() == BOOKING_STATE_PENDING;
            }),
            0)
      << "nobody moves up for it";
  EXPECT_THAT(TakeDue(clock_.Now()), ::testing::IsEmpty());
}

TEST_P(BookingsEndTest, WhatIsOverLeavesForTheArchive) {
  testing::FakeArchive archive;
  for (const auto& replica : replicas_)
    replica->records.SetRetirement({&archive, {hours(24 * 30), {}}});
  const std::string id = Ok(Book(requester_id_, List(RoomOf(1, 0)))).booking_id();
  ASSERT_THAT(Cancel(By(requester_id_), id), testing::IsOk());
  PassTo(clock_.Now() + hours(24 * 31));
  EXPECT_FALSE(Ok(replicas_[0]->records.Find(kBooking, id)).exists());
  EXPECT_TRUE(archive.records.contains(id));
  for (const auto& replica : replicas_) replica->records.SetRetirement({});
}

TEST_P(BookingsEndTest, TheOwnerSeesWhoComesAndEveryLookIsOnRecord) {
  const std::string room = List(RoomOf(1, 1));
  v1::BookResourceRequest wish = Wish(room);
  wish.set_note("三个人");
  const std::string id =
      Ok(Call<v1::BookingService>(&Bookings::BookResource, By(requester_id_), wish)).booking_id();
  const auto releases = [&] {
    return CountEvents([&](const events::v1::Event& event) {
      return event.contact_released().booking_id() == id;
    });
  };
  EXPECT_FALSE(Ok(Get(By(requester_id_), id)).has_contact());
  EXPECT_THAT(Get(By(NewPerson()), id), testing::IsRefusal(Reason::PERMISSION_DENIED));
  EXPECT_EQ(releases(), 0);
  const v1::Booking seen = Ok(Get(owner(), id));
  EXPECT_EQ(seen.contact().phone(), "13812345678");
  EXPECT_EQ(seen.note(), "三个人");
  EXPECT_TRUE(Ok(Get(coordinator(), id)).has_contact());
  EXPECT_EQ(releases(), 2);
  ASSERT_THAT(Cancel(By(requester_id_), id), testing::IsOk());
  EXPECT_FALSE(Ok(Get(owner(), id)).has_contact()) << "it is over";
  EXPECT_EQ(releases(), 2);
}

TEST_P(BookingsEndTest, ListsAreOfThePersonAndOfTheResource) {
  const std::string room = List(RoomOf(1, 1));
  const v1::Booking first = Ok(Book(requester_id_, room));
  Ok(Book(requester_id_, room, kWednesday + hours(1)));
  Ok(Book(NewPerson(), room));
  const auto mine = Call<v1::BookingService>(&Bookings::ListMyBookings, By(requester_id_),
                                             v1::ListMyBookingsRequest());
  EXPECT_EQ(Ok(mine).bookings_size(), 2);
  v1::ListBookingsRequest request;
  request.set_resource_id(room);
  const auto list = [&](const std::string& token) {
    return Call<v1::BookingService>(&Bookings::ListBookings, token, request);
  };
  EXPECT_EQ(Ok(list(owner())).bookings_size(), 3);
  EXPECT_THAT(list(By(requester_id_)), testing::IsRefusal(Reason::PERMISSION_DENIED));
  *request.mutable_start_time() = ToTimestamp(kWednesday);
  request.add_states(BOOKING_STATE_CONFIRMED);
  const v1::ListBookingsResponse one = Ok(list(coordinator()));
  ASSERT_EQ(one.bookings_size(), 1);
  EXPECT_EQ(one.bookings(0).booking_id(), first.booking_id());
  EXPECT_FALSE(one.bookings(0).has_contact());
}

TEST_P(BookingsEndTest, SlotsShowThePlacesLeft) {
  const std::string room = List(RoomOf(2, 1));
  Ok(Book(NewPerson(), room, kWednesday + hours(1)));
  const v1::ListSlotsResponse slots = Ok(Slots(room));
  ASSERT_EQ(slots.slots_size(), 4) << "of two weeks";
  EXPECT_EQ(slots.slots(0).places_free(), 2);
  EXPECT_EQ(slots.slots(1).places_free(), 1);
  EXPECT_EQ(ToTime(slots.slots(1).book_until()), kWednesday - hours(1));
  const v1::ListSlotsResponse page = Ok(Slots(room, 3));
  EXPECT_EQ(page.slots_size(), 3);
  const v1::ListSlotsResponse rest = Ok(Slots(room, 3, page.next_page_token()));
  ASSERT_EQ(rest.slots_size(), 1);
  EXPECT_EQ(rest.slots(0).window().start().seconds(), slots.slots(3).window().start().seconds());
  EXPECT_TRUE(rest.next_page_token().empty());
  EXPECT_EQ(Ok(Slots(List(RoomIn(kCommunity)))).slots_size(), 0) << "takes no bookings";
}

TEST_P(BookingsEndTest, OwnersListTheirResources) {
  const std::string unit = ids::New("unt", 2);
  peers_.liaisons[unit] = owner_id_;
  const std::string own = List(RoomOf(1, 0));
  v1::CreateResourceRequest of_unit = RoomOf(1, 0);
  of_unit.set_owner_id(unit);
  const std::string units = List(of_unit);
  const auto mine = [&](const std::string& token, const std::string& owner_id) {
    v1::ListMyResourcesRequest request;
    request.set_owner_id(owner_id);
    return Call<v1::ResourceService>(&rpc::AsyncOf<v1::ResourceService>::ListMyResources, token,
                                     request);
  };
  const v1::ListResourcesResponse owns = Ok(mine(owner(), ""));
  ASSERT_EQ(owns.resources_size(), 1);
  EXPECT_EQ(owns.resources(0).resource_id(), own);
  const v1::ListResourcesResponse speaks_for = Ok(mine(owner(), unit));
  ASSERT_EQ(speaks_for.resources_size(), 1);
  EXPECT_EQ(speaks_for.resources(0).resource_id(), units);
  EXPECT_THAT(mine(By(NewPerson()), unit), testing::IsRefusal(Reason::NOT_THE_LIAISON));
  EXPECT_THAT(mine(By(NewPerson()), owner_id_), testing::IsRefusal(Reason::PERMISSION_DENIED));
}

}  // namespace
}  // namespace baodao::lists
