#include "services/dispatch/domain/sign.h"

#include "common/testing/matchers.h"
#include "services/dispatch/domain/deadlines.h"
#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

class SignTest : public TaskFixture {
 protected:
  std::string In(const std::string& person, Time now) {
    return Refusal(DecideSignIn(aggregate(), person, ProofBy(v1::SIGN_METHOD_CODE), now));
  }
  std::string Out(const std::string& person, Time now) {
    return Refusal(DecideSignOut(aggregate(), person, ProofBy(v1::SIGN_METHOD_POSITION), now));
  }
  static constexpr Time kStart = kNow + hours(4);
  static constexpr Time kEnd = kNow + hours(6);
};

TEST_F(SignTest, WholeService) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  Add("per_b", v1::ASSIGNMENT_STATE_ACCEPTED);
  State(v1::TASK_STATE_STAFFED);
  EXPECT_EQ(In("per_a", kStart), "OK");
  EXPECT_EQ(task().state(), v1::TASK_STATE_IN_SERVICE);
  EXPECT_EQ(In("per_b", kStart + minutes(10)), "OK");
  EXPECT_EQ(task().signed_in_count(), 2);
  EXPECT_EQ(Out("per_a", kEnd), "OK");
  EXPECT_EQ(task().state(), v1::TASK_STATE_IN_SERVICE);
  const auto last = DecideSignOut(aggregate(), "per_b", ProofBy(v1::SIGN_METHOD_CODE), kEnd);
  ASSERT_THAT(last, testing::IsOk());
  EXPECT_EQ(task().state(), v1::TASK_STATE_SERVED);
  EXPECT_EQ(task().signed_in_count(), 0);
  EXPECT_EQ(task().signed_out_count(), 2);
  EXPECT_EQ(task().accepted_count(), 2);
  const v1::Assignment& a = aggregate().Find("per_a")->assignment();
  EXPECT_EQ(a.credited_minutes(), 120);
  EXPECT_EQ(a.sign_in_method(), v1::SIGN_METHOD_CODE);
  EXPECT_EQ(a.sign_out_method(), v1::SIGN_METHOD_POSITION);
  EXPECT_EQ(aggregate().Find("per_b")->assignment().credited_minutes(), 110);
  ASSERT_EQ(last->events.size(), 2u);
  EXPECT_EQ(last->events[1].task_changed().kind(), events::v1::TASK_CHANGE_SERVED);
  EXPECT_EQ(Armed(*last, Timer("autoclose")), kEnd + hours(24 * 7));
  EXPECT_TRUE(Cleared(*last, Timer("end")));
}

TEST_F(SignTest, SomebodyStillToComeKeepsTheTaskRunning) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  Add("per_b", v1::ASSIGNMENT_STATE_ACCEPTED);
  State(v1::TASK_STATE_STAFFED);
  EXPECT_EQ(In("per_a", kStart), "OK");
  EXPECT_EQ(Out("per_a", kStart + minutes(20)), "OK");
  EXPECT_EQ(task().state(), v1::TASK_STATE_IN_SERVICE);
}

TEST_F(SignTest, AnOpenTaskMayBeginTooFewAsTheyAre) {
  record_.mutable_task()->set_slots_min(2);
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  EXPECT_EQ(In("per_a", kStart), "OK");
  EXPECT_EQ(task().state(), v1::TASK_STATE_IN_SERVICE);
}

TEST_F(SignTest, FromHalfAnHourBeforeUntilTheEnd) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  EXPECT_EQ(In("per_a", kStart - minutes(30) - Millis(1)), "TOO_EARLY");
  EXPECT_EQ(In("per_a", kEnd), "TOO_LATE");
  const auto refused = DecideSignIn(aggregate(), "per_a", ProofBy(v1::SIGN_METHOD_CODE), kNow);
  EXPECT_EQ(MetadataOf(refused.status())["from"], "2025-06-01T03:30:00Z");
  EXPECT_EQ(In("per_a", kStart - minutes(30)), "OK");
}

TEST_F(SignTest, Refusals) {
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  Add("per_n", v1::ASSIGNMENT_STATE_NO_SHOW);
  Add("per_i", v1::ASSIGNMENT_STATE_SIGNED_IN);
  Add("per_o", v1::ASSIGNMENT_STATE_SIGNED_OUT);
  State(v1::TASK_STATE_IN_SERVICE);
  EXPECT_EQ(In("per_x", kStart), "NOT_ASSIGNED");
  EXPECT_EQ(Out("per_x", kStart), "NOT_ASSIGNED");
  for (const char* person : {"per_w", "per_n", "per_i", "per_o"}) {
    EXPECT_EQ(In(person, kStart), "WRONG_STATE") << person;
  }
  for (const char* person : {"per_w", "per_n", "per_o"}) {
    EXPECT_EQ(Out(person, kStart), "WRONG_STATE") << person;
  }
}

// The first one on the spot used to end recruiting, and with the last one gone the task was SERVED
// before it had begun.
TEST_F(SignTest, WhoIsEarlyEndsNeitherRecruitingNorTheTask) {
  record_.mutable_task()->set_slots_min(2);
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  const auto early =
      DecideSignIn(aggregate(), "per_a", ProofBy(v1::SIGN_METHOD_CODE), kStart - minutes(20));
  ASSERT_THAT(early, testing::IsOk());
  EXPECT_EQ(task().state(), v1::TASK_STATE_OPEN);
  EXPECT_EQ(Armed(*early, Timer("begin")), kStart);
  const auto profile = ProfileOf("per_b");
  EXPECT_THAT(Do(Command(TakeKind::kClaim, profile), kStart - minutes(10)), testing::IsOk());
  EXPECT_EQ(task().state(), v1::TASK_STATE_STAFFED);
  EXPECT_EQ(Out("per_a", kStart - minutes(5)), "OK");
  EXPECT_EQ(task().state(), v1::TASK_STATE_STAFFED);
  EXPECT_EQ(aggregate().Find("per_a")->assignment().credited_minutes(), 0);
  const Effects begun = DecideBegin(aggregate(), kStart);
  EXPECT_TRUE(Cleared(begun, Timer("begin")));
  EXPECT_EQ(task().state(), v1::TASK_STATE_IN_SERVICE);
}

// Two tasks may touch: minutes beyond a window would count twice.
TEST_F(SignTest, MinutesAreClippedToTheTask) {
  const v1::Task& task = record_.task();
  EXPECT_EQ(ServedMinutes(task, kStart, kEnd), 120);
  EXPECT_EQ(ServedMinutes(task, kStart - hours(2), kEnd), 120);
  EXPECT_EQ(ServedMinutes(task, kStart, kEnd + hours(9)), 120);
  EXPECT_EQ(ServedMinutes(task, kStart, kStart), 0);
  EXPECT_EQ(ServedMinutes(task, kEnd, kStart), 0);
  EXPECT_EQ(ServedMinutes(task, kStart, kStart + std::chrono::seconds(61)), 2);
}

TEST(ClockTest, IsOffByMoreThanFiveMinutesEitherWay) {
  EXPECT_FALSE(IsClockOff(minutes(5)));
  EXPECT_FALSE(IsClockOff(-minutes(5)));
  EXPECT_TRUE(IsClockOff(minutes(5) + Millis(1)));
  EXPECT_TRUE(IsClockOff(-minutes(5) - Millis(1)));
}

}  // namespace
}  // namespace baodao::dispatch
