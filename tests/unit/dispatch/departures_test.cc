#include "services/dispatch/domain/departures.h"

#include "services/dispatch/domain/withdraw.h"
#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

class DeparturesTest : public TaskFixture {
 protected:
  DeparturesTest() { Window(kNow + hours(72), kNow + hours(74)); }
  std::string Claim(Time now) { return Refusal(Do(Command(TakeKind::kClaim, me_), now)); }
  std::string Withdraw(Time now, bool by_coordinator = false) {
    return Refusal(DecideWithdraw(aggregate(), "per_me", by_coordinator, now));
  }
  const registration::v1::Profile me_ = ProfileOf("per_me");
};

// Claiming and withdrawing in a loop pushed a thousand notices into an inbox.
TEST_F(DeparturesTest, ATaskIsLeftThreeTimesADay) {
  int left = 0;
  for (int minute = 0; minute < 24 * 60; ++minute) {
    const Time now = kNow + minutes(minute);
    if (Claim(now) == "OK" && Withdraw(now) == "OK") ++left;
  }
  EXPECT_EQ(left, 3);
  EXPECT_EQ(Claim(kNow + hours(24)), "OK");
}

TEST_F(DeparturesTest, AnybodyMayChangeTheirMindOnce) {
  ASSERT_EQ(Claim(kNow), "OK");
  ASSERT_EQ(Withdraw(kNow), "OK");
  ASSERT_EQ(Claim(kNow), "OK");
  ASSERT_EQ(Withdraw(kNow + minutes(1)), "OK");
  const auto refused = Do(Command(TakeKind::kClaim, me_), kNow + minutes(5));
  EXPECT_EQ(Refusal(refused), "LEFT_TOO_OFTEN");
  EXPECT_EQ(RetryAfterOf(refused.status()), minutes(6));
  ASSERT_EQ(Claim(kNow + minutes(11)), "OK");
  ASSERT_EQ(Withdraw(kNow + minutes(12)), "OK");
  EXPECT_EQ(RetryAfterOf(Do(Command(TakeKind::kClaim, me_), kNow + hours(1)).status()), hours(23));
}

TEST_F(DeparturesTest, OnlyWhatOneDoesOneselfCounts) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(Claim(kNow), "OK");
    ASSERT_EQ(Withdraw(kNow, true), "OK");
  }
  ASSERT_EQ(Claim(kNow), "OK");
  ASSERT_EQ(Withdraw(kNow), "OK");
  ASSERT_EQ(Claim(kNow), "OK");
  ASSERT_EQ(Withdraw(kNow), "OK");
  ASSERT_EQ(Claim(kNow), "LEFT_TOO_OFTEN");
  // Somebody whom a coordinator puts on the task, or asks again, need not wait.
  EXPECT_EQ(Refusal(Do(Command(TakeKind::kAssign, me_), kNow)), "OK");
}

}  // namespace
}  // namespace baodao::dispatch
