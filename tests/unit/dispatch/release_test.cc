#include "services/dispatch/domain/release.h"

#include "common/testing/matchers.h"
#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

constexpr v1::AssignmentState kOnTheWork[] = {
    v1::ASSIGNMENT_STATE_ACCEPTED, v1::ASSIGNMENT_STATE_SIGNED_IN, v1::ASSIGNMENT_STATE_SIGNED_OUT,
    v1::ASSIGNMENT_STATE_CREDITED};
constexpr v1::TaskState kUnderWay[] = {v1::TASK_STATE_OPEN, v1::TASK_STATE_STAFFED,
                                       v1::TASK_STATE_IN_SERVICE, v1::TASK_STATE_SERVED,
                                       v1::TASK_STATE_EVALUATED};

class ReleaseTest : public TaskFixture {
 protected:
  Detail To(Viewer viewer, const v1::Assignment& assignment) {
    return DetailFor(viewer, record_.task(), assignment);
  }
  Detail To(Viewer viewer, v1::AssignmentState state) {
    v1::Assignment assignment;
    assignment.set_state(state);
    return To(viewer, assignment);
  }
  void Put(v1::TaskState state) { record_.mutable_task()->set_state(state); }
  absl::Status Check(Time now) { return CheckPeopleShown(record_.task(), now); }
};

TEST_F(ReleaseTest, WhoIsOnTheWorkIsShownInFullUntilTheTaskIsOver) {
  for (const v1::TaskState state : kUnderWay) {
    Put(state);
    EXPECT_THAT(Check(kNow), testing::IsOk());
    for (const v1::AssignmentState on : kOnTheWork) {
      EXPECT_EQ(To(Viewer::kRequester, on), Detail::kPhone);
      EXPECT_EQ(To(Viewer::kCoordinator, on), Detail::kEmergencyContact);
    }
  }
}

TEST_F(ReleaseTest, WhoDidNotComeHasAPhoneForCoordinatorsOnly) {
  EXPECT_EQ(To(Viewer::kRequester, v1::ASSIGNMENT_STATE_NO_SHOW), Detail::kName);
  EXPECT_EQ(To(Viewer::kCoordinator, v1::ASSIGNMENT_STATE_NO_SHOW), Detail::kPhone);
}

TEST_F(ReleaseTest, WhoWaitsIsCoordinatorsToKnow) {
  EXPECT_EQ(To(Viewer::kRequester, v1::ASSIGNMENT_STATE_WAITLISTED), Detail::kNothing);
  EXPECT_EQ(To(Viewer::kCoordinator, v1::ASSIGNMENT_STATE_WAITLISTED), Detail::kName);
}

TEST_F(ReleaseTest, WhoHasNotAgreedOrHasLeftIsShownToNobody) {
  for (const v1::AssignmentState off :
       {v1::ASSIGNMENT_STATE_UNSPECIFIED, v1::ASSIGNMENT_STATE_OFFERED,
        v1::ASSIGNMENT_STATE_DECLINED, v1::ASSIGNMENT_STATE_LAPSED, v1::ASSIGNMENT_STATE_WITHDRAWN,
        v1::ASSIGNMENT_STATE_RELEASED}) {
    EXPECT_EQ(To(Viewer::kRequester, off), Detail::kNothing);
    EXPECT_EQ(To(Viewer::kCoordinator, off), Detail::kNothing);
  }
}

TEST_F(ReleaseTest, WhoWasConfirmedAfterTheFactHasNothingToDoThereAnyMore) {
  v1::Assignment confirmed;
  confirmed.set_sign_in_method(v1::SIGN_METHOD_CONFIRMED);
  for (const auto state : {v1::ASSIGNMENT_STATE_SIGNED_OUT, v1::ASSIGNMENT_STATE_CREDITED}) {
    confirmed.set_state(state);
    EXPECT_FALSE(IsOnTheWork(confirmed));
    EXPECT_FALSE(MayAskCoordinator(confirmed));
    EXPECT_EQ(To(Viewer::kRequester, confirmed), Detail::kName);
    EXPECT_EQ(To(Viewer::kCoordinator, confirmed), Detail::kName);
  }
}

