#include "services/dispatch/domain/offer.h"

#include "common/testing/matchers.h"
#include "services/dispatch/domain/withdraw.h"
#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

class OfferTest : public TaskFixture {
 protected:
  absl::StatusOr<Effects> Offer(const std::string& person, Millis ttl = Millis(0),
                                Time now = kNow) {
    profile_ = ProfileOf(person);
    return DecideOffer(aggregate(), Command(TakeKind::kClaim, profile_), ttl, now);
  }
  registration::v1::Profile profile_;
};

TEST_F(OfferTest, RunsThirtyMinutesAndHoldsNothing) {
  const auto effects = Offer("per_a");
  ASSERT_THAT(effects, testing::IsOk());
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_OFFERED);
  EXPECT_EQ(task().held_count(), 0);
  EXPECT_EQ(task().accepted_count(), 0);
  EXPECT_EQ(Armed(*effects, Timer("offer", "per_a")), kNow + minutes(30));
  EXPECT_EQ(ToTime(aggregate().Find("per_a")->assignment().offer_expire_time()),
            kNow + minutes(30));
}

TEST_F(OfferTest, NeverBeyondTheStart) {
  const auto effects = Offer("per_a", hours(23));
  ASSERT_THAT(effects, testing::IsOk());
  EXPECT_EQ(Armed(*effects, Timer("offer", "per_a")), kNow + hours(4));
}

TEST_F(OfferTest, Refusals) {
  Add("per_b", v1::ASSIGNMENT_STATE_ACCEPTED);
  Add("per_o", v1::ASSIGNMENT_STATE_OFFERED);
  EXPECT_EQ(Refusal(Offer("per_b")), "ALREADY_ASSIGNED");
  EXPECT_EQ(Refusal(Offer("per_o")), "ALREADY_ASSIGNED");
  EXPECT_EQ(Refusal(Offer("per_a", Millis(0), kNow + hours(4))), "TASK_STARTED");
  aggregate().task().set_slots_max(1);
  EXPECT_EQ(Refusal(Offer("per_a")), "TASK_FULL");
  aggregate().task().set_slots_max(2);
  aggregate().task().add_skills("driving");
  EXPECT_EQ(Refusal(Offer("per_a")), "MISSING_SKILL");
  aggregate().task().set_state(v1::TASK_STATE_CANCELLED);
  EXPECT_EQ(Refusal(Offer("per_a")), "TASK_NOT_OPEN");
}

TEST_F(OfferTest, Decline) {
  Add("per_a", v1::ASSIGNMENT_STATE_OFFERED);
  Add("per_l", v1::ASSIGNMENT_STATE_LAPSED);
  const auto effects = DecideDecline(aggregate(), "per_a", kNow);
  ASSERT_THAT(effects, testing::IsOk());
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_DECLINED);
  EXPECT_TRUE(Cleared(*effects, Timer("offer", "per_a")));
  EXPECT_EQ(Refusal(DecideDecline(aggregate(), "per_a", kNow)), "NO_OFFER");
  EXPECT_EQ(Refusal(DecideDecline(aggregate(), "per_l", kNow)), "OFFER_LAPSED");
  EXPECT_EQ(Refusal(DecideDecline(aggregate(), "per_x", kNow)), "NO_OFFER");
}

TEST_F(OfferTest, DecliningAHeldSlotPassesItOn) {
  Add("per_b", v1::ASSIGNMENT_STATE_ACCEPTED);
  AddHeld("per_a");
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  const auto effects = DecideDecline(aggregate(), "per_a", kNow);
  ASSERT_THAT(effects, testing::IsOk());
  EXPECT_EQ(task().held_count(), 0);
  EXPECT_EQ(Armed(*effects, Timer("promote")), kNow);
}

TEST_F(OfferTest, LapseAtItsTime) {
  Add("per_a", v1::ASSIGNMENT_STATE_OFFERED);
  const Effects early = DecideLapse(aggregate(), "per_a", kNow);
  EXPECT_EQ(Armed(early, Timer("offer", "per_a")), kNow + minutes(30));
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_OFFERED);
  EXPECT_TRUE(early.events.empty());
  EXPECT_EQ(task().version(), 1u);

  const Effects due = DecideLapse(aggregate(), "per_a", kNow + minutes(30));
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_LAPSED);
  EXPECT_TRUE(Cleared(due, Timer("offer", "per_a")));
  EXPECT_EQ(due.events.size(), 1u);

  const Effects again = DecideLapse(aggregate(), "per_a", kNow + minutes(31));
  EXPECT_TRUE(Cleared(again, Timer("offer", "per_a")));
  EXPECT_TRUE(again.events.empty());
}

