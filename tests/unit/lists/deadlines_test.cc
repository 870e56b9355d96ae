// Time moves needs, resources and projects: every state has a way on.
#include <gtest/gtest.h>

#include "services/lists/domain/need_deadlines.h"
#include "services/lists/domain/need_states.h"
#include "services/lists/domain/project.h"
#include "services/lists/domain/resource.h"
#include "tests/unit/lists/needs.h"

namespace baodao::lists {
namespace {

using std::chrono::hours;

TEST(NeedDeadline, EveryStateThatWaitsForPeopleEndsByItself) {
  const Time end = kNow + hours(26);  // of NeedIn's window
  const std::pair<v1::NeedState, Time> waits[] = {
      {v1::NEED_STATE_SUBMITTED, end + hours(24)},
      {v1::NEED_STATE_RETURNED, end + hours(24)},
      {v1::NEED_STATE_ACCEPTED, end + hours(24)},
      {v1::NEED_STATE_MATCHED, end + hours(24 * 7)},
  };
  for (const auto& [state, due] : waits) {
    v1::NeedRecord record = NeedIn(state);
    EXPECT_EQ(DeadlineOf(record), due) << record::StateName(state);
    Lapse(&record, due);
    EXPECT_EQ(record.need().state(), v1::NEED_STATE_EXPIRED) << record::StateName(state);
    EXPECT_EQ(ToTime(record.need().update_time()), due);
    EXPECT_EQ(DeadlineOf(record), std::nullopt);
  }
  v1::NeedRecord resolved = NeedIn(v1::NEED_STATE_RESOLVED);
  *resolved.mutable_need()->mutable_update_time() = ToTimestamp(kNow);
  EXPECT_EQ(DeadlineOf(resolved), kNow + hours(24 * 7));
  Lapse(&resolved, kNow + hours(24 * 7));
  EXPECT_EQ(resolved.need().state(), v1::NEED_STATE_CLOSED);
  for (const auto state :
       {v1::NEED_STATE_IN_PROGRESS, v1::NEED_STATE_CLOSED, v1::NEED_STATE_REJECTED,
        v1::NEED_STATE_MERGED, v1::NEED_STATE_CANCELLED, v1::NEED_STATE_EXPIRED}) {
    EXPECT_EQ(DeadlineOf(NeedIn(state)), std::nullopt) << record::StateName(state);
  }
}

TEST(NeedDeadline, ATaskOrARunningPublicationLooksAfterTheNeed) {
  v1::NeedRecord record = NeedIn(v1::NEED_STATE_MATCHED);
  record.mutable_need()->set_task_id("tsk_1");
  EXPECT_EQ(DeadlineOf(record), std::nullopt);
  record = NeedIn(v1::NEED_STATE_ACCEPTED);
  record.set_publishing(true);
  EXPECT_EQ(DeadlineOf(record), std::nullopt);
}

// Its task may have been closed before the need heard that it was served.
TEST(NeedDeadline, AResolvedNeedIsClosedWhateverBecomesOfItsTask) {
  v1::NeedRecord record = NeedIn(v1::NEED_STATE_RESOLVED);
  record.mutable_need()->set_task_id("tsk_1");
  *record.mutable_need()->mutable_update_time() = ToTimestamp(kNow);
  EXPECT_EQ(DeadlineOf(record), kNow + hours(24 * 7));
}

TEST(NeedDeadline, ATimeArrangedLaterCounts) {
  v1::NeedRecord record = NeedIn(v1::NEED_STATE_ACCEPTED);
  *record.mutable_arranged_until() = ToTimestamp(kNow + hours(100));
  EXPECT_EQ(DeadlineOf(record), kNow + hours(124));
  *record.mutable_arranged_until() = ToTimestamp(kNow + hours(1));
  EXPECT_EQ(DeadlineOf(record), kNow + hours(50));
}

TEST(ResourceDeadline, IsWithdrawnWhenItExpires) {
  v1::ResourceRecord record;
  record.mutable_resource()->set_state(v1::RESOURCE_STATE_LISTED);
  EXPECT_EQ(DeadlineOf(record), std::nullopt) << "listed by an earlier build";
  *record.mutable_resource()->mutable_expire_time() = ToTimestamp(kNow);
  EXPECT_EQ(DeadlineOf(record), kNow);
  Lapse(&record, kNow);
  EXPECT_EQ(record.resource().state(), v1::RESOURCE_STATE_WITHDRAWN);
  EXPECT_EQ(DeadlineOf(record), std::nullopt);
}

v1::ProjectRecord ProjectIn(v1::ProjectState state) {
  v1::ProjectRecord record;
  record.mutable_project()->set_state(state);
  *record.mutable_project()->mutable_update_time() = ToTimestamp(kNow);
  return record;
}

TEST(ProjectDeadline, ExpiresWhileNoUnitHasIt) {
  for (const auto state :
       {v1::PROJECT_STATE_PROPOSED, v1::PROJECT_STATE_BALLOTED, v1::PROJECT_STATE_APPROVED}) {
    v1::ProjectRecord record = ProjectIn(state);
    EXPECT_EQ(DeadlineOf(record), kNow + hours(24 * 180)) << record::StateName(state);
    Lapse(&record, kNow + hours(24 * 180));
    EXPECT_EQ(record.project().state(), v1::PROJECT_STATE_EXPIRED) << record::StateName(state);
    EXPECT_EQ(DeadlineOf(record), std::nullopt);
  }
}

// It waited for ever, and its liaison was told once a month that it was late.
TEST(ProjectDeadline, WhatNobodyEvaluatesIsEvaluatedWithoutARating) {
  v1::ProjectRecord record = ProjectIn(v1::PROJECT_STATE_COMPLETED);
  const Time end = kNow + hours(24 * 180);
  *record.mutable_reminded() = ToTimestamp(end - hours(24 * 7));
  EXPECT_EQ(DeadlineOf(record), end);
  Lapse(&record, end);
  EXPECT_EQ(record.project().state(), v1::PROJECT_STATE_EVALUATED);
  EXPECT_EQ(record.project().rating(), 0);
  EXPECT_EQ(DeadlineOf(record), std::nullopt);
}

TEST(ProjectDeadline, IsRemindedOfOnceAMonthWhenItIsLate) {
  for (const auto state :
       {v1::PROJECT_STATE_CLAIMED, v1::PROJECT_STATE_IN_PROGRESS, v1::PROJECT_STATE_COMPLETED}) {
    v1::ProjectRecord record = ProjectIn(state);
    const Time late = kNow + hours(24 * 30);
    EXPECT_EQ(DeadlineOf(record), late) << record::StateName(state);
    Lapse(&record, late);
    EXPECT_EQ(record.project().state(), state);
    EXPECT_EQ(ToTime(record.project().update_time()), kNow) << "nothing was done";
    EXPECT_EQ(DeadlineOf(record), late + hours(24 * 30));
  }
  v1::ProjectRecord twice = ProjectIn(v1::PROJECT_STATE_COMPLETED);
  Lapse(&twice, kNow + hours(24 * 30));
  Lapse(&twice, kNow + hours(24 * 60));
  EXPECT_EQ(DeadlineOf(twice), kNow + hours(24 * 90)) << "reminded every month";
  v1::ProjectRecord campaign = ProjectIn(v1::PROJECT_STATE_IN_PROGRESS);
  *campaign.mutable_project()->mutable_due_time() = ToTimestamp(kNow + hours(24 * 100));
  EXPECT_EQ(DeadlineOf(campaign), kNow + hours(24 * 100));
  for (const auto state : {v1::PROJECT_STATE_EVALUATED, v1::PROJECT_STATE_REJECTED,
                           v1::PROJECT_STATE_CANCELLED, v1::PROJECT_STATE_EXPIRED}) {
    EXPECT_EQ(DeadlineOf(ProjectIn(state)), std::nullopt) << record::StateName(state);
  }
}

}  // namespace
}  // namespace baodao::lists