TEST_F(ReleaseTest, NobodyIsShownOnceTheTaskIsOver) {
  for (const v1::TaskState over : {v1::TASK_STATE_CLOSED, v1::TASK_STATE_CANCELLED}) {
    Put(over);
    EXPECT_THAT(Check(kNow), testing::IsRefusal(Reason::WRONG_STATE));
    EXPECT_THAT(CheckNotOver(record_.task()), testing::IsRefusal(Reason::WRONG_STATE));
  }
}

TEST_F(ReleaseTest, AnExpiredTaskShowsNamesForAsLongAsServiceCanBeConfirmed) {
  Put(v1::TASK_STATE_EXPIRED);
  const Time last = EndOf(record_.task()) + kConfirmUntil;
  EXPECT_THAT(Check(last), testing::IsOk());
  EXPECT_THAT(Check(last + Millis(1)), testing::IsRefusal(Reason::WRONG_STATE));
  EXPECT_THAT(CheckNotOver(record_.task()), testing::IsRefusal(Reason::WRONG_STATE));
  EXPECT_EQ(To(Viewer::kRequester, v1::ASSIGNMENT_STATE_NO_SHOW), Detail::kName);
  EXPECT_EQ(To(Viewer::kCoordinator, v1::ASSIGNMENT_STATE_NO_SHOW), Detail::kName);
}

TEST_F(ReleaseTest, TheCoordinatorIsForWhoeverHasAccepted) {
  v1::Assignment assignment;
  for (int state = v1::AssignmentState_MIN; state <= v1::AssignmentState_MAX; ++state) {
    assignment.set_state(static_cast<v1::AssignmentState>(state));
    EXPECT_EQ(MayAskCoordinator(assignment),
              TakesSlot(assignment.state()) || state == v1::ASSIGNMENT_STATE_NO_SHOW);
  }
}

TEST_F(ReleaseTest, TeammatesAreTheOthersOnTheWorkWhoDoNotKeepApart) {
  v1::Assignment other;
  other.set_person_id("per_b");
  other.set_state(v1::ASSIGNMENT_STATE_ACCEPTED);
  EXPECT_TRUE(AreTeammates("per_a", other, kRelations.blocks));
  EXPECT_FALSE(AreTeammates("per_b", other, kRelations.blocks)) << "oneself";
  EXPECT_FALSE(AreTeammates("per_shy", other, kRelations.blocks));
  other.set_person_id("per_shy");
  EXPECT_FALSE(AreTeammates("per_a", other, kRelations.blocks));
  other.set_person_id("per_b");
  other.set_state(v1::ASSIGNMENT_STATE_WAITLISTED);
  EXPECT_FALSE(AreTeammates("per_a", other, kRelations.blocks));
}

TEST_F(ReleaseTest, TheRosterIsOfThoseWhoWereExpected) {
  v1::Assignment other;
  other.set_person_id("per_b");
  for (int state = v1::AssignmentState_MIN; state <= v1::AssignmentState_MAX; ++state) {
    other.set_state(static_cast<v1::AssignmentState>(state));
    EXPECT_EQ(IsOnRoster("per_a", other, kRelations.blocks),
              TakesSlot(other.state()) || state == v1::ASSIGNMENT_STATE_NO_SHOW)
        << state;
  }
  other.set_state(v1::ASSIGNMENT_STATE_NO_SHOW);
  EXPECT_FALSE(IsOnRoster("per_b", other, kRelations.blocks)) << "oneself";
  other.set_person_id("per_shy");
  EXPECT_FALSE(IsOnRoster("per_a", other, kRelations.blocks));
}

}  // namespace
}  // namespace baodao::dispatch