class PromoteTest : public TaskFixture {
 protected:
  static constexpr auto kFits = Candidate::Standing::kFits;
  static constexpr auto kUnfit = Candidate::Standing::kUnfit;
  static constexpr auto kUnclear = Candidate::Standing::kUnclear;
  PromoteTest() {
    Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
    Add("per_w1", v1::ASSIGNMENT_STATE_WAITLISTED);
    Add("per_w2", v1::ASSIGNMENT_STATE_WAITLISTED);
    State(v1::TASK_STATE_STAFFED);
  }
};

TEST_F(PromoteTest, InOrderWithAHeldSlot) {
  const Effects effects = DecidePromote(aggregate(), {{"per_w1", kFits}, {"per_w2", kFits}}, kNow);
  EXPECT_EQ(StateOf("per_w1"), v1::ASSIGNMENT_STATE_OFFERED);
  EXPECT_EQ(StateOf("per_w2"), v1::ASSIGNMENT_STATE_WAITLISTED);
  EXPECT_TRUE(aggregate().Find("per_w1")->assignment().holds_slot());
  EXPECT_EQ(task().held_count(), 1);
  EXPECT_EQ(task().waitlist_count(), 1);
  EXPECT_EQ(Armed(effects, Timer("offer", "per_w1")), kNow + minutes(30));
  EXPECT_TRUE(Cleared(effects, Timer("promote")));
}

TEST_F(PromoteTest, SkipsAndReleasesWhoIsBusyNow) {
  const Effects effects = DecidePromote(aggregate(), {{"per_w1", kUnfit}, {"per_w2", kFits}}, kNow);
  EXPECT_EQ(StateOf("per_w1"), v1::ASSIGNMENT_STATE_RELEASED);
  EXPECT_EQ(StateOf("per_w2"), v1::ASSIGNMENT_STATE_OFFERED);
  EXPECT_EQ(effects.events.size(), 2u);
}

// A claim elsewhere that was about to be refused used to cost the place on the waitlist.
TEST_F(PromoteTest, WhoIsUnclearKeepsTheirPlace) {
  const Effects effects =
      DecidePromote(aggregate(), {{"per_w1", kUnclear}, {"per_w2", kFits}}, kNow);
  EXPECT_EQ(StateOf("per_w1"), v1::ASSIGNMENT_STATE_WAITLISTED);
  EXPECT_EQ(StateOf("per_w2"), v1::ASSIGNMENT_STATE_OFFERED);
}

TEST_F(PromoteTest, WhoIsUnclearIsLookedAtAgain) {
  const Effects effects = DecidePromote(aggregate(), {{"per_w1", kUnclear}}, kNow);
  EXPECT_EQ(StateOf("per_w1"), v1::ASSIGNMENT_STATE_WAITLISTED);
  EXPECT_EQ(Armed(effects, Timer("promote")), kNow + std::chrono::seconds(30));
}

TEST_F(PromoteTest, HoldsNoLongerThanTheStart) {
  const Time late = kNow + hours(4) - minutes(10);
  const Effects effects = DecidePromote(aggregate(), {{"per_w1", kFits}}, late);
  EXPECT_EQ(Armed(effects, Timer("offer", "per_w1")), kNow + hours(4));
}

TEST_F(PromoteTest, StopsAtTheStart) {
  const Effects effects = DecidePromote(aggregate(), {{"per_w1", kFits}}, kNow + hours(4));
  EXPECT_EQ(StateOf("per_w1"), v1::ASSIGNMENT_STATE_WAITLISTED);
  EXPECT_TRUE(Cleared(effects, Timer("promote")));
}

TEST_F(PromoteTest, GoesOnWhileSlotsAreFree) {
  record_.mutable_task()->set_slots_max(4);
  const Effects effects = DecidePromote(aggregate(), {{"per_w1", kFits}}, kNow);
  EXPECT_EQ(Armed(effects, Timer("promote")), kNow);
}

TEST_F(PromoteTest, NothingFree) {
  record_.mutable_task()->set_slots_max(1);
  const Effects effects = DecidePromote(aggregate(), {{"per_w1", kFits}}, kNow);
  EXPECT_TRUE(Cleared(effects, Timer("promote")));
  EXPECT_TRUE(effects.events.empty());
}

class WithdrawTest : public TaskFixture {};

TEST_F(WithdrawTest, FreesTheSlotAndTheCalendar) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  State(v1::TASK_STATE_STAFFED);
  const auto effects = DecideWithdraw(aggregate(), "per_a", false, kNow);
  ASSERT_THAT(effects, testing::IsOk());
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_WITHDRAWN);
  EXPECT_EQ(task().accepted_count(), 0);
  EXPECT_EQ(task().state(), v1::TASK_STATE_OPEN);
  EXPECT_THAT(effects->released, ::testing::ElementsAre(CalendarRelease{"per_a", 1}));
  EXPECT_EQ(aggregate().Find("per_a")->reservation(), 0u);
  // Nobody waits; the SLA has not passed yet.
  EXPECT_FALSE(Armed(*effects, Timer("promote")).has_value());
  EXPECT_EQ(Armed(*effects, Timer("sla")), kNow + hours(1));
}

