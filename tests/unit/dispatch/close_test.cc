#include "services/dispatch/domain/close.h"

#include "common/testing/matchers.h"
#include "services/dispatch/domain/sign.h"
#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

constexpr auto kNoNeed = v1::NEED_OUTCOME_UNSPECIFIED;

class CloseTest : public TaskFixture {
 protected:
  std::string Evaluate(int rating = 5) {
    return Refusal(DecideEvaluate(aggregate(), rating, "好", "per_r", kNow));
  }
};

TEST_F(CloseTest, EvaluationConfirmsTheService) {
  Add("per_a", v1::ASSIGNMENT_STATE_SIGNED_OUT);
  State(v1::TASK_STATE_SERVED);
  const auto effects = DecideEvaluate(aggregate(), 2, "迟到", "per_r", kNow);
  ASSERT_THAT(effects, testing::IsOk());
  EXPECT_EQ(task().state(), v1::TASK_STATE_EVALUATED);
  EXPECT_EQ(task().evaluation().rating(), 2);
  EXPECT_EQ(aggregate().record().confirmation(), v1::CONFIRMATION_EVALUATION);
  EXPECT_EQ(aggregate().record().confirmer_id(), "per_r");
  EXPECT_EQ(Armed(*effects, Timer("credit")), kNow);
  ASSERT_EQ(effects->events.size(), 1u);
  const auto& changed = effects->events[0].task_changed();
  EXPECT_EQ(changed.kind(), events::v1::TASK_CHANGE_EVALUATED);
  EXPECT_EQ(changed.task().evaluation().rating(), 2);  // what asks the coordinators to follow up
  EXPECT_EQ(Evaluate(), "ALREADY_EVALUATED");
}

TEST_F(CloseTest, OnlyServedTasksAreEvaluated) {
  for (const auto state : {v1::TASK_STATE_OPEN, v1::TASK_STATE_STAFFED, v1::TASK_STATE_IN_SERVICE,
                           v1::TASK_STATE_CLOSED}) {
    aggregate().task().set_state(state);
    EXPECT_EQ(Evaluate(), "WRONG_STATE") << record::StateName(state);
  }
  for (const auto state : {v1::TASK_STATE_CANCELLED, v1::TASK_STATE_EXPIRED}) {
    aggregate().task().set_state(state);
    EXPECT_EQ(Evaluate(), "NOTHING_TO_EVALUATE") << record::StateName(state);
  }
}

TEST_F(CloseTest, AnEvaluationSaysWhoseWordItIs) {
  State(v1::TASK_STATE_SERVED);
  record_.mutable_task()->set_requester_id("per_r");
  const auto word_of = [&](const std::string& evaluator, v1::RatedBy word, bool on_behalf) {
    aggregate().record() = record_;
    aggregate().task().set_on_behalf(on_behalf);
    const auto effects = DecideEvaluate(aggregate(), 5, "好", evaluator, kNow, word);
    return effects.ok() ? record::StateName(task().evaluation().rated_by()) : Refusal(effects);
  };
  EXPECT_EQ(word_of("per_r", v1::RATED_BY_UNSPECIFIED, false), "REQUESTER");
  EXPECT_EQ(word_of("per_c", v1::RATED_BY_UNSPECIFIED, true), "COORDINATOR");
  constexpr auto kHelper = v1::RATED_BY_BENEFICIARY_THROUGH_HELPER;
  EXPECT_EQ(word_of("per_r", kHelper, true), "BENEFICIARY_THROUGH_HELPER");
  EXPECT_EQ(word_of("per_r", kHelper, false), "NOT_ON_BEHALF") << "they were helped themselves";
}

TEST_F(CloseTest, RatingCodesAreFewAndForServiceOnBehalfOnly) {
  Add("per_s", v1::ASSIGNMENT_STATE_SIGNED_OUT);
  State(v1::TASK_STATE_SERVED);
  EXPECT_EQ(Refusal(DecideRatingCode(aggregate(), "per_r", kNow)), "NOT_ON_BEHALF");
  aggregate().task().set_on_behalf(true);
  EXPECT_EQ(Refusal(DecideRatingCode(aggregate(), "per_s", kNow)), "OWN_SERVICE");
  for (int i = 1; i <= kMaxRatingCodes; ++i) {
    ASSERT_THAT(DecideRatingCode(aggregate(), "per_r", kNow), testing::IsOk());
    EXPECT_EQ(aggregate().record().rating_codes(), i);
  }
  EXPECT_EQ(Refusal(DecideRatingCode(aggregate(), "per_r", kNow)), "TOO_MANY_RATING_CODES");
  aggregate().task().set_state(v1::TASK_STATE_IN_SERVICE);
  EXPECT_EQ(Refusal(DecideRatingCode(aggregate(), "per_r", kNow)), "WRONG_STATE");
}

