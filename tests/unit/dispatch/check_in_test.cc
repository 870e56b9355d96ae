#include "services/dispatch/domain/check_in.h"

#include "common/testing/matchers.h"
#include "services/dispatch/domain/close.h"
#include "services/dispatch/domain/deadlines.h"
#include "services/dispatch/domain/sign.h"
#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// per_a is to be heard from every half hour, and signs in at the start.
class CheckInTest : public TaskFixture {
 protected:
  CheckInTest() {
    Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
    Add("per_b", v1::ASSIGNMENT_STATE_ACCEPTED);
    State(v1::TASK_STATE_STAFFED);
    record_.mutable_task()->set_check_in_minutes(30);
    record_.mutable_task()->set_leader_id("per_b");
  }
  absl::StatusOr<Effects> SignIn() {
    return DecideSignIn(aggregate(), "per_a", ProofBy(v1::SIGN_METHOD_CODE), kStart);
  }
  Effects Fire(Time now) { return DecideUnheard(aggregate(), "per_a", now); }
  std::string CheckIn(Time now) { return Refusal(DecideCheckIn(aggregate(), "per_a", now)); }
  v1::CheckInState State() { return aggregate().Find("per_a")->assignment().check_in_state(); }
  using TaskFixture::State;
  // When the person's timer fires next; nothing where it is cleared.
  static std::optional<Time> Timer(const Effects& effects) {
    const std::string name = TimerName(kCheckInTimer, kTaskId, "per_a");
    for (const TimerChange& timer : effects.timers) {
      if (timer.member == name) return timer.due;
    }
    ADD_FAILURE() << "no timer";
    return std::nullopt;
  }
  // "<before> → <after>" of each.
  static std::vector<std::string> Told(const Effects& effects) {
    std::vector<std::string> told;
    for (const events::v1::Event& event : effects.events) {
      if (!event.has_check_in_changed()) continue;
      const events::v1::CheckInChanged& changed = event.check_in_changed();
      // With the end nobody leads any more.
      const bool ended = changed.state() == v1::CHECK_IN_STATE_UNSPECIFIED;
      EXPECT_EQ(changed.leader_id(), ended ? "" : "per_b");
      told.push_back(record::StateName(changed.before()) + " → " +
                     record::StateName(changed.state()));
    }
    return told;
  }

  static constexpr Time kStart = kNow + hours(4);
};

TEST_F(CheckInTest, SigningInBeginsIt) {
  const auto in = SignIn();
  EXPECT_EQ(Timer(*in), kStart + minutes(30));
  EXPECT_THAT(Told(*in), IsEmpty());
  EXPECT_EQ(State(), v1::CHECK_IN_STATE_ON_TIME);
  ASSERT_EQ(CheckIn(kStart + minutes(20)), "OK");
  EXPECT_EQ(ToTime(aggregate().Find("per_a")->assignment().check_in_due_time()),
            kStart + minutes(50));
}

TEST_F(CheckInTest, NobodyIsAskedWhereTheTaskDoesNot) {
  EXPECT_EQ(CheckIn(kStart), "WRONG_STATE");
  EXPECT_EQ(Refusal(DecideCheckIn(aggregate(), "per_x", kStart)), "NOT_ASSIGNED");
  aggregate().task().set_check_in_minutes(0);
  EXPECT_EQ(CheckIn(kStart), "NO_CHECK_INS");
  ASSERT_THAT(SignIn(), testing::IsOk());
  EXPECT_EQ(State(), v1::CHECK_IN_STATE_UNSPECIFIED);
}

