#include "services/dispatch/domain/leaving.h"

#include "common/testing/matchers.h"
#include "services/dispatch/domain/close.h"
#include "services/dispatch/domain/deadlines.h"
#include "services/dispatch/domain/offer.h"
#include "services/dispatch/domain/sign.h"
#include "services/dispatch/domain/standing.h"
#include "services/dispatch/domain/withdraw.h"
#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

constexpr auto kAccepted = v1::ASSIGNMENT_STATE_ACCEPTED;
constexpr auto kWithdrawn = v1::ASSIGNMENT_STATE_WITHDRAWN;

// One slot, taken by per_a; too late to withdraw.
class LeavingTest : public TaskFixture {
 protected:
  LeavingTest() {
    record_.mutable_task()->set_slots_max(1);
    Add("per_a", kAccepted);
    State(v1::TASK_STATE_STAFFED);
  }
  absl::StatusOr<Effects> Ask(const std::string& person = "per_a", Time now = kLate) {
    return DecideRequestWithdrawal(aggregate(), person, "发烧", now);
  }
  std::string Claim(const std::string& person, Time now = kLate) {
    return Refusal(Do(Command(TakeKind::kClaim, ProfileOf(person)), now));
  }
  bool Asks(const std::string& person) {
    return aggregate().Find(person)->assignment().has_withdrawal_request_time();
  }
  // per_w waits and is offered the slot.
  void PromoteNext() {
    DecidePromote(aggregate(), {{"per_w", Candidate::Standing::kFits}}, kLate);
    ASSERT_EQ(StateOf("per_w"), v1::ASSIGNMENT_STATE_OFFERED);
  }
  static v1::WithdrawalChange ToldOf(const Effects& effects, size_t i = 0) {
    return effects.events.at(i).assignment_changed().withdrawal();
  }

  static constexpr Time kLate = kNow + hours(3);
  static constexpr Time kStart = kNow + hours(4);
};

TEST_F(LeavingTest, WhoAsksIsExpectedAndTheirSlotIsToBeHad) {
  ASSERT_EQ(Refusal(DecideWithdraw(aggregate(), "per_a", false, kLate)), "TOO_LATE_TO_WITHDRAW");
  const auto asked = Ask();
  ASSERT_THAT(asked, testing::IsOk());
  EXPECT_EQ(StateOf("per_a"), kAccepted);
  EXPECT_EQ(task().accepted_count(), 1);
  EXPECT_EQ(task().leaving_count(), 1);
  EXPECT_EQ(FreeSlots(task()), 1);
  EXPECT_EQ(task().state(), v1::TASK_STATE_OPEN);
  EXPECT_TRUE(asked->released.empty());
  // Nobody waits: escalated at once.
  EXPECT_EQ(Armed(*asked, Timer("sla")), kLate);
  EXPECT_EQ(Armed(*asked, Timer("begin")), kStart);
  ASSERT_EQ(asked->events.size(), 1u);
  EXPECT_EQ(ToldOf(*asked), v1::WITHDRAWAL_CHANGE_REQUESTED);
  EXPECT_EQ(asked->events[0].assignment_changed().task().leaving_count(), 1);
  EXPECT_EQ(asked->events[0].assignment_changed().assignment().reason(), "发烧");
}

TEST_F(LeavingTest, WhoWaitsIsAskedFirst) {
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  const auto asked = Ask();
  ASSERT_THAT(asked, testing::IsOk());
  EXPECT_EQ(Armed(*asked, Timer("promote")), kLate);
  EXPECT_EQ(Armed(*asked, Timer("sla")), kLate + minutes(30));
}

TEST_F(LeavingTest, WhoeverTakesASlotLetsGoOfWhoAskedFirst) {
  record_.mutable_task()->set_slots_max(2);
  Add("per_b", kAccepted);
  ASSERT_THAT(Ask("per_b"), testing::IsOk());
  ASSERT_THAT(Ask("per_a"), testing::IsOk());
  const auto taken = Do(Command(TakeKind::kClaim, ProfileOf("per_n")), kLate);
  ASSERT_THAT(taken, testing::IsOk());
  EXPECT_EQ(StateOf("per_n"), kAccepted);
  EXPECT_EQ(StateOf("per_b"), kWithdrawn);
  EXPECT_EQ(aggregate().Find("per_b")->assignment().end_cause(), v1::END_CAUSE_REPLACED);
  EXPECT_EQ(aggregate().Find("per_n")->assignment().replaces_id(), "per_b");
  EXPECT_THAT(taken->released, ::testing::ElementsAre(CalendarRelease{"per_b", 2}));
  EXPECT_EQ(StateOf("per_a"), kAccepted);
  EXPECT_EQ(task().accepted_count(), 2);
  EXPECT_EQ(task().leaving_count(), 1);
  ASSERT_EQ(Claim("per_m"), "OK");
  EXPECT_EQ(StateOf("per_a"), kWithdrawn);
  EXPECT_EQ(Claim("per_o"), "OK");  // waits
  EXPECT_EQ(task().accepted_count(), 2);
  EXPECT_EQ(task().waitlist_count(), 1);
}