TEST_F(CloseTest, CloseConfirmsWhatNobodyHas) {
  State(v1::TASK_STATE_SERVED);
  const auto effects = DecideClose(aggregate(), "per_c", kNow);
  ASSERT_THAT(effects, testing::IsOk());
  EXPECT_EQ(task().state(), v1::TASK_STATE_CLOSED);
  EXPECT_EQ(aggregate().record().confirmation(), v1::CONFIRMATION_CLOSE);
  EXPECT_EQ(aggregate().record().confirmer_id(), "per_c");
  EXPECT_EQ(Armed(*effects, Timer("credit")), kNow);
  EXPECT_TRUE(Cleared(*effects, Timer("autoclose")));
  EXPECT_EQ(Refusal(DecideClose(aggregate(), "per_c", kNow)), "WRONG_STATE");
}

TEST_F(CloseTest, CloseAfterEvaluationLeavesItsConfirmation) {
  State(v1::TASK_STATE_EVALUATED);
  record_.set_confirmation(v1::CONFIRMATION_EVALUATION);
  record_.set_confirmer_id("per_r");
  const auto effects = DecideClose(aggregate(), "per_c", kNow);
  ASSERT_THAT(effects, testing::IsOk());
  EXPECT_EQ(aggregate().record().confirmation(), v1::CONFIRMATION_EVALUATION);
  EXPECT_EQ(aggregate().record().confirmer_id(), "per_r");
  EXPECT_FALSE(Armed(*effects, Timer("credit")).has_value());
}

TEST_F(CloseTest, NobodyConfirmsTheirOwnService) {
  Add("per_r", v1::ASSIGNMENT_STATE_SIGNED_OUT);
  State(v1::TASK_STATE_SERVED);
  EXPECT_EQ(Evaluate(), "OWN_SERVICE");
  EXPECT_EQ(Refusal(DecideClose(aggregate(), "per_r", kNow)), "OWN_SERVICE");
  aggregate().record().set_confirmation(v1::CONFIRMATION_EVALUATION);
  EXPECT_EQ(Refusal(DecideClose(aggregate(), "per_r", kNow)), "OK");
}

TEST_F(CloseTest, CancelBeforeTheStartReleasesThoseOnTheSpot) {
  Add("per_i", v1::ASSIGNMENT_STATE_SIGNED_IN);
  Add("per_o", v1::ASSIGNMENT_STATE_SIGNED_OUT);
  State(v1::TASK_STATE_STAFFED);
  ASSERT_THAT(DecideCancel(aggregate(), "暴雨", kNoNeed, kNow), testing::IsOk());
  EXPECT_EQ(StateOf("per_i"), v1::ASSIGNMENT_STATE_RELEASED);
  EXPECT_EQ(StateOf("per_o"), v1::ASSIGNMENT_STATE_RELEASED);
  EXPECT_EQ(task().signed_in_count() + task().signed_out_count(), 0);
}

// Where the timer for the start was late, a cancel took the hours of those who had come.
TEST_F(CloseTest, WhatHasBegunIsNotCancelledAnyMore) {
  Add("per_i", v1::ASSIGNMENT_STATE_SIGNED_IN);
  State(v1::TASK_STATE_STAFFED);
  EXPECT_EQ(Refusal(DecideCancel(aggregate(), "暴雨", kNoNeed, StartOf(task()))), "WRONG_STATE");
  EXPECT_EQ(StateOf("per_i"), v1::ASSIGNMENT_STATE_SIGNED_IN);
}

// Nobody signed in, and the timer for the end has not come yet: cancelled, the service of whoever
// came could not be confirmed for ever.
TEST_F(CloseTest, WhatIsOverIsNotCancelledAnyMore) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  State(v1::TASK_STATE_STAFFED);
  const Time end = EndOf(task());
  EXPECT_EQ(Refusal(DecideCancel(aggregate(), "误点", kNoNeed, end)), "TASK_OVER");
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_ACCEPTED);
  EXPECT_EQ(Refusal(DecideCancel(aggregate(), "误点", kNoNeed, end - Millis(1))), "OK");
}

TEST_F(CloseTest, CancelReleasesEverybody) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  AddHeld("per_h");
  Add("per_o", v1::ASSIGNMENT_STATE_OFFERED);
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  Add("per_d", v1::ASSIGNMENT_STATE_DECLINED);
  State(v1::TASK_STATE_STAFFED);
  const auto effects = DecideCancel(aggregate(), "暴雨", kNoNeed, kNow);
  ASSERT_THAT(effects, testing::IsOk());
  EXPECT_EQ(task().state(), v1::TASK_STATE_CANCELLED);
  EXPECT_EQ(task().cancel_reason(), "暴雨");
  for (const char* person : {"per_a", "per_h", "per_o", "per_w"}) {
    EXPECT_EQ(StateOf(person), v1::ASSIGNMENT_STATE_RELEASED) << person;
    EXPECT_EQ(aggregate().Find(person)->assignment().reason(), "暴雨") << person;
    EXPECT_EQ(aggregate().Find(person)->assignment().end_cause(), v1::END_CAUSE_TASK_CANCELLED);
  }
  EXPECT_EQ(StateOf("per_d"), v1::ASSIGNMENT_STATE_DECLINED);
  EXPECT_EQ(task().accepted_count(), 0);
  EXPECT_EQ(task().held_count(), 0);
  EXPECT_EQ(task().waitlist_count(), 0);
  EXPECT_THAT(effects->released, ::testing::ElementsAre(CalendarRelease{"per_a", 1}));
  EXPECT_EQ(effects->events.size(), 5u);  // four people and the task
  for (const char* kind : {"sla", "noshow", "end", "promote"}) {
    EXPECT_TRUE(Cleared(*effects, Timer(kind))) << kind;
  }
  EXPECT_TRUE(Cleared(*effects, Timer("offer", "per_o")));
}

