#include "common/enrollment/seats.h"

#include "tests/unit/enrollment/told.h"

namespace baodao::enrollment {
namespace {

constexpr Place kNobody{};
constexpr Place kIn{v1::STANDING_IN, false, Time()};
constexpr Place kWaiting{v1::STANDING_WAITING, false, Time()};
constexpr Place kAsked{v1::STANDING_OFFERED, false, kNow + minutes(30)};
constexpr Place kHeld{v1::STANDING_OFFERED, true, kNow + minutes(30)};

TEST(SeatsTest, EveryMoveIsCountedOnce) {
  for (const Place& before : {kNobody, kIn, kWaiting, kAsked, kHeld}) {
    for (const Place& after : {kNobody, kIn, kWaiting, kAsked, kHeld}) {
      Seats seats{10, 1, 5, 3, 2, 1};
      Recount(before, after, seats);
      const auto moved = [&](v1::Standing standing, bool holds) {
        const auto is = [&](const Place& place) {
          return place.standing == standing && place.holds_seat == holds ? 1 : 0;
        };
        return is(after) - is(before);
      };
      const Seats expected{10,
                           1,
                           5,
                           3 + moved(v1::STANDING_IN, false),
                           2 + moved(v1::STANDING_OFFERED, true),
                           1 + moved(v1::STANDING_WAITING, false)};
      EXPECT_EQ(seats, expected);
    }
  }
}

TEST(SeatsTest, ASeatThatCameFreeIsOfThoseWhoWait) {
  const Seats seats{4, 1, 5, 2, 0, 1};
  EXPECT_EQ(seats.Free(), 2);
  EXPECT_EQ(seats.FreeForNewcomers(), 1);
  EXPECT_TRUE(seats.AwaitsPromotion());
  EXPECT_EQ((Seats{4, 1, 5, 2, 0, 3}).FreeForNewcomers(), 0);
  EXPECT_FALSE((Seats{4, 1, 5, 2, 2, 3}).AwaitsPromotion());
}

struct OutlookRow {
  Seats seats;
  Place mine;
  Ask ask;
  Outlook outlook;
};

TEST(SeatsTest, OutlookForEverybody) {
  const Ask join{false, true};
  const Ask only_now{false, false};
  const Ask admit{true, false};
  const Seats room{2, 1, 2, 1, 0, 0};
  const Seats full{2, 1, 2, 2, 0, 0};
  const Seats full_and_waiting{2, 1, 2, 2, 0, 2};
  const Seats came_free{2, 1, 2, 1, 0, 1};
  const Seats held{2, 1, 2, 1, 1, 0};
  const Seats nobody_waits{2, 1, 0, 2, 0, 0};
  const OutlookRow rows[] = {
      {room, kNobody, join, Outlook::kTakes},
      {room, kNobody, only_now, Outlook::kTakes},
      {room, kNobody, admit, Outlook::kTakes},
      {full, kNobody, join, Outlook::kWaits},
      {full, kNobody, only_now, Outlook::kFull},
      {full, kNobody, admit, Outlook::kFull},
      {full, kAsked, join, Outlook::kWaits},
      {full, kAsked, only_now, Outlook::kFull},
      {full_and_waiting, kNobody, join, Outlook::kWaitlistFull},
      {full_and_waiting, kNobody, only_now, Outlook::kFull},
      {came_free, kNobody, join, Outlook::kWaits},
      {came_free, kNobody, only_now, Outlook::kFull},
      {came_free, kNobody, admit, Outlook::kTakes},
      {came_free, kWaiting, admit, Outlook::kTakes},
      {came_free, kAsked, only_now, Outlook::kTakes},
      {held, kNobody, join, Outlook::kWaits},
      {held, kNobody, admit, Outlook::kFull},
      {held, kAsked, only_now, Outlook::kFull},
      {held, kHeld, only_now, Outlook::kTakes},
      {held, kHeld, join, Outlook::kTakes},
      {nobody_waits, kNobody, join, Outlook::kFull},
  };
  for (const OutlookRow& row : rows) {
    EXPECT_EQ(OutlookFor(row.seats, row.mine, row.ask), row.outlook) << &row - rows;
  }
}

TEST(SeatsTest, AnOfferEndsAtItsTimeWhateverItsTimerDoes) {
  EXPECT_EQ(CheckAccept(kAsked, kNow), std::nullopt);
  EXPECT_EQ(CheckAccept(kAsked, kNow + minutes(30) - Millis(1)), std::nullopt);
  EXPECT_EQ(CheckAccept(kAsked, kNow + minutes(30)), Refusal::kOfferLapsed);
  EXPECT_EQ(CheckAccept(kIn, kNow), Refusal::kAlreadyIn);
  EXPECT_EQ(CheckAccept(kWaiting, kNow), Refusal::kNoOffer);
  EXPECT_EQ(CheckAccept(kNobody, kNow), Refusal::kNoOffer);
}

TEST(SeatsTest, NoOfferOutlastsTheEnd) {
  EXPECT_EQ(OfferUntil(kNow, minutes(30), kNow + hours(1)), kNow + minutes(30));
  EXPECT_EQ(OfferUntil(kNow, minutes(30), kNow + minutes(5)), kNow + minutes(5));
  EXPECT_EQ(OfferUntil(kNow, minutes(30), Time::max()), kNow + minutes(30));
}

TEST(SeatsTest, TurnsGoOnWhileSeatsAreFree) {
  const Seats room{2, 1, 2, 1, 0, 2};
  const Seats full{2, 1, 2, 1, 1, 2};
  EXPECT_EQ(NextTurn(room, Fitness::kFits), Turn::kOffer);
  EXPECT_EQ(NextTurn(room, Fitness::kUnfit), Turn::kRelease);
  EXPECT_EQ(NextTurn(room, Fitness::kUnclear), Turn::kPass);
  for (const auto fitness : {Fitness::kFits, Fitness::kUnfit, Fitness::kUnclear}) {
    EXPECT_EQ(NextTurn(full, fitness), Turn::kNone);
  }
}

}  // namespace
}  // namespace baodao::enrollment
