#include "services/dispatch/domain/confirm.h"

#include "common/testing/matchers.h"
#include "services/dispatch/domain/close.h"
#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

class ConfirmTest : public TaskFixture {
 protected:
  static constexpr Time kStart = kNow + hours(4);
  static constexpr Time kEnd = kNow + hours(6);
  static constexpr Time kLater = kEnd + hours(3);

  ConfirmTest() {
    command_.confirmer_id = "per_coordinator";
    command_.reason = "手机没电";
    record_.mutable_task()->set_requester_id("per_r");
  }
  void Name(const std::string& person, Time start = kStart, Time end = kStart + minutes(90)) {
    command_.services.push_back({person, start, end, "", 900 + command_.services.size()});
  }
  std::string Confirm(Time now = kLater) {
    return Refusal(DecideConfirm(aggregate(), command_, now));
  }
  const v1::Assignment& Of(const std::string& person) {
    return aggregate().Find(person)->assignment();
  }

  ConfirmCommand command_;
};

// A NO_SHOW on an EXPIRED task was the end: nothing could put it right.
TEST_F(ConfirmTest, AnExpiredTaskIsServedAfterAll) {
  Add("per_a", v1::ASSIGNMENT_STATE_NO_SHOW);
  State(v1::TASK_STATE_EXPIRED);
  Name("per_a");
  const auto effects = DecideConfirm(aggregate(), command_, kLater);
  ASSERT_THAT(effects, testing::IsOk());
  EXPECT_EQ(task().state(), v1::TASK_STATE_SERVED);
  EXPECT_EQ(task().accepted_count(), 1);
  EXPECT_EQ(task().signed_out_count(), 1);
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_SIGNED_OUT);
  EXPECT_EQ(Of("per_a").credited_minutes(), 90);
  EXPECT_EQ(ToTime(Of("per_a").sign_in_time()), kStart);
  EXPECT_EQ(Of("per_a").sign_in_method(), v1::SIGN_METHOD_CONFIRMED);
  EXPECT_EQ(Of("per_a").sign_out_method(), v1::SIGN_METHOD_CONFIRMED);
  EXPECT_EQ(Of("per_a").reason(), "手机没电");
  EXPECT_EQ(aggregate().Find("per_a")->confirmer_id(), "per_coordinator");
  EXPECT_EQ(aggregate().Find("per_a")->reservation(), 900u);
  EXPECT_EQ(Armed(*effects, Timer("credit")), kLater);
  EXPECT_EQ(Armed(*effects, Timer("autoclose")), kLater + hours(24 * 7));
  ASSERT_EQ(effects->events.size(), 2u);
  EXPECT_EQ(effects->events[0].assignment_changed().before(), v1::ASSIGNMENT_STATE_NO_SHOW);
  EXPECT_EQ(effects->events[1].task_changed().kind(), events::v1::TASK_CHANGE_SERVED);
  // The person served can rate it now.
  EXPECT_THAT(DecideEvaluate(aggregate(), 5, "好", "per_r", kLater), testing::IsOk());
}

TEST_F(ConfirmTest, OnlyWhoIsConfirmedIsCredited) {
  Add("per_a", v1::ASSIGNMENT_STATE_NO_SHOW);
  Add("per_out", v1::ASSIGNMENT_STATE_SIGNED_OUT);
  State(v1::TASK_STATE_SERVED);
  Name("per_a");
  ASSERT_EQ(Confirm(), "OK");
  EXPECT_EQ(task().state(), v1::TASK_STATE_SERVED);
  EXPECT_TRUE(IsDue(aggregate().record(), *aggregate().Find("per_a")));
  EXPECT_FALSE(IsDue(aggregate().record(), *aggregate().Find("per_out")));
  const Effects credited = DecideCredited(aggregate(), {"per_a"}, kLater, kLater);
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_CREDITED);
  EXPECT_EQ(StateOf("per_out"), v1::ASSIGNMENT_STATE_SIGNED_OUT);
  EXPECT_TRUE(Cleared(credited, Timer("credit")));  // nobody else is due
}

TEST_F(ConfirmTest, AClosedTaskStaysClosed) {
  Add("per_a", v1::ASSIGNMENT_STATE_NO_SHOW);
  Add("per_b", v1::ASSIGNMENT_STATE_CREDITED);
  State(v1::TASK_STATE_CLOSED);
  Name("per_a");
  ASSERT_EQ(Confirm(), "OK");
  EXPECT_EQ(task().state(), v1::TASK_STATE_CLOSED);
}

// Between the end and the timer an hour later.
TEST_F(ConfirmTest, WhoIsStillExpectedMayBeConfirmedAsSoonAsItIsOver) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  State(v1::TASK_STATE_STAFFED);
  Name("per_a");
  EXPECT_EQ(Confirm(kEnd - Millis(1)), "TOO_EARLY");
  EXPECT_EQ(Confirm(kEnd), "OK");
  EXPECT_EQ(task().state(), v1::TASK_STATE_SERVED);
  EXPECT_EQ(task().accepted_count(), 1);
}

TEST_F(ConfirmTest, ForThirtyDays) {
  Add("per_a", v1::ASSIGNMENT_STATE_NO_SHOW);
  State(v1::TASK_STATE_EXPIRED);
  Name("per_a");
  EXPECT_EQ(Confirm(kEnd + hours(24 * 30)), "TOO_LATE");
  EXPECT_EQ(Confirm(kEnd + hours(24 * 30) - Millis(1)), "OK");
  static_assert(kCalendarKeep >= kConfirmUntil);
}

