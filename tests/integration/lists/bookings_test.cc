// Bookings of resources: who gets a place, and how it comes free again.
#include "tests/integration/lists/bookings.h"

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

namespace baodao::lists {
namespace {

using enum v1::BookingState;
using std::chrono::hours;
using States = std::vector<v1::BookingState>;

INSTANTIATE_TEST_SUITE_P(Stores, BookingsTest, ::testing::Values(Backend::kMemory, Backend::kRedis),
                         BackendName);

TEST_P(BookingsTest, TheLastPlaceIsGivenOnceWhicheverReplicasAreAsked) {
  for (int round = 0; round < 5; ++round) {
    const std::string room = List(RoomOf(1, 1));
    std::vector<Task<absl::StatusOr<v1::Booking>>> calls;
    for (int replica = 0; replica < 2; ++replica) {
      calls.push_back(CallTask<v1::BookingService>(&Bookings::BookResource, By(NewPerson()),
                                                   Wish(room), replica));
    }
    States states;
    for (const auto& booked : RunAll(std::move(calls))) states.push_back(Ok(booked).state());
    std::ranges::sort(states);
    EXPECT_EQ(states, (States{BOOKING_STATE_CONFIRMED, BOOKING_STATE_WAITLISTED}));
    EXPECT_THAT(Book(NewPerson(), room), testing::IsRefusal(Reason::SLOT_FULL));
  }
}

TEST_P(BookingsTest, ManyAtOnceGetNoMorePlacesThanThereAre) {
  const std::string room = List(RoomOf(2, 2));
  std::vector<Task<absl::StatusOr<v1::Booking>>> calls;
  for (int i = 0; i < 8; ++i) {
    calls.push_back(
        CallTask<v1::BookingService>(&Bookings::BookResource, By(NewPerson()), Wish(room), i % 2));
  }
  std::map<std::string, int> outcomes;
  for (const auto& booked : RunAll(std::move(calls))) {
    ++outcomes[booked.ok() ? v1::BookingState_Name(booked->state()).substr(14)
                           : std::string(Name(*ReasonOf(booked.status())))];
  }
  EXPECT_EQ(outcomes,
            (std::map<std::string, int>{{"CONFIRMED", 2}, {"WAITLISTED", 2}, {"SLOT_FULL", 4}}));
}

// Between what one replica has read and what it writes, the other gives the last place away.
class BookingsRaceTest : public BookingsTest {
 protected:
  // The other replica does this between what replica 0 reads for its next commit and the commit.
  void DoBeforeTheNextCommit(std::function<Task<void>()> beside) {
    auto& slower = static_cast<store::MemoryStore&>(*stores_[0]);
    slower.SetFaults([this, beside = std::move(beside), begun = false](std::string_view method,
                                                                       std::string_view) mutable {
      store::Fault fault;
      if (method != "Apply" || std::exchange(begun, true)) return fault;
      asio::co_spawn(loop_, beside(), asio::detached);
      fault.yield = true;
      return fault;
    });
  }
  Task<void> WithdrawByTheOther(std::string room) {
    Replica& other = *replicas_[1];
    const auto withdraw = [&](record::Transaction& transaction) -> Task<absl::Status> {
      CO_ASSIGN_OR_RETURN(const auto before, co_await other.records.Load(kResource, room));
      v1::ResourceRecord after = before.record;
      CO_RETURN_IF_ERROR(lists::Withdraw(after.mutable_resource(), "停电", transaction.now()));
      transaction.Put(kResource, before, after);
      co_return absl::OkStatus();
    };
    const record::Origin origin = record::OriginOf("lists", clock_.Now());
    const int shard = other.records.ShardOfId(room);
    (co_await other.records.Update(shard, origin, withdraw)).IgnoreError();
    (co_await EndBookings(other.app, room)).IgnoreError();
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, BookingsRaceTest, ::testing::Values(Backend::kMemory),
                         BackendName);

TEST_P(BookingsRaceTest, APlaceThatWasFreeWhenItWasReadIsNotGivenTwice) {
  const std::string room = List(RoomOf(1, 1));
  const std::string faster = NewPerson();
  Replica& other = *replicas_[1];
  v1::BookingState first = BOOKING_STATE_UNSPECIFIED;
  const auto decide = [&](record::Transaction& transaction) -> Task<absl::Status> {
    const auto booked = co_await lists::Book(other.app, transaction, Wish(room), faster);
    if (booked.ok()) first = booked->booking().state();
    co_return booked.status();
  };
  const auto book = [&]() -> Task<void> {
    const record::Origin origin = record::OriginOf("lists", clock_.Now());
    (co_await other.records.Update(other.records.ShardOfId(room), origin, decide)).IgnoreError();
  };
  DoBeforeTheNextCommit(book);
  const auto second = Book(NewPerson(), room);
  EXPECT_EQ(first, BOOKING_STATE_CONFIRMED);
  EXPECT_EQ(Ok(second).state(), BOOKING_STATE_WAITLISTED);
}

// Nobody would ever cancel the booking.
TEST_P(BookingsRaceTest, WhatIsWithdrawnAtThatMomentIsNotBooked) {
  const std::string room = List(RoomOf(1, 1));
  DoBeforeTheNextCommit([&] { return WithdrawByTheOther(room); });
  EXPECT_THAT(Book(NewPerson(), room), testing::IsRefusal(Reason::WRONG_STATE));
}

TEST_P(BookingsTest, ARequestSentAgainHasOneEffectAndOneAnswer) {
  const std::string room = List(RoomOf(3, 0));
  const std::string person = NewPerson();
  v1::BookResourceRequest request = Wish(room);
  const auto first = Call<v1::BookingService>(&Bookings::BookResource, By(person), request);
  ASSERT_THAT(first, testing::IsOk());
  const auto again = Call<v1::BookingService>(&Bookings::BookResource, By(person), request, 1);
  EXPECT_EQ(Ok(again).SerializeAsString(), first->SerializeAsString());
  *request.mutable_start_time() = ToTimestamp(kWednesday + hours(1));
  EXPECT_THAT(Call<v1::BookingService>(&Bookings::BookResource, By(person), request),
              testing::IsRefusal(Reason::REQUEST_ID_REUSED));
  EXPECT_THAT(Book(person, room), testing::IsRefusal(Reason::ALREADY_BOOKED));
  EXPECT_EQ(CountEvents([](const auto& event) { return event.has_booking_changed(); }), 1);
}

TEST_P(BookingsTest, APlaceGivenBackGoesToTheNextOfTheWaitlist) {
  const std::string room = List(RoomOf(1, 2));
  const std::string first = NewPerson();
  std::vector<v1::Booking> all;
  for (const std::string& person : {first, NewPerson(), NewPerson()}) {
    all.push_back(Ok(Book(person, room)));
  }
  EXPECT_EQ(StatesOf(all),
            (States{BOOKING_STATE_CONFIRMED, BOOKING_STATE_WAITLISTED, BOOKING_STATE_WAITLISTED}));
  ASSERT_THAT(Cancel(By(first), all[0].booking_id()), testing::IsOk());
  EXPECT_EQ(StatesOf(all),
            (States{BOOKING_STATE_CANCELLED, BOOKING_STATE_CONFIRMED, BOOKING_STATE_WAITLISTED}));
  EXPECT_EQ(CountEvents([](const auto& event) {
              return event.booking_changed().before() == BOOKING_STATE_WAITLISTED &&
                     event.booking_changed().booking().state() == BOOKING_STATE_CONFIRMED;
            }),
            1);
  // A person who waits may go, too, and nobody moves up for it.
  ASSERT_THAT(Cancel(By(all[2].person_id()), all[2].booking_id()), testing::IsOk());
  EXPECT_EQ(StateOf(all[1].booking_id()), BOOKING_STATE_CONFIRMED);
  EXPECT_EQ(Ok(Book(first, room)).state(), BOOKING_STATE_WAITLISTED) << "and may come back";
}

TEST_P(BookingsTest, TheOwnerAnswersAndOthersDoNot) {
  const std::string room = List(RoomOf(1, 1, false));
  const v1::Booking asked = Ok(Book(requester_id_, room));
  EXPECT_EQ(asked.state(), BOOKING_STATE_PENDING);
  const v1::Booking waiting = Ok(Book(NewPerson(), room));
  for (const std::string& token : {By(requester_id_), By(NewPerson())}) {
    EXPECT_THAT(Answer(token, asked.booking_id(), v1::BOOKING_VERDICT_CONFIRM),
                testing::IsRefusal(Reason::PERMISSION_DENIED));
  }
  const auto silent = Answer(owner(), asked.booking_id(), v1::BOOKING_VERDICT_REJECT);
  ASSERT_EQ(ViolationsOf(silent.status()).size(), 1u) << silent.status();
  EXPECT_EQ(ViolationsOf(silent.status())[0].field, "comment");
  const auto no = Answer(owner(), asked.booking_id(), v1::BOOKING_VERDICT_REJECT, "另有安排");
  EXPECT_EQ(Ok(no).state(), BOOKING_STATE_REJECTED);
  EXPECT_EQ(StateOf(waiting.booking_id()), BOOKING_STATE_PENDING) << "it has the place now";
  const auto yes = Answer(coordinator(), waiting.booking_id(), v1::BOOKING_VERDICT_CONFIRM);
  EXPECT_EQ(Ok(yes).state(), BOOKING_STATE_CONFIRMED);
  EXPECT_THAT(Answer(owner(), waiting.booking_id(), v1::BOOKING_VERDICT_CONFIRM),
              testing::IsRefusal(Reason::WRONG_STATE));
}

TEST_P(BookingsTest, AUnitsLiaisonSpeaksForItAndIsNotToldOfIt) {
  const std::string unit = ids::New("unt", 2);
  peers_.liaisons[unit] = owner_id_;
  v1::CreateResourceRequest request = RoomOf(1, 0, false);
  request.set_owner_id(unit);
  const v1::Booking asked = Ok(Book(requester_id_, List(request)));
  ASSERT_THAT(Answer(owner(), asked.booking_id(), v1::BOOKING_VERDICT_CONFIRM), testing::IsOk());
  ASSERT_THAT(Cancel(coordinator(), asked.booking_id(), "停电"), testing::IsOk());
  std::vector<bool> by_owner;
  for (const events::v1::Event& event : Events()) {
    if (!event.has_booking_changed()) continue;
    by_owner.push_back(event.booking_changed().by_owner());
    EXPECT_TRUE(event.booking_changed().booking().note().empty());
  }
  EXPECT_EQ(by_owner, (std::vector<bool>{false, true, false}));
}

TEST_P(BookingsTest, ThePersonCancelsInTimeAndTheOwnerLaterSaysWhy) {
  const std::string id = Ok(Book(requester_id_, List(RoomOf(1, 0)))).booking_id();
  EXPECT_THAT(Cancel(By(NewPerson()), id), testing::IsRefusal(Reason::PERMISSION_DENIED));
  clock_.AdvanceTo(kWednesday - hours(2));
  const auto late = Cancel(By(requester_id_), id);
  ASSERT_THAT(late, testing::IsRefusal(Reason::TOO_LATE));
  EXPECT_EQ(MetadataOf(late.status()).at("until"), "2025-06-03T23:00:00Z");
  const auto silent = Cancel(owner(), id);
  ASSERT_EQ(ViolationsOf(silent.status()).size(), 1u) << silent.status();
  const auto cancelled = Cancel(owner(), id, "停电");
  EXPECT_EQ(Ok(cancelled).comment(), "停电");
}

TEST_P(BookingsTest, WhoHoldsAsManyAsTheyMayBooksNoMore) {
  const std::string person = NewPerson();
  v1::CreateResourceRequest request = RoomOf(1, 0);
  request.mutable_booking()->set_slot_minutes(10);
  const std::string room = List(request);
  std::vector<Task<absl::StatusOr<v1::Booking>>> calls;
  for (int i = 0; i < 3; ++i) {
    const Time start = kWednesday + std::chrono::minutes(10 * i);
    Ok(Book(person, room, start));
    Ok(Book(person, List(RoomOf(1, 0)), kWednesday));
    Ok(Book(person, List(RoomOf(1, 0)), kWednesday));
  }
  // Nine by now. At once, by two replicas: one fits.
  for (int i = 3; i < 7; ++i) {
    calls.push_back(
        CallTask<v1::BookingService>(&Bookings::BookResource, By(person),
                                     Wish(room, kWednesday + std::chrono::minutes(10 * i)), i % 2));
  }
  std::string held;
  int refused = 0;
  for (const auto& booked : RunAll(std::move(calls))) {
    if (booked.ok()) held = booked->booking_id();
    refused += Is(booked.status(), Reason::TOO_MANY_BOOKINGS);
  }
  EXPECT_EQ(refused, 3);
  ASSERT_FALSE(held.empty());
  ASSERT_THAT(Cancel(By(person), held), testing::IsOk());
  EXPECT_THAT(Book(person, room, kWednesday + hours(1)), testing::IsOk());
}

}  // namespace
}  // namespace baodao::lists
