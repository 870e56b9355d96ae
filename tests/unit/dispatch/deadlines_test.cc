#include "services/dispatch/domain/deadlines.h"

#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

class DeadlinesTest : public TaskFixture {
 protected:
  const std::vector<std::string> kAbove = {"310110001", "310110", "31"};
  static constexpr Time kDue = kNow + hours(1);
  static constexpr Time kStart = kNow + hours(4);
  static constexpr Time kEnd = kNow + hours(6);
};

TEST_F(DeadlinesTest, EscalatesLevelByLevelUpToTheRoot) {
  const Effects first = DecideEscalate(aggregate(), kAbove, kDue);
  ASSERT_EQ(first.events.size(), 1u);
  EXPECT_EQ(first.events[0].task_changed().kind(), events::v1::TASK_CHANGE_ESCALATED);
  EXPECT_EQ(first.events[0].task_changed().escalated_to_area_code(), "310110001");
  EXPECT_EQ(task().escalation_level(), 1);
  EXPECT_EQ(task().eligible_area_code(), "310110");
  const std::optional<Time> second_due = Armed(first, Timer("sla"));
  ASSERT_TRUE(second_due.has_value());
  EXPECT_EQ(*second_due, kDue + hours(1));  // the SLA period

  const Effects second = DecideEscalate(aggregate(), kAbove, *second_due);
  EXPECT_EQ(second.events[0].task_changed().escalated_to_area_code(), "310110");
  EXPECT_EQ(task().eligible_area_code(), "31");
  const std::optional<Time> third_due = Armed(second, Timer("sla"));
  ASSERT_TRUE(third_due.has_value());
  EXPECT_EQ(*third_due, *second_due + hours(1));

  const Effects third = DecideEscalate(aggregate(), kAbove, *third_due);
  EXPECT_EQ(third.events[0].task_changed().escalated_to_area_code(), "31");
  EXPECT_EQ(task().escalation_level(), 3);
  EXPECT_TRUE(Cleared(third, Timer("sla")));
}

TEST_F(DeadlinesTest, StaffedTasksDoNotEscalate) {
  State(v1::TASK_STATE_STAFFED);
  const Effects effects = DecideEscalate(aggregate(), kAbove, kDue);
  EXPECT_TRUE(effects.events.empty());
  EXPECT_TRUE(Cleared(effects, Timer("sla")));
  EXPECT_EQ(task().version(), 1u);
}

TEST_F(DeadlinesTest, NotBeforeItsTime) {
  const Effects effects = DecideEscalate(aggregate(), kAbove, kDue - Millis(1));
  EXPECT_TRUE(effects.events.empty());
  EXPECT_EQ(Armed(effects, Timer("sla")), kDue);
}

TEST_F(DeadlinesTest, CloserToTheStartLevelsGetLessTime) {
  record_.set_sla_ms(Millis(hours(10)).count());
  const Effects effects = DecideEscalate(aggregate(), kAbove, kStart - minutes(30));
  EXPECT_EQ(Armed(effects, Timer("sla")), kStart - minutes(15));
}

TEST_F(DeadlinesTest, AtTheStartItEscalatesOnceMore) {
  const Effects effects = DecideEscalate(aggregate(), kAbove, kStart);
  EXPECT_EQ(effects.events.size(), 1u);
  EXPECT_TRUE(Cleared(effects, Timer("sla")));
}

TEST_F(DeadlinesTest, ARootsTaskIsToldToTheRootOnce) {
  record_.mutable_task()->set_area_code("31");
  record_.mutable_task()->set_eligible_area_code("31");
  const Effects effects = DecideEscalate(aggregate(), {}, kDue);
  EXPECT_EQ(effects.events[0].task_changed().escalated_to_area_code(), "31");
  EXPECT_EQ(task().escalation_level(), 1);
  EXPECT_EQ(task().eligible_area_code(), "31");
  EXPECT_TRUE(Cleared(effects, Timer("sla")));
}

TEST_F(DeadlinesTest, ADropOutAfterTheRootWasToldTellsItAgain) {
  record_.mutable_task()->set_escalation_level(3);
  record_.mutable_task()->set_eligible_area_code("31");
  const Effects effects = DecideEscalate(aggregate(), kAbove, kDue);
  EXPECT_EQ(effects.events[0].task_changed().escalated_to_area_code(), "31");
  EXPECT_EQ(task().escalation_level(), 3);
  EXPECT_TRUE(Cleared(effects, Timer("sla")));
}