TEST_F(LeavingTest, AnOfferToTheWaitlistPromisesTheSlot) {
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  ASSERT_THAT(Ask(), testing::IsOk());
  PromoteNext();
  EXPECT_EQ(FreeSlots(task()), 0);
  EXPECT_EQ(Refusal(DecideCancelWithdrawal(aggregate(), "per_a", kLate)), "PLACE_PROMISED");
  EXPECT_EQ(Refusal(DecideAnswerWithdrawal(aggregate(), "per_a", false, "缺人", kLate)),
            "PLACE_PROMISED");
  EXPECT_EQ(Refusal(DecideSignIn(aggregate(), "per_a", ProofBy(v1::SIGN_METHOD_CODE),
                                 kStart - minutes(5))),
            "PLACE_PROMISED");
  ASSERT_EQ(Refusal(Do(Command(TakeKind::kAccept, ProfileOf("per_w")), kLate)), "OK");
  EXPECT_EQ(StateOf("per_a"), kWithdrawn);
  EXPECT_EQ(task().accepted_count(), 1);
  EXPECT_EQ(task().held_count(), 0);
}

TEST_F(LeavingTest, DeclinedItIsTheirsAgain) {
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  ASSERT_THAT(Ask(), testing::IsOk());
  PromoteNext();
  ASSERT_THAT(DecideDecline(aggregate(), "per_w", kLate), testing::IsOk());
  const auto back = DecideCancelWithdrawal(aggregate(), "per_a", kLate);
  ASSERT_THAT(back, testing::IsOk());
  EXPECT_EQ(ToldOf(*back), v1::WITHDRAWAL_CHANGE_CANCELLED);
  EXPECT_FALSE(Asks("per_a"));
  EXPECT_EQ(task().leaving_count(), 0);
  EXPECT_EQ(task().state(), v1::TASK_STATE_STAFFED);
  EXPECT_EQ(Refusal(DecideCancelWithdrawal(aggregate(), "per_a", kLate)), "NO_WITHDRAWAL_REQUEST");
}

TEST_F(LeavingTest, ACoordinatorAnswers) {
  EXPECT_EQ(Refusal(DecideAnswerWithdrawal(aggregate(), "per_x", true, "", kLate)), "NOT_ASSIGNED");
  EXPECT_EQ(Refusal(DecideAnswerWithdrawal(aggregate(), "per_a", true, "", kLate)),
            "NO_WITHDRAWAL_REQUEST");
  ASSERT_THAT(Ask(), testing::IsOk());
  const auto refused = DecideAnswerWithdrawal(aggregate(), "per_a", false, "缺人", kLate);
  ASSERT_THAT(refused, testing::IsOk());
  EXPECT_EQ(ToldOf(*refused), v1::WITHDRAWAL_CHANGE_REFUSED);
  EXPECT_EQ(aggregate().Find("per_a")->assignment().reason(), "缺人");
  ASSERT_THAT(Ask(), testing::IsOk());
  const auto agreed = DecideAnswerWithdrawal(aggregate(), "per_a", true, "保重", kLate);
  ASSERT_THAT(agreed, testing::IsOk());
  EXPECT_EQ(ToldOf(*agreed), v1::WITHDRAWAL_CHANGE_APPROVED);
  EXPECT_EQ(StateOf("per_a"), kWithdrawn);
  EXPECT_EQ(task().leaving_count(), 0);
  EXPECT_EQ(aggregate().record().leaving_size(), 0);
}

TEST_F(LeavingTest, TheAnswerIsNotSaidOfTheService) {
  ASSERT_THAT(Ask(), testing::IsOk());
  ASSERT_THAT(DecideAnswerWithdrawal(aggregate(), "per_a", false, "缺人", kLate), testing::IsOk());
  ASSERT_TRUE(
      DecideSignIn(aggregate(), "per_a", ProofBy(v1::SIGN_METHOD_CODE), kStart - minutes(5)).ok());
  EXPECT_EQ(aggregate().Find("per_a")->assignment().reason(), "");
}

TEST_F(LeavingTest, WhoAsksAndThenWithdrawsHasLeftOnce) {
  ASSERT_THAT(Ask("per_a", kNow), testing::IsOk());
  ASSERT_THAT(DecideWithdraw(aggregate(), "per_a", false, kNow), testing::IsOk());
  EXPECT_EQ(aggregate().Find("per_a")->departures(), 1);
}

