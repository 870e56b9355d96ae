// Random calls, one after the other; what must hold is checked after each.
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "common/enrollment/roster.h"
#include "tests/unit/enrollment/told.h"

namespace baodao::enrollment {
namespace {

using Ids = std::vector<std::string>;

class Walk {
 public:
  explicit Walk(unsigned seed) : random_(seed) {
    *enrollment_.mutable_limits() = LimitsOf(Draw(0, 2), Draw(2, 5), Draw(0, 4));
    enrollment_.set_hold_seconds(Draw(60, 3600));
    if (Draw(0, 1) == 1) *enrollment_.mutable_close_time() = ToTimestamp(kNow + hours(Draw(1, 72)));
  }

  void Step() {
    now_ += seconds(Draw(0, 900));
    const v1::Enrollment before = enrollment_;
    const Outcome outcome = Act();
    CheckNumbers();
    if (outcome.refusal) {
      EXPECT_EQ(enrollment_.SerializeAsString(), before.SerializeAsString());
      return;
    }
    CheckMoves(before, outcome);
    CheckWaitlist(before, outcome);
    CheckCrossings(SeatsOf(before), outcome);
    if (IsOpen(enrollment_, now_)) {
      EXPECT_FALSE(SeatsOf(enrollment_).AwaitsPromotion());
    }
  }

 private:
  int Draw(int from, int to) { return std::uniform_int_distribution<int>(from, to)(random_); }

  Outcome Act() {
    const std::string id = "per_" + std::to_string(Draw(0, 11));
    switch (Draw(0, 40)) {
      case 0:
        return SetLimits(enrollment_, LimitsOf(Draw(0, 3), Draw(1, 6), Draw(0, 4)), now_);
      case 1:
        return Draw(0, 9) == 0 ? Close(enrollment_, now_) : Lapse(enrollment_, now_);
      default:
        break;
    }
    switch (Draw(0, 7)) {
      case 0:
        return Leave(enrollment_, id, now_);
      case 1:
        return Accept(enrollment_, id, now_);
      case 2:
        return Decline(enrollment_, id, now_);
      case 3:
        return Offer(enrollment_, id, minutes(Draw(1, 120)), now_);
      case 4:
        return Admit(enrollment_, id, now_);
      case 5:
        return Draw(0, 3) == 0 ? Release(enrollment_, id, now_) : Lapse(enrollment_, now_);
      default:
        return Join(enrollment_, id, now_);
    }
  }

  // Never more in than seats, and nobody twice.
  void CheckNumbers() {
    const Seats seats = SeatsOf(enrollment_);
    ASSERT_LE(seats.taken + seats.held, seats.capacity);
    ASSERT_GE(seats.held, 0);
    std::set<std::string> ids;
    for (const v1::Member& member : enrollment_.members()) {
      EXPECT_TRUE(ids.insert(member.id()).second) << member.id() << " twice";
      EXPECT_NE(member.standing(), v1::STANDING_UNSPECIFIED);
      EXPECT_EQ(member.has_offer_expire_time(), member.standing() == v1::STANDING_OFFERED);
      EXPECT_TRUE(!member.holds_seat() || member.standing() == v1::STANDING_OFFERED);
    }
  }

  // Every move is possible, the moves lead from what was to what is, and nobody else has moved.
  void CheckMoves(const v1::Enrollment& before, const Outcome& outcome) {
    std::map<std::string, v1::Standing> standings;
    for (const v1::Member& member : before.members()) standings[member.id()] = member.standing();
    for (const Moved& moved : outcome.moved) {
      EXPECT_EQ(standings[moved.id], moved.before);
      EXPECT_EQ(kStandingMachine.Next(moved.before, moved.event), moved.after);
      standings[moved.id] = moved.after;
    }
    for (const auto& [id, standing] : standings) {
      EXPECT_EQ(PlaceOf(enrollment_, id).standing, standing) << id;
    }
  }

  // Nobody overtakes: those who still wait do so in their old order, newcomers behind them, and
  // whoever is promoted had nobody before them who still waits.
  void CheckWaitlist(const v1::Enrollment& before, const Outcome& outcome) {
    Ids expected = IdsOf(before, v1::STANDING_WAITING);
    for (const Moved& moved : outcome.moved) {
      if (moved.event == Event::kPromote) {
        ASSERT_FALSE(expected.empty());
        EXPECT_EQ(moved.id, expected.front());
      }
      std::erase(expected, moved.id);
      if (moved.event == Event::kQueue) expected.push_back(moved.id);
    }
    EXPECT_EQ(IdsOf(enrollment_, v1::STANDING_WAITING), expected);
  }

  void CheckCrossings(const Seats& before, const Outcome& outcome) {
    const Seats after = SeatsOf(enrollment_);
    EXPECT_EQ(outcome.became_full, before.Free() > 0 && after.Free() <= 0);
    EXPECT_EQ(outcome.reached_minimum,
              before.taken < before.minimum && after.taken >= after.minimum);
    EXPECT_EQ(outcome.fell_below_minimum,
              before.taken >= before.minimum && after.taken < after.minimum);
  }

  std::mt19937 random_;
  v1::Enrollment enrollment_;
  Time now_ = kNow;
};

TEST(RosterWalkTest, WhatMustHoldHoldsAfterEveryCall) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    Walk walk(seed);
    for (int step = 0; step < 200; ++step) walk.Step();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace baodao::enrollment