TEST_F(WithdrawTest, TheReasonGoesWithTheAssignmentUntilItStartsAnew) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  Add("per_o", v1::ASSIGNMENT_STATE_OFFERED);
  const auto withdrawn = DecideWithdraw(aggregate(), "per_a", false, kNow, "发烧");
  ASSERT_THAT(withdrawn, testing::IsOk());
  EXPECT_EQ(withdrawn->events[0].assignment_changed().assignment().reason(), "发烧");
  const auto declined = DecideDecline(aggregate(), "per_o", kNow, "出差");
  ASSERT_THAT(declined, testing::IsOk());
  EXPECT_EQ(declined->events[0].assignment_changed().assignment().reason(), "出差");
  const auto profile = ProfileOf("per_a");
  ASSERT_THAT(Do(Command(TakeKind::kClaim, profile)), testing::IsOk());
  EXPECT_EQ(aggregate().Find("per_a")->assignment().reason(), "");
}

TEST_F(WithdrawTest, PromotesTheNext) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  Add("per_b", v1::ASSIGNMENT_STATE_ACCEPTED);
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  State(v1::TASK_STATE_STAFFED);
  const auto effects = DecideWithdraw(aggregate(), "per_a", false, kNow);
  ASSERT_THAT(effects, testing::IsOk());
  EXPECT_EQ(Armed(*effects, Timer("promote")), kNow);
  EXPECT_EQ(task().state(), v1::TASK_STATE_STAFFED);
}

TEST_F(WithdrawTest, TooLateForThePersonNotForTheCoordinator) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  State(v1::TASK_STATE_STAFFED);
  const Time late = kNow + hours(2);
  EXPECT_EQ(Refusal(DecideWithdraw(aggregate(), "per_a", false, late)), "TOO_LATE_TO_WITHDRAW");
  const auto effects = DecideWithdraw(aggregate(), "per_a", true, late);
  ASSERT_THAT(effects, testing::IsOk());
  // A late drop-out escalates at once.
  EXPECT_EQ(Armed(*effects, Timer("sla")), late);
}

TEST_F(WithdrawTest, LateDropOutLeavesTheWaitlistAChance) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  record_.mutable_task()->set_slots_max(1);
  State(v1::TASK_STATE_STAFFED);
  const Time late = kNow + hours(3);
  const auto effects = DecideWithdraw(aggregate(), "per_a", true, late);
  ASSERT_THAT(effects, testing::IsOk());
  EXPECT_EQ(Armed(*effects, Timer("promote")), late);
  EXPECT_EQ(Armed(*effects, Timer("sla")), late + minutes(30));
}

TEST_F(WithdrawTest, TheWaitlistMayBeLeftAtAnyTime) {
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  EXPECT_EQ(Refusal(DecideWithdraw(aggregate(), "per_w", false, kNow + hours(3))), "OK");
  EXPECT_EQ(task().waitlist_count(), 0);
}

TEST_F(WithdrawTest, Refusals) {
  Add("per_o", v1::ASSIGNMENT_STATE_OFFERED);
  Add("per_i", v1::ASSIGNMENT_STATE_SIGNED_IN);
  EXPECT_EQ(Refusal(DecideWithdraw(aggregate(), "per_x", false, kNow)), "NOT_ASSIGNED");
  EXPECT_EQ(Refusal(DecideWithdraw(aggregate(), "per_o", false, kNow)), "WRONG_STATE");
  EXPECT_EQ(Refusal(DecideWithdraw(aggregate(), "per_i", true, kNow)), "WRONG_STATE");
}

TEST_F(WithdrawTest, TheLastOneMissingEndsTheService) {
  Add("per_a", v1::ASSIGNMENT_STATE_SIGNED_OUT);
  Add("per_b", v1::ASSIGNMENT_STATE_ACCEPTED);
  State(v1::TASK_STATE_IN_SERVICE);
  ASSERT_THAT(DecideWithdraw(aggregate(), "per_b", true, kNow + hours(5)), testing::IsOk());
  EXPECT_EQ(task().state(), v1::TASK_STATE_SERVED);
}

// All of them must fit into the commit that cancels the task.
TEST_F(OfferTest, NobodyNewWhereTooManyHaveBeen) {
  record_.set_people_count(kMaxPeople);
  const auto profile = ProfileOf("per_a");
  EXPECT_EQ(Refusal(DecideOffer(aggregate(), Command(TakeKind::kClaim, profile), Millis(0), kNow)),
            "TASK_FULL");
}

}  // namespace
}  // namespace baodao::dispatch