TEST_F(DeadlinesTest, NoShowsAndWhoStillWaits) {
  Window(kStart, kStart + hours(1));  // too short to be saved
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  Add("per_i", v1::ASSIGNMENT_STATE_SIGNED_IN);
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  State(v1::TASK_STATE_IN_SERVICE);
  const Effects effects = DecideNoShow(aggregate(), kStart + minutes(30), kStart + minutes(30));
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_NO_SHOW);
  EXPECT_EQ(StateOf("per_i"), v1::ASSIGNMENT_STATE_SIGNED_IN);
  EXPECT_EQ(StateOf("per_w"), v1::ASSIGNMENT_STATE_RELEASED);
  EXPECT_THAT(effects.released, ::testing::ElementsAre(CalendarRelease{"per_a", 1}));
  EXPECT_TRUE(Cleared(effects, Timer("noshow")));
  EXPECT_EQ(task().accepted_count(), 1);
}

// A later commit would move nobody, and tell nobody that others may join again.
TEST_F(DeadlinesTest, AFullBatchOfNoShowsIsOfferedOnAtOnce) {
  record_.mutable_task()->set_slots_max(static_cast<int>(kPeoplePerCommit));
  for (size_t i = 0; i < kPeoplePerCommit; ++i) {
    Add("per_" + std::to_string(i), v1::ASSIGNMENT_STATE_ACCEPTED);
  }
  State(v1::TASK_STATE_STAFFED);
  const Effects effects = DecideNoShow(aggregate(), kStart + minutes(30), kStart + minutes(30));
  EXPECT_TRUE(task().has_repair_until());
  ASSERT_GE(effects.events.size(), kPeoplePerCommit);
  EXPECT_TRUE(effects.events[0].assignment_changed().task().has_repair_until());
}

TEST_F(DeadlinesTest, TheLastNoShowEndsTheService) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  Add("per_o", v1::ASSIGNMENT_STATE_SIGNED_OUT);
  State(v1::TASK_STATE_IN_SERVICE);
  DecideNoShow(aggregate(), kStart + minutes(30), kStart + minutes(30));
  EXPECT_EQ(task().state(), v1::TASK_STATE_SERVED);
}

TEST_F(DeadlinesTest, NoShowNotBeforeItsTimeNorAfterTheTask) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  const Effects early =
      DecideNoShow(aggregate(), kStart + minutes(30), kStart + minutes(30) - Millis(1));
  EXPECT_EQ(Armed(early, Timer("noshow")), kStart + minutes(30));
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_ACCEPTED);
  aggregate().task().set_state(v1::TASK_STATE_CANCELLED);
  const Effects late = DecideNoShow(aggregate(), kStart + minutes(30), kStart + minutes(30));
  EXPECT_TRUE(Cleared(late, Timer("noshow")));
  EXPECT_TRUE(late.events.empty());
}

// Served within half an hour, the task used to leave its waitlist waiting for ever.
TEST_F(DeadlinesTest, WhoWaitsIsToldThoughTheTaskIsServedAlready) {
  Add("per_o", v1::ASSIGNMENT_STATE_SIGNED_OUT);
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  State(v1::TASK_STATE_SERVED);
  const Effects effects = DecideNoShow(aggregate(), kStart + minutes(30), kStart + minutes(30));
  EXPECT_EQ(StateOf("per_w"), v1::ASSIGNMENT_STATE_RELEASED);
  EXPECT_EQ(task().state(), v1::TASK_STATE_SERVED);
  EXPECT_TRUE(Cleared(effects, Timer("noshow")));
}

// After an outage everybody was a no-show before anybody could sign in.
TEST_F(DeadlinesTest, WhoCouldNotSignInGetsASecondChance) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  State(v1::TASK_STATE_STAFFED);
  const Time due = kStart + minutes(30);
  const Time back = due + minutes(7);
  const Effects late = DecideNoShow(aggregate(), due, back);
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_ACCEPTED);
  EXPECT_EQ(Armed(late, Timer("noshow")), back + minutes(10));
  DecideNoShow(aggregate(), back + minutes(10), back + minutes(10) + Millis(300));
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_NO_SHOW);
}

// Nobody used to hear of it: no event, so the need never was IN_PROGRESS.
TEST_F(DeadlinesTest, BeginIsToldWhenAllCameEarly) {
  Add("per_i", v1::ASSIGNMENT_STATE_SIGNED_IN);
  State(v1::TASK_STATE_STAFFED);
  const Effects effects = DecideBegin(aggregate(), kStart);
  EXPECT_EQ(task().state(), v1::TASK_STATE_IN_SERVICE);
  ASSERT_EQ(effects.events.size(), 1u);
  const auto& changed = effects.events[0].task_changed();
  EXPECT_EQ(changed.kind(), events::v1::TASK_CHANGE_BEGUN);
  EXPECT_EQ(changed.before(), v1::TASK_STATE_STAFFED);
  EXPECT_EQ(changed.task().state(), v1::TASK_STATE_IN_SERVICE);
}

