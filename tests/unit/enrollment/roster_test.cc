#include "common/enrollment/roster.h"

#include <functional>
#include <map>

#include "tests/unit/enrollment/told.h"

namespace baodao::enrollment {
namespace {

using Operation = std::function<Outcome(v1::Enrollment&, const std::string& id)>;

const std::map<std::string, Operation>& Operations() {
  static const std::map<std::string, Operation> operations = {
      {"join", [](auto& e, auto& id) { return Join(e, id, kNow); }},
      {"admit", [](auto& e, auto& id) { return Admit(e, id, kNow); }},
      {"offer", [](auto& e, auto& id) { return Offer(e, id, minutes(10), kNow); }},
      {"accept", [](auto& e, auto& id) { return Accept(e, id, kNow); }},
      {"decline", [](auto& e, auto& id) { return Decline(e, id, kNow); }},
      {"leave", [](auto& e, auto& id) { return Leave(e, id, kNow); }},
      {"release", [](auto& e, auto& id) { return Release(e, id, kNow); }},
      {"lapse early", [](auto& e, auto&) { return Lapse(e, kNow + minutes(30) - Millis(1)); }},
      {"lapse", [](auto& e, auto&) { return Lapse(e, kNow + minutes(30)); }},
      {"close", [](auto& e, auto&) { return Close(e, kNow); }},
      {"more seats", [](auto& e, auto&) { return SetLimits(e, LimitsOf(1, 3, 2), kNow); }},
      {"one seat", [](auto& e, auto&) { return SetLimits(e, LimitsOf(1, 1, 2), kNow); }},
      {"two needed", [](auto& e, auto&) { return SetLimits(e, LimitsOf(2, 2, 2), kNow); }},
  };
  return operations;
}

v1::Enrollment Closed(v1::Enrollment enrollment) {
  enrollment.set_closed(true);
  return enrollment;
}
v1::Enrollment Over(v1::Enrollment enrollment) {
  *enrollment.mutable_close_time() = ToTimestamp(kNow);
  return enrollment;
}

struct RosterRow {
  std::string operation;
  std::string id;
  std::string told;
};

// Does each row on a copy of `enrollment`. A refusal changes nothing.
void ExpectRows(const v1::Enrollment& enrollment, const std::vector<RosterRow>& rows) {
  for (const RosterRow& row : rows) {
    v1::Enrollment changed = enrollment;
    const Outcome outcome = Operations().at(row.operation)(changed, row.id);
    EXPECT_EQ(Told(outcome), row.told) << row.operation << " " << row.id;
    if (outcome.refusal) {
      EXPECT_EQ(changed.SerializeAsString(), enrollment.SerializeAsString());
    }
    const Seats seats = SeatsOf(changed);
    EXPECT_LE(seats.taken + seats.held, seats.capacity) << row.operation << " " << row.id;
    for (const Moved& moved : outcome.moved) {
      EXPECT_EQ(PlaceOf(enrollment, moved.id).standing, moved.before);
      EXPECT_EQ(PlaceOf(changed, moved.id).standing, moved.after);
    }
  }
}

TEST(RosterTest, Empty) {
  ExpectRows(With({}), {{"join", "n", "n join +minimum"},
                        {"admit", "n", "n admit +minimum"},
                        {"offer", "n", "n offer"},
                        {"accept", "n", "NO_OFFER"},
                        {"decline", "n", "NO_OFFER"},
                        {"leave", "n", "NOT_IN"},
                        {"release", "n", "NOT_IN"},
                        {"lapse", "", ""},
                        {"close", "", ""},
                        {"more seats", "", ""},
                        {"one seat", "", ""},
                        {"two needed", "", ""}});
}

TEST(RosterTest, WithRoom) {
  ExpectRows(With({.in = "a"}), {{"join", "n", "n join +full"},
                                 {"join", "a", "ALREADY_IN"},
                                 {"admit", "n", "n admit +full"},
                                 {"admit", "a", "ALREADY_IN"},
                                 {"offer", "n", "n offer"},
                                 {"offer", "a", "ALREADY_IN"},
                                 {"accept", "a", "ALREADY_IN"},
                                 {"decline", "a", "NO_OFFER"},
                                 {"leave", "a", "a leave -minimum"},
                                 {"release", "a", "a release -minimum"},
                                 {"lapse", "", ""},
                                 {"close", "", ""},
                                 {"more seats", "", ""},
                                 {"one seat", "", " +full"},
                                 {"two needed", "", " -minimum"}});
}

TEST(RosterTest, FullAndNobodyWaits) {
  ExpectRows(With({.in = "ab"}), {{"join", "n", "n queue"},
                                  {"admit", "n", "FULL"},
                                  {"offer", "n", "FULL"},
                                  {"accept", "n", "NO_OFFER"},
                                  {"leave", "a", "a leave"},
                                  {"release", "b", "b release"},
                                  {"close", "", ""},
                                  {"more seats", "", ""},
                                  {"one seat", "", "LIMITS"},
                                  {"two needed", "", ""}});
}

TEST(RosterTest, FullAndSomebodyWaits) {
  ExpectRows(With({.in = "ab", .waiting = "w"}), {{"join", "n", "n queue"},
                                                  {"join", "w", "ALREADY_IN"},
                                                  {"admit", "n", "FULL"},
                                                  {"admit", "w", "FULL"},
                                                  {"offer", "n", "FULL"},
                                                  {"offer", "w", "ALREADY_IN"},
                                                  {"accept", "w", "NO_OFFER"},
                                                  {"decline", "w", "NO_OFFER"},
                                                  {"leave", "w", "w leave"},
                                                  {"release", "w", "w release"},
                                                  {"leave", "a", "a leave, w promote"},
                                                  {"release", "a", "a release, w promote"},
                                                  {"lapse", "", ""},
                                                  {"close", "", "w release"},
                                                  {"more seats", "", "w promote"}});
}

TEST(RosterTest, FullAndTheWaitlistIsFull) {
  ExpectRows(With({.in = "ab", .waiting = "wv"}), {{"join", "n", "WAITLIST_FULL"},
                                                   {"leave", "a", "a leave, w promote"},
                                                   {"leave", "w", "w leave"},
                                                   {"close", "", "w release, v release"},
                                                   {"more seats", "", "w promote"}});
}

TEST(RosterTest, TheLastSeatIsHeld) {
  ExpectRows(With({.in = "a", .held = "o"}), {{"join", "n", "n queue"},
                                              {"admit", "n", "FULL"},
                                              {"offer", "n", "FULL"},
                                              {"offer", "o", "ALREADY_IN"},
                                              {"join", "o", "o join"},
                                              {"admit", "o", "o admit"},
                                              {"accept", "o", "o accept"},
                                              {"decline", "o", "o decline"},
                                              {"leave", "o", "NOT_IN"},
                                              {"release", "o", "o release"},
                                              {"leave", "a", "a leave -minimum"},
                                              {"lapse early", "", ""},
                                              {"lapse", "", "o lapse"},
                                              {"close", "", "o release"},
                                              {"one seat", "", "LIMITS"}});
}

TEST(RosterTest, TheLastSeatIsHeldAndSomebodyWaits) {
  ExpectRows(With({.in = "a", .waiting = "w", .held = "o"}),
             {{"join", "n", "n queue"},
              {"admit", "w", "FULL"},
              {"accept", "o", "o accept"},
              {"decline", "o", "o decline, w promote"},
              {"release", "o", "o release, w promote"},
              {"lapse", "", "o lapse, w promote"},
              {"leave", "a", "a leave, w promote -minimum"},
              {"close", "", "o release, w release"},
              {"more seats", "", "w promote"}});
}

TEST(RosterTest, AskedWithoutASeatHeld) {
  ExpectRows(With({.in = "a", .asked = "o"}), {{"join", "n", "n join +full"},
                                               {"join", "o", "o join +full"},
                                               {"admit", "o", "o admit +full"},
                                               {"accept", "o", "o accept +full"},
                                               {"decline", "o", "o decline"},
                                               {"offer", "o", "ALREADY_IN"},
                                               {"leave", "o", "NOT_IN"},
                                               {"release", "o", "o release"},
                                               {"lapse early", "", ""},
                                               {"lapse", "", "o lapse"},
                                               {"close", "", "o release"}});
}

TEST(RosterTest, AskedAndTheOthersWereFaster) {
  ExpectRows(With({.in = "ab", .waiting = "w", .asked = "o"}), {{"join", "o", "o queue"},
                                                                {"accept", "o", "FULL"},
                                                                {"admit", "o", "FULL"},
                                                                {"decline", "o", "o decline"},
                                                                {"lapse", "", "o lapse"}});
}

TEST(RosterTest, NobodyMayWait) {
  ExpectRows(With({.in = "ab"}, LimitsOf(1, 2, 0)), {{"join", "n", "FULL"}});
}

TEST(RosterTest, AfterItsClosing) {
  ExpectRows(Closed(With({.in = "a"})), {{"join", "n", "CLOSED"},
                                         {"admit", "n", "CLOSED"},
                                         {"offer", "n", "CLOSED"},
                                         {"accept", "n", "CLOSED"},
                                         {"decline", "n", "NO_OFFER"},
                                         {"leave", "a", "a leave -minimum"},
                                         {"release", "a", "a release -minimum"},
                                         {"lapse", "", ""},
                                         {"close", "", "CLOSED"},
                                         {"more seats", "", "CLOSED"}});
}

// The timer that closes it may be late.
TEST(RosterTest, NobodyJoinsOrIsPromotedFromItsCloseTimeOn) {
  ExpectRows(Over(With({.in = "ab", .waiting = "w", .asked = "o"})),
             {{"join", "n", "CLOSED"},
              {"admit", "n", "CLOSED"},
              {"offer", "n", "CLOSED"},
              {"accept", "o", "CLOSED"},
              {"decline", "o", "o decline"},
              {"leave", "a", "a leave"},
              {"more seats", "", "CLOSED"},
              {"close", "", "o release, w release"}});
}

TEST(RosterTest, WhoeverIsPromotedHasUntilTheHoldOrTheCloseTime) {
  v1::Enrollment enrollment = With({.in = "ab", .waiting = "w"});
  Leave(enrollment, "a", kNow);
  EXPECT_EQ(PlaceOf(enrollment, "w").offer_expires, kNow + minutes(30));
  EXPECT_TRUE(PlaceOf(enrollment, "w").holds_seat);

  enrollment = With({.in = "ab", .waiting = "w"});
  enrollment.set_hold_seconds(60);
  Leave(enrollment, "a", kNow);
  EXPECT_EQ(PlaceOf(enrollment, "w").offer_expires, kNow + minutes(1));

  enrollment = With({.in = "ab", .waiting = "w"});
  *enrollment.mutable_close_time() = ToTimestamp(kNow + minutes(5));
  Leave(enrollment, "a", kNow);
  EXPECT_EQ(PlaceOf(enrollment, "w").offer_expires, kNow + minutes(5));
}

TEST(RosterTest, AnOfferHasUntilItsTimeOrTheCloseTime) {
  v1::Enrollment enrollment = With({});
  Offer(enrollment, "n", hours(2), kNow);
  EXPECT_EQ(PlaceOf(enrollment, "n").offer_expires, kNow + hours(2));
  EXPECT_FALSE(PlaceOf(enrollment, "n").holds_seat);
  *enrollment.mutable_close_time() = ToTimestamp(kNow + hours(1));
  Offer(enrollment, "m", hours(2), kNow);
  EXPECT_EQ(PlaceOf(enrollment, "m").offer_expires, kNow + hours(1));
  EXPECT_EQ(NextExpiry(enrollment), kNow + hours(1));
}

TEST(RosterTest, NothingExpiresWithoutOffers) {
  EXPECT_EQ(NextExpiry(With({.in = "a", .waiting = "w"})), std::nullopt);
}

// The seat stays held until the timer has fired, so that it is passed on in order.
TEST(RosterTest, AnOfferThatHasRunOutIsNotAccepted) {
  v1::Enrollment enrollment = With({.in = "a", .waiting = "w", .held = "o"});
  const Time late = kNow + minutes(31);
  EXPECT_EQ(Told(Accept(enrollment, "o", late)), "OFFER_LAPSED");
  EXPECT_EQ(Told(Join(enrollment, "n", late)), "n queue");
  EXPECT_EQ(Told(Lapse(enrollment, late)), "o lapse, w promote");
  EXPECT_EQ(Told(Accept(enrollment, "o", late)), "NO_OFFER");
}

TEST(RosterTest, WhoeverWaitsAfterAnOfferGoesBehindTheOthers) {
  v1::Enrollment enrollment = With({.in = "ab", .waiting = "w", .asked = "o"});
  Join(enrollment, "o", kNow);
  EXPECT_EQ(IdsOf(enrollment, v1::STANDING_WAITING), (std::vector<std::string>{"w", "o"}));
  Leave(enrollment, "w", kNow);
  Join(enrollment, "w", kNow);
  EXPECT_EQ(IdsOf(enrollment, v1::STANDING_WAITING), (std::vector<std::string>{"o", "w"}));
}

TEST(RosterTest, MoreSeatsAreOfferedInTheOrderOfTheWaitlist) {
  v1::Enrollment enrollment = With({.in = "ab", .waiting = "wvu"}, LimitsOf(1, 2, 3));
  EXPECT_EQ(Told(SetLimits(enrollment, LimitsOf(1, 4, 3), kNow)), "w promote, v promote");
  EXPECT_EQ(Told(Decline(enrollment, "w", kNow)), "w decline, u promote");
}

TEST(RosterTest, WhoeverWaitsKeepsTheirPlaceWhereFewerMay) {
  v1::Enrollment enrollment = With({.in = "ab", .waiting = "wv"});
  EXPECT_EQ(Told(SetLimits(enrollment, LimitsOf(1, 2, 1), kNow)), "");
  EXPECT_EQ(Told(Join(enrollment, "n", kNow)), "WAITLIST_FULL");
  EXPECT_EQ(Told(Leave(enrollment, "a", kNow)), "a leave, w promote");
  EXPECT_EQ(Told(Leave(enrollment, "b", kNow)), "b leave, v promote -minimum");
}

TEST(RosterTest, LimitsThatMakeNoSenseAreRefused) {
  for (const v1::Limits& limits :
       {LimitsOf(-1, 2, 2), LimitsOf(3, 2, 2), LimitsOf(0, 0, 2), LimitsOf(1, 2, -1),
        LimitsOf(1, kMaxMembers, 1), LimitsOf(1, kMaxMembers + 1, 0), LimitsOf(1, 2, INT32_MAX)}) {
    v1::Enrollment enrollment = With({});
    EXPECT_EQ(Told(SetLimits(enrollment, limits, kNow)), "LIMITS") << limits.ShortDebugString();
  }
  EXPECT_TRUE(IsValid(LimitsOf(0, kMaxMembers, 0)));
  EXPECT_TRUE(IsValid(LimitsOf(1, 1, kMaxMembers - 1)));
}

TEST(RosterTest, OffersHaveABound) {
  v1::Enrollment enrollment = With({});
  for (int i = 0; i < kMaxMembers; ++i) {
    ASSERT_EQ(Offer(enrollment, std::to_string(i), hours(1), kNow).refusal, std::nullopt);
  }
  EXPECT_EQ(Told(Offer(enrollment, "n", hours(1), kNow)), "FULL");
  EXPECT_EQ(Told(Join(enrollment, "n", kNow)), "n join +minimum");
}

}  // namespace
}  // namespace baodao::enrollment