TEST_F(LeavingTest, ItLapsesWhenNobodyCanComeAnyMore) {
  ASSERT_THAT(Ask(), testing::IsOk());
  EXPECT_EQ(Armed(DecideBegin(aggregate(), kStart - Millis(1)), Timer("begin")), kStart);
  const Effects begun = DecideBegin(aggregate(), kStart);
  EXPECT_EQ(ToldOf(begun), v1::WITHDRAWAL_CHANGE_LAPSED);
  EXPECT_TRUE(Cleared(begun, Timer("begin")));
  EXPECT_EQ(StateOf("per_a"), kAccepted);
  EXPECT_FALSE(Asks("per_a"));
  EXPECT_EQ(task().state(), v1::TASK_STATE_STAFFED);
  EXPECT_EQ(Refusal(Ask("per_a", kStart)), "TASK_STARTED");
}

TEST_F(LeavingTest, SigningInTakesItBack) {
  ASSERT_THAT(Ask(), testing::IsOk());
  const auto in =
      DecideSignIn(aggregate(), "per_a", ProofBy(v1::SIGN_METHOD_CODE), kStart - minutes(5));
  ASSERT_THAT(in, testing::IsOk());
  EXPECT_EQ(ToldOf(*in), v1::WITHDRAWAL_CHANGE_CANCELLED);
  EXPECT_EQ(task().leaving_count(), 0);
  EXPECT_EQ(aggregate().record().leaving_size(), 0);
}

// Whatever else takes the person off the task ends the request with it.
TEST_F(LeavingTest, ItEndsWithTheirPartInTheTask) {
  ASSERT_THAT(Ask(), testing::IsOk());
  registration::v1::Profile gone = ProfileOf("per_a");
  gone.clear_area_codes();
  DecideStanding(aggregate(), gone, kRelations, kLate);
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_RELEASED);
  EXPECT_EQ(aggregate().record().leaving_size(), 0);
  ASSERT_EQ(Claim("per_b"), "OK");
  ASSERT_THAT(Ask("per_b"), testing::IsOk());
  ASSERT_THAT(DecideCancel(aggregate(), "暴雨", v1::NEED_OUTCOME_UNSPECIFIED, kLate),
              testing::IsOk());
  EXPECT_EQ(StateOf("per_b"), v1::ASSIGNMENT_STATE_RELEASED);
  EXPECT_EQ(task().leaving_count(), 0);
  EXPECT_EQ(aggregate().record().leaving_size(), 0);
}

// Before withdraw_by it is the way to leave only if somebody else comes.
TEST_F(LeavingTest, ItIsBoundedAndMayBeEarly) {
  EXPECT_EQ(Refusal(Ask("per_x")), "NOT_ASSIGNED");
  ASSERT_THAT(Ask("per_a", kNow), testing::IsOk());
  EXPECT_EQ(Refusal(Ask("per_a", kNow)), "WITHDRAWAL_REQUESTED");
  for (int i = 0; i < 2; ++i) {
    ASSERT_THAT(DecideCancelWithdrawal(aggregate(), "per_a", kNow), testing::IsOk());
    EXPECT_EQ(Refusal(Ask("per_a", kNow)), i == 0 ? "OK" : "LEFT_TOO_OFTEN");
  }
}

TEST_F(LeavingTest, NotEverybodyOfATaskAsksAtOnce) {
  record_.mutable_task()->set_slots_max(30);
  for (int i = 0; i < 21; ++i) Add("per_" + std::to_string(i), kAccepted);
  for (int i = 0; i < 20; ++i) ASSERT_THAT(Ask("per_" + std::to_string(i)), testing::IsOk());
  EXPECT_EQ(Refusal(Ask("per_20")), "TOO_MANY_LEAVING");
}