// One commit for all of them was too large, so that such a task never ended.
TEST_F(DeadlinesTest, ThousandsGoInParts) {
  const auto add_all = [&](v1::AssignmentState state) {
    for (size_t i = 0; i < kPeoplePerCommit + 5; ++i) Add("per_" + std::to_string(i), state);
  };
  const Time late = kStart + minutes(30);
  add_all(v1::ASSIGNMENT_STATE_ACCEPTED);
  State(v1::TASK_STATE_STAFFED);
  const Effects first = DecideNoShow(aggregate(), late, late);
  EXPECT_EQ(first.events.size(), kPeoplePerCommit);
  EXPECT_EQ(Armed(first, Timer("noshow")), late);
  const Effects second = DecideNoShow(aggregate(), late, late);
  EXPECT_EQ(second.events.size(), 5u);
  // Now that it is known how many are missing, their slots are offered on.
  EXPECT_EQ(Armed(second, Timer("noshow")), kStart + hours(1) + minutes(30));
  EXPECT_EQ(task().accepted_count(), 0);
}

TEST_F(DeadlinesTest, ThousandsAreSignedOutInParts) {
  for (size_t i = 0; i < kPeoplePerCommit + 5; ++i) {
    Add("per_" + std::to_string(i), v1::ASSIGNMENT_STATE_SIGNED_IN);
  }
  State(v1::TASK_STATE_IN_SERVICE);
  const Effects first = DecideEnd(aggregate(), kEnd + hours(1));
  EXPECT_EQ(task().state(), v1::TASK_STATE_IN_SERVICE);
  EXPECT_EQ(Armed(first, Timer("end")), kEnd + hours(1));
  DecideEnd(aggregate(), kEnd + hours(1));
  EXPECT_EQ(task().state(), v1::TASK_STATE_SERVED);
  EXPECT_EQ(task().signed_out_count(), static_cast<int>(kPeoplePerCommit + 5));
}

TEST_F(DeadlinesTest, WhoCameEarlyWasThereThoughNothingElseHappened) {
  Add("per_i", v1::ASSIGNMENT_STATE_SIGNED_IN);
  State(v1::TASK_STATE_STAFFED);
  DecideEnd(aggregate(), kEnd + hours(1));
  EXPECT_EQ(StateOf("per_i"), v1::ASSIGNMENT_STATE_SIGNED_OUT);
  EXPECT_EQ(task().state(), v1::TASK_STATE_SERVED);
}

TEST_F(DeadlinesTest, EndSignsOutAsOfTheEnd) {
  Add("per_i", v1::ASSIGNMENT_STATE_SIGNED_IN);
  State(v1::TASK_STATE_IN_SERVICE);
  const Effects effects = DecideEnd(aggregate(), kEnd + hours(1) + minutes(5));
  const v1::Assignment& assignment = aggregate().Find("per_i")->assignment();
  EXPECT_EQ(assignment.state(), v1::ASSIGNMENT_STATE_SIGNED_OUT);
  EXPECT_EQ(assignment.sign_out_method(), v1::SIGN_METHOD_TIMER);
  EXPECT_EQ(ToTime(assignment.sign_out_time()), kEnd);
  EXPECT_EQ(assignment.credited_minutes(), 120);
  EXPECT_EQ(task().state(), v1::TASK_STATE_SERVED);
  EXPECT_TRUE(Cleared(effects, Timer("end")));
}

TEST_F(DeadlinesTest, EndWithoutServiceExpires) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  State(v1::TASK_STATE_STAFFED);
  const Effects effects = DecideEnd(aggregate(), kEnd + hours(1));
  EXPECT_EQ(task().state(), v1::TASK_STATE_EXPIRED);
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_NO_SHOW);
  EXPECT_EQ(StateOf("per_w"), v1::ASSIGNMENT_STATE_RELEASED);
  EXPECT_EQ(effects.released.size(), 1u);
  EXPECT_EQ(effects.events.back().task_changed().kind(), events::v1::TASK_CHANGE_EXPIRED);
  EXPECT_TRUE(Cleared(effects, Timer("sla")));
}

TEST_F(DeadlinesTest, EndNotBeforeItsTime) {
  const Effects effects = DecideEnd(aggregate(), kEnd + hours(1) - Millis(1));
  EXPECT_EQ(Armed(effects, Timer("end")), kEnd + hours(1));
  EXPECT_EQ(task().state(), v1::TASK_STATE_OPEN);
}

TEST_F(DeadlinesTest, AutoCloseConfirmsByTimer) {
  State(v1::TASK_STATE_SERVED);
  const Effects effects = DecideAutoClose(aggregate(), kNow + hours(24 * 8));
  EXPECT_EQ(task().state(), v1::TASK_STATE_CLOSED);
  EXPECT_EQ(aggregate().record().confirmation(), v1::CONFIRMATION_TIMER);
  EXPECT_EQ(aggregate().record().confirmer_id(), "");
  EXPECT_TRUE(Armed(effects, Timer("credit")).has_value());
  const Effects again = DecideAutoClose(aggregate(), kNow + hours(24 * 9));
  EXPECT_TRUE(Cleared(again, Timer("autoclose")));
  EXPECT_TRUE(again.events.empty());
}

}  // namespace
}  // namespace baodao::dispatch