TEST_F(CheckInTest, WhoIsNotHeardFromIsRemindedThenMissedAgainAndAgain) {
  ASSERT_THAT(SignIn(), testing::IsOk());
  // Early.
  EXPECT_EQ(Timer(Fire(kStart + minutes(29))), kStart + minutes(30));
  const Effects due = Fire(kStart + minutes(30));
  EXPECT_THAT(Told(due), ElementsAre("ON_TIME → DUE"));
  EXPECT_EQ(Timer(due), kStart + minutes(35));
  EXPECT_EQ(Timer(Fire(kStart + minutes(31))), kStart + minutes(35)) << "twice";
  const Effects missed = Fire(kStart + minutes(35));
  EXPECT_THAT(Told(missed), ElementsAre("DUE → MISSED"));
  EXPECT_EQ(Timer(missed), kStart + minutes(65));
  EXPECT_THAT(Told(Fire(kStart + minutes(36))), IsEmpty()) << "twice";
  EXPECT_THAT(Told(Fire(kStart + minutes(65))), ElementsAre("MISSED → MISSED"));

  const auto heard = DecideCheckIn(aggregate(), "per_a", kStart + minutes(70));
  EXPECT_THAT(Told(*heard), ElementsAre("MISSED → ON_TIME"));
  EXPECT_EQ(Timer(*heard), kStart + minutes(100));
}

// Nobody is missed because the timers stood still.
TEST_F(CheckInTest, EverybodyHasFiveMinutesHoweverLateTheyAreReminded) {
  ASSERT_THAT(SignIn(), testing::IsOk());
  EXPECT_EQ(Timer(Fire(kStart + minutes(90))), kStart + minutes(95));
  EXPECT_THAT(Told(Fire(kStart + minutes(94))), IsEmpty());
}

TEST_F(CheckInTest, SigningOutEndsIt) {
  ASSERT_THAT(SignIn(), testing::IsOk());
  Fire(kStart + minutes(30));
  Fire(kStart + minutes(35));
  const auto out = DecideSignOut(aggregate(), "per_a", ProofBy(v1::SIGN_METHOD_COORDINATOR),
                                 kStart + minutes(40));
  EXPECT_THAT(Told(*out), ElementsAre("MISSED → ON_TIME")) << "they were found";
  EXPECT_EQ(Timer(*out), std::nullopt);
  EXPECT_EQ(State(), v1::CHECK_IN_STATE_UNSPECIFIED);
  EXPECT_EQ(Timer(Fire(kStart + minutes(65))), std::nullopt) << "a late one";
}

// The timer of the end has heard of nobody: that was the last that was told of somebody missed.
TEST_F(CheckInTest, NobodyIsHeardFromByATimer) {
  ASSERT_THAT(SignIn(), testing::IsOk());
  Fire(kStart + minutes(30));
  Fire(kStart + minutes(35));
  const Effects ended = DecideEnd(aggregate(), kStart + hours(3));
  EXPECT_THAT(Told(ended), ElementsAre("MISSED → NONE"));
  EXPECT_EQ(State(), v1::CHECK_IN_STATE_UNSPECIFIED);
}

TEST_F(CheckInTest, NorByTheEndOfTheTask) {
  aggregate().task().set_check_in_minutes(10);
  const Proof proof = ProofBy(v1::SIGN_METHOD_CODE);
  ASSERT_THAT(DecideSignIn(aggregate(), "per_a", proof, kStart - minutes(30)), testing::IsOk());
  Fire(kStart - minutes(20));
  Fire(kStart - minutes(15));
  const auto cancelled =
      DecideCancel(aggregate(), "停电", v1::NEED_OUTCOME_UNSPECIFIED, kStart - minutes(14));
  ASSERT_THAT(cancelled, testing::IsOk());
  EXPECT_THAT(Told(*cancelled), ElementsAre("MISSED → NONE"));
}

TEST_F(CheckInTest, TheEndOfSomebodyOnTimeIsNoNews) {
  ASSERT_THAT(SignIn(), testing::IsOk());
  EXPECT_THAT(Told(DecideEnd(aggregate(), kStart + hours(3))), IsEmpty());
}

TEST_F(CheckInTest, NorIsThatOfSomebodyWhoWasJustReminded) {
  ASSERT_THAT(SignIn(), testing::IsOk());
  Fire(kStart + hours(3));
  ASSERT_EQ(State(), v1::CHECK_IN_STATE_DUE);
  EXPECT_THAT(Told(DecideEnd(aggregate(), kStart + hours(3))), IsEmpty());
}

}  // namespace
}  // namespace baodao::dispatch
