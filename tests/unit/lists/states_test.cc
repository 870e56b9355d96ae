// Every state × event pair against the state machines in the protos, written down independently.
#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "common/status/status.h"
#include "common/testing/machine.h"
#include "common/testing/matchers.h"
#include "services/lists/domain/need_states.h"
#include "services/lists/domain/project.h"
#include "services/lists/domain/resource.h"

namespace baodao::lists {
namespace {

TEST(NeedStates, EveryPair) {
  using enum v1::NeedState;
  using enum NeedEvent;
  const std::map<std::pair<v1::NeedState, NeedEvent>, v1::NeedState> expected = {
      {{NEED_STATE_SUBMITTED, kAccept}, NEED_STATE_ACCEPTED},
      {{NEED_STATE_SUBMITTED, kReturn}, NEED_STATE_RETURNED},
      {{NEED_STATE_SUBMITTED, kReject}, NEED_STATE_REJECTED},
      {{NEED_STATE_SUBMITTED, kMerge}, NEED_STATE_MERGED},
      {{NEED_STATE_SUBMITTED, kCancel}, NEED_STATE_CANCELLED},
      {{NEED_STATE_SUBMITTED, kExpire}, NEED_STATE_EXPIRED},
      {{NEED_STATE_RETURNED, kResubmit}, NEED_STATE_SUBMITTED},
      {{NEED_STATE_RETURNED, kCancel}, NEED_STATE_CANCELLED},
      {{NEED_STATE_RETURNED, kExpire}, NEED_STATE_EXPIRED},
      {{NEED_STATE_ACCEPTED, kReturn}, NEED_STATE_RETURNED},
      {{NEED_STATE_ACCEPTED, kRevise}, NEED_STATE_SUBMITTED},
      {{NEED_STATE_ACCEPTED, kCancel}, NEED_STATE_CANCELLED},
      {{NEED_STATE_ACCEPTED, kExpire}, NEED_STATE_EXPIRED},
      {{NEED_STATE_ACCEPTED, kLink}, NEED_STATE_MATCHED},
      {{NEED_STATE_ACCEPTED, kPublished}, NEED_STATE_MATCHED},
      {{NEED_STATE_ACCEPTED, kTaskServed}, NEED_STATE_RESOLVED},
      {{NEED_STATE_RETURNED, kTaskServed}, NEED_STATE_RESOLVED},
      {{NEED_STATE_SUBMITTED, kTaskServed}, NEED_STATE_RESOLVED},
      {{NEED_STATE_EXPIRED, kTaskServed}, NEED_STATE_RESOLVED},
      {{NEED_STATE_MATCHED, kLink}, NEED_STATE_MATCHED},
      {{NEED_STATE_MATCHED, kPublished}, NEED_STATE_MATCHED},
      {{NEED_STATE_MATCHED, kTaskStarted}, NEED_STATE_IN_PROGRESS},
      {{NEED_STATE_MATCHED, kTaskServed}, NEED_STATE_RESOLVED},
      {{NEED_STATE_MATCHED, kTaskClosed}, NEED_STATE_CLOSED},
      {{NEED_STATE_MATCHED, kTaskLost}, NEED_STATE_ACCEPTED},
      {{NEED_STATE_MATCHED, kLinkedTaskLost}, NEED_STATE_MATCHED},
      {{NEED_STATE_MATCHED, kResolve}, NEED_STATE_RESOLVED},
      {{NEED_STATE_MATCHED, kTaskCancelled}, NEED_STATE_CANCELLED},
      {{NEED_STATE_MATCHED, kTaskPassed}, NEED_STATE_EXPIRED},
      {{NEED_STATE_MATCHED, kCancel}, NEED_STATE_CANCELLED},
      {{NEED_STATE_MATCHED, kExpire}, NEED_STATE_EXPIRED},
      {{NEED_STATE_IN_PROGRESS, kTaskServed}, NEED_STATE_RESOLVED},
      {{NEED_STATE_IN_PROGRESS, kTaskClosed}, NEED_STATE_CLOSED},
      {{NEED_STATE_IN_PROGRESS, kTaskLost}, NEED_STATE_ACCEPTED},
      {{NEED_STATE_IN_PROGRESS, kLinkedTaskLost}, NEED_STATE_MATCHED},
      {{NEED_STATE_IN_PROGRESS, kTaskCancelled}, NEED_STATE_CANCELLED},
      {{NEED_STATE_IN_PROGRESS, kTaskPassed}, NEED_STATE_EXPIRED},
      {{NEED_STATE_RESOLVED, kTaskClosed}, NEED_STATE_CLOSED},
      {{NEED_STATE_RESOLVED, kClose}, NEED_STATE_CLOSED},
  };
  testing::CheckEveryPair(kNeedMachine, expected, kExpire);
}

TEST(NeedStates, WhatIsNotAllowedChangesNothing) {
  v1::Need need;
  need.set_state(v1::NEED_STATE_CLOSED);
  const absl::Status status = Move(&need, NeedEvent::kAccept);
  EXPECT_THAT(status, testing::IsRefusal(Reason::WRONG_STATE));
  EXPECT_EQ(MetadataOf(status)["state"], "CLOSED");
  EXPECT_EQ(need.state(), v1::NEED_STATE_CLOSED);
}

TEST(NeedStates, ARefusalSaysWhatIsPossibleInstead) {
  v1::Need need;
  need.set_state(v1::NEED_STATE_ACCEPTED);
  EXPECT_EQ(MetadataOf(Move(&need, NeedEvent::kReject))["possible"],
            "PublishNeed, CreateMatch, ReviewNeed, UpdateNeed, CancelNeed");
  need.set_state(v1::NEED_STATE_CANCELLED);
  EXPECT_EQ(MetadataOf(Move(&need, NeedEvent::kReject)).count("possible"), 0u);
}

TEST(ResourceStates, EveryPair) {
  const std::map<std::pair<v1::ResourceState, ResourceEvent>, v1::ResourceState> expected = {
      {{v1::RESOURCE_STATE_LISTED, ResourceEvent::kWithdraw}, v1::RESOURCE_STATE_WITHDRAWN},
  };
  testing::CheckEveryPair(kResourceMachine, expected, ResourceEvent::kWithdraw);
}

TEST(ProjectStates, EveryPair) {
  using enum v1::ProjectState;
  using enum ProjectEvent;
  const std::map<std::pair<v1::ProjectState, ProjectEvent>, v1::ProjectState> expected = {
      {{PROJECT_STATE_PROPOSED, kBallotPassed}, PROJECT_STATE_BALLOTED},
      {{PROJECT_STATE_PROPOSED, kApprove}, PROJECT_STATE_APPROVED},
      {{PROJECT_STATE_PROPOSED, kReject}, PROJECT_STATE_REJECTED},
      {{PROJECT_STATE_PROPOSED, kCancel}, PROJECT_STATE_CANCELLED},
      {{PROJECT_STATE_PROPOSED, kExpire}, PROJECT_STATE_EXPIRED},
      {{PROJECT_STATE_BALLOTED, kReject}, PROJECT_STATE_REJECTED},
      {{PROJECT_STATE_BALLOTED, kCancel}, PROJECT_STATE_CANCELLED},
      {{PROJECT_STATE_BALLOTED, kExpire}, PROJECT_STATE_EXPIRED},
      {{PROJECT_STATE_BALLOTED, kApprove}, PROJECT_STATE_APPROVED},
      {{PROJECT_STATE_APPROVED, kCancel}, PROJECT_STATE_CANCELLED},
      {{PROJECT_STATE_APPROVED, kExpire}, PROJECT_STATE_EXPIRED},
      {{PROJECT_STATE_CLAIMED, kRelease}, PROJECT_STATE_APPROVED},
      {{PROJECT_STATE_CLAIMED, kCancel}, PROJECT_STATE_CANCELLED},
      {{PROJECT_STATE_IN_PROGRESS, kRelease}, PROJECT_STATE_APPROVED},
      {{PROJECT_STATE_IN_PROGRESS, kCancel}, PROJECT_STATE_CANCELLED},
      {{PROJECT_STATE_APPROVED, kClaim}, PROJECT_STATE_CLAIMED},
      {{PROJECT_STATE_CLAIMED, kStart}, PROJECT_STATE_IN_PROGRESS},
      {{PROJECT_STATE_IN_PROGRESS, kComplete}, PROJECT_STATE_COMPLETED},
      {{PROJECT_STATE_COMPLETED, kEvaluate}, PROJECT_STATE_EVALUATED},
      {{PROJECT_STATE_COMPLETED, kExpire}, PROJECT_STATE_EVALUATED},
  };
  testing::CheckEveryPair(kProjectMachine, expected, kExpire);
}

}  // namespace
}  // namespace baodao::lists