TEST_F(LeavingTest, TheSlotsOfANoShowAreOfferedOnWhileHalfOfTheTaskIsLeft) {
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  const Time missed = kStart + minutes(30);
  const Effects effects = DecideNoShow(aggregate(), missed, missed);
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_NO_SHOW);
  EXPECT_EQ(StateOf("per_w"), v1::ASSIGNMENT_STATE_WAITLISTED);
  const Time until = kStart + hours(1);
  EXPECT_EQ(ToTime(task().repair_until()), until);
  EXPECT_EQ(Armed(effects, Timer("promote")), missed);
  EXPECT_EQ(Armed(effects, Timer("sla")), missed + minutes(15));
  EXPECT_EQ(Armed(effects, Timer("begin")), until);
  EXPECT_EQ(Armed(effects, Timer("noshow")), until + minutes(30));
  DecidePromote(aggregate(), {{"per_w", Candidate::Standing::kFits}}, missed);
  EXPECT_EQ(ToTime(aggregate().Find("per_w")->assignment().offer_expire_time()), until);
  ASSERT_EQ(Refusal(Do(Command(TakeKind::kAccept, ProfileOf("per_w")), missed)), "OK");
  EXPECT_EQ(task().state(), v1::TASK_STATE_STAFFED);
  ASSERT_EQ(Claim("per_n", missed), "OK");
  EXPECT_EQ(StateOf("per_n"), v1::ASSIGNMENT_STATE_WAITLISTED);
  EXPECT_EQ(Claim("per_o", until), "TASK_STARTED");
  // Then it is decided.
  DecideBegin(aggregate(), until);
  EXPECT_EQ(StateOf("per_n"), v1::ASSIGNMENT_STATE_RELEASED);
  const Effects last = DecideNoShow(aggregate(), until + minutes(30), until + minutes(30));
  EXPECT_EQ(StateOf("per_w"), v1::ASSIGNMENT_STATE_NO_SHOW);
  EXPECT_TRUE(Cleared(last, Timer("noshow")));
}

TEST_F(LeavingTest, ATaskUnderWayThatLacksPeopleIsEscalated) {
  record_.mutable_task()->set_slots_max(2);
  record_.mutable_task()->set_slots_min(2);
  Add("per_i", v1::ASSIGNMENT_STATE_SIGNED_IN);
  State(v1::TASK_STATE_IN_SERVICE);
  const Time missed = kStart + minutes(30);
  EXPECT_EQ(Armed(DecideNoShow(aggregate(), missed, missed), Timer("sla")), missed);
  const Effects escalated = DecideEscalate(aggregate(), {"310110001", "310110"}, missed);
  EXPECT_EQ(escalated.events.at(0).task_changed().kind(), events::v1::TASK_CHANGE_ESCALATED);
  EXPECT_EQ(task().state(), v1::TASK_STATE_IN_SERVICE);
  EXPECT_EQ(Claim("per_n", missed), "OK");
  EXPECT_EQ(StateOf("per_n"), kAccepted);
  EXPECT_TRUE(DecideEscalate(aggregate(), {"310110001", "310110"}, missed).events.empty());
}

// A task of an hour cannot be saved: who waits hears it at the start.
TEST_F(LeavingTest, WhoWaitsHearsAsSoonAsItIsDecided) {
  Window(kStart, kStart + hours(1));
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  DecideBegin(aggregate(), kStart);
  EXPECT_EQ(StateOf("per_w"), v1::ASSIGNMENT_STATE_RELEASED);
  EXPECT_EQ(aggregate().Find("per_w")->assignment().end_cause(), v1::END_CAUSE_ENOUGH_PEOPLE);
}

TEST_F(LeavingTest, WhoWaitsHearsWhenTheLastOneHasCome) {
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  EXPECT_TRUE(DecideBegin(aggregate(), kStart).events.empty());
  const auto in =
      DecideSignIn(aggregate(), "per_a", ProofBy(v1::SIGN_METHOD_CODE), kStart + minutes(5));
  ASSERT_THAT(in, testing::IsOk());
  EXPECT_EQ(Armed(*in, Timer("begin")), kStart + minutes(5));
  DecideBegin(aggregate(), kStart + minutes(5));
  EXPECT_EQ(StateOf("per_w"), v1::ASSIGNMENT_STATE_RELEASED);
}

TEST_F(LeavingTest, WhoHoldsAnOfferHearsWhenTheLastSlotIsTaken) {
  record_.mutable_task()->set_slots_max(2);
  ASSERT_TRUE(
      DecideOffer(aggregate(), Command(TakeKind::kClaim, ProfileOf("per_o")), Millis(0), kNow)
          .ok());
  const auto taken = Do(Command(TakeKind::kClaim, ProfileOf("per_n")));
  ASSERT_THAT(taken, testing::IsOk());
  EXPECT_EQ(Armed(*taken, Timer("release")), kNow);
  const Effects effects = DecideRelease(aggregate(), kNow);
  EXPECT_EQ(StateOf("per_o"), v1::ASSIGNMENT_STATE_RELEASED);
  EXPECT_EQ(aggregate().Find("per_o")->assignment().end_cause(), v1::END_CAUSE_ENOUGH_PEOPLE);
  EXPECT_TRUE(Cleared(effects, Timer("release")));
  EXPECT_EQ(StateOf("per_n"), kAccepted);
}

}  // namespace
}  // namespace baodao::dispatch