TEST_F(ConfirmTest, ACoordinatorNamesAnybodyARequesterWhoHadAccepted) {
  Add("per_late", v1::ASSIGNMENT_STATE_WITHDRAWN);
  Add("per_missed", v1::ASSIGNMENT_STATE_NO_SHOW);
  State(v1::TASK_STATE_EXPIRED);
  command_.by_requester = true;
  command_.confirmer_id = "per_r";
  Name("per_late");
  EXPECT_EQ(Confirm(), "NOT_ASSIGNED");
  command_.services[0].person_id = "per_never";
  EXPECT_EQ(Confirm(), "NOT_ASSIGNED");
  command_.services[0].person_id = "per_missed";
  EXPECT_EQ(Refusal(CheckConfirm(aggregate(), command_, kLater)), "OK");
  command_.by_requester = false;
  command_.confirmer_id = "per_coordinator";
  command_.services[0].person_id = "per_never";
  command_.services[0].unit_id = "unt_1";
  Name("per_late");
  ASSERT_EQ(Confirm(), "OK");
  EXPECT_EQ(Of("per_never").unit_id(), "unt_1");
  EXPECT_EQ(Of("per_never").task_id(), kTaskId);
  EXPECT_EQ(aggregate().record().people_count(), 3);
}

TEST_F(ConfirmTest, NobodyConfirmsTheirOwnService) {
  Add("per_coordinator", v1::ASSIGNMENT_STATE_NO_SHOW);
  State(v1::TASK_STATE_EXPIRED);
  Name("per_coordinator");
  EXPECT_EQ(Confirm(), "OWN_SERVICE");
  command_.services[0].person_id = "per_r";
  EXPECT_EQ(Confirm(), "OWN_REQUEST");
}

TEST_F(ConfirmTest, ServiceIsOnRecordOnce) {
  Add("per_out", v1::ASSIGNMENT_STATE_SIGNED_OUT);
  Add("per_credited", v1::ASSIGNMENT_STATE_CREDITED);
  State(v1::TASK_STATE_SERVED);
  Name("per_out");
  EXPECT_EQ(Confirm(), "SERVICE_ON_RECORD");
  command_.services[0].person_id = "per_credited";
  EXPECT_EQ(Confirm(), "SERVICE_ON_RECORD");
}

TEST_F(ConfirmTest, NeverMorePeopleThanSlots) {
  Add("per_a", v1::ASSIGNMENT_STATE_NO_SHOW);
  Add("per_b", v1::ASSIGNMENT_STATE_NO_SHOW);
  Add("per_served", v1::ASSIGNMENT_STATE_CREDITED);
  State(v1::TASK_STATE_EVALUATED);
  Name("per_a");
  Name("per_b");
  EXPECT_EQ(Confirm(), "TASK_FULL");  // all or none
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_NO_SHOW);
  command_.services.pop_back();
  EXPECT_EQ(Confirm(), "OK");
  EXPECT_EQ(task().accepted_count(), task().slots_max());
}

TEST_F(ConfirmTest, TimesLieWithinTheTask) {
  Add("per_a", v1::ASSIGNMENT_STATE_NO_SHOW);
  State(v1::TASK_STATE_EXPIRED);
  Name("per_a", kStart - Millis(1), kEnd);
  EXPECT_EQ(Confirm(), "SERVED_TIME_INVALID");
  command_.services[0].start = kStart;
  command_.services[0].end = kEnd + Millis(1);
  EXPECT_EQ(Confirm(), "SERVED_TIME_INVALID");
  command_.services[0].end = kStart;
  EXPECT_EQ(Confirm(), "SERVED_TIME_INVALID");
  command_.services[0].end = kEnd;
  Name("per_a");
  EXPECT_EQ(Confirm(), "INVALID_ARGUMENT_FIELDS");
  command_.services.pop_back();
  EXPECT_EQ(Confirm(), "OK");
}

TEST_F(ConfirmTest, NotOfACancelledTaskNorOfSomebodyStillThere) {
  Add("per_a", v1::ASSIGNMENT_STATE_RELEASED);
  Add("per_in", v1::ASSIGNMENT_STATE_SIGNED_IN);
  aggregate().task().set_state(v1::TASK_STATE_CANCELLED);
  Name("per_a");
  EXPECT_EQ(Confirm(), "WRONG_STATE");
  aggregate().task().set_state(v1::TASK_STATE_IN_SERVICE);
  command_.services[0].person_id = "per_in";
  EXPECT_EQ(Confirm(), "WRONG_STATE");
}

TEST_F(ConfirmTest, AssigningAfterTheEndNamesTheWay) {
  Add("per_a", v1::ASSIGNMENT_STATE_NO_SHOW);
  State(v1::TASK_STATE_EXPIRED);
  const auto profile = ProfileOf("per_a");
  EXPECT_EQ(Refusal(Do(Command(TakeKind::kAssign, profile), kLater)), "TASK_OVER");
  EXPECT_EQ(Refusal(Do(Command(TakeKind::kClaim, profile), kLater)), "TASK_NOT_OPEN");
}

}  // namespace
}  // namespace baodao::dispatch