// One commit for all of them was too large, so that such a task could not be cancelled.
TEST_F(CloseTest, ThousandsAreReleasedInParts) {
  for (size_t i = 0; i < kPeoplePerCommit + 5; ++i) {
    Add("per_" + std::to_string(i), v1::ASSIGNMENT_STATE_ACCEPTED);
  }
  State(v1::TASK_STATE_STAFFED);
  const auto effects = DecideCancel(aggregate(), "暴雨", kNoNeed, kNow);
  ASSERT_THAT(effects, testing::IsOk());
  EXPECT_EQ(task().state(), v1::TASK_STATE_CANCELLED);
  EXPECT_EQ(effects->released.size(), kPeoplePerCommit);
  EXPECT_EQ(Armed(*effects, Timer("release")), kNow);
  const std::string left = aggregate().PeopleIn(v1::ASSIGNMENT_STATE_ACCEPTED).front();
  EXPECT_EQ(
      Refusal(DecideSignIn(aggregate(), left, ProofBy(v1::SIGN_METHOD_CODE), kNow + hours(4))),
      "WRONG_STATE");
  const Effects rest = DecideRelease(aggregate(), kNow);
  EXPECT_EQ(rest.released.size(), 5u);
  EXPECT_TRUE(Cleared(rest, Timer("release")));
  EXPECT_EQ(task().accepted_count(), 0);
}

// The need went on whatever the reason said.
TEST_F(CloseTest, WhoCancelsTheTaskOfANeedSaysWhatBecomesOfTheNeed) {
  const auto violation = [&](v1::NeedOutcome outcome) {
    const auto violations = ViolationsOf(DecideCancel(aggregate(), "暴雨", outcome, kNow).status());
    return violations.empty() ? ""
                              : violations[0].field + " " + std::string(Name(violations[0].kind));
  };
  EXPECT_EQ(violation(v1::NEED_OUTCOME_KEEP), "need_outcome NOT_ALLOWED");
  aggregate().task().set_need_id("ned_1");
  EXPECT_EQ(violation(v1::NEED_OUTCOME_UNSPECIFIED), "need_outcome REQUIRED");
  EXPECT_EQ(task().state(), v1::TASK_STATE_OPEN);
  const auto effects = DecideCancel(aggregate(), "暴雨", v1::NEED_OUTCOME_CANCEL, kNow);
  ASSERT_THAT(effects, testing::IsOk());
  EXPECT_EQ(task().need_outcome(), v1::NEED_OUTCOME_CANCEL);
  EXPECT_EQ(effects->events.back().task_changed().task().need_outcome(), v1::NEED_OUTCOME_CANCEL);
}

TEST_F(CloseTest, ServiceUnderWayIsNotCancelled) {
  for (const auto state :
       {v1::TASK_STATE_IN_SERVICE, v1::TASK_STATE_SERVED, v1::TASK_STATE_EVALUATED,
        v1::TASK_STATE_CLOSED, v1::TASK_STATE_CANCELLED, v1::TASK_STATE_EXPIRED}) {
    aggregate().task().set_state(state);
    EXPECT_EQ(Refusal(DecideCancel(aggregate(), "x", kNoNeed, kNow)), "WRONG_STATE")
        << record::StateName(state);
  }
}

TEST_F(CloseTest, CreditedInParts) {
  Add("per_a", v1::ASSIGNMENT_STATE_SIGNED_OUT);
  Add("per_b", v1::ASSIGNMENT_STATE_SIGNED_OUT);
  Add("per_n", v1::ASSIGNMENT_STATE_NO_SHOW);
  State(v1::TASK_STATE_EVALUATED);
  record_.set_confirmation(v1::CONFIRMATION_EVALUATION);
  const Effects first = DecideCredited(aggregate(), {"per_a"}, kNow, kNow);
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_CREDITED);
  EXPECT_EQ(Armed(first, Timer("credit")), kNow);
  const Effects second = DecideCredited(aggregate(), {"per_a", "per_b", "per_n"}, kNow, kNow);
  EXPECT_EQ(StateOf("per_b"), v1::ASSIGNMENT_STATE_CREDITED);
  EXPECT_EQ(StateOf("per_n"), v1::ASSIGNMENT_STATE_NO_SHOW);
  EXPECT_TRUE(Cleared(second, Timer("credit")));
  EXPECT_EQ(task().signed_out_count(), 2);
  const Effects third = DecideCredited(aggregate(), {}, kNow, kNow);
  EXPECT_TRUE(Cleared(third, Timer("credit")));
  EXPECT_TRUE(third.events.empty());
}

}  // namespace
}  // namespace baodao::dispatch
