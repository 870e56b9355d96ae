
#include <gtest/gtest.h>

#include "common/status/status.h"
#include "common/testing/matchers.h"
#include "services/lists/domain/project.h"
#include "services/lists/domain/resource.h"
#include "tests/unit/lists/needs.h"

namespace baodao::lists {
namespace {

TEST(NewResource, RefusesSlotsThatEndBeforeTheyStart) {
  v1::CreateResourceRequest request;
  request.set_capacity(3);
  auto* fine = request.add_slots();
  fine->set_weekday(1);
  fine->set_start_minute(60);
  fine->set_end_minute(120);
  ASSERT_THAT(NewResource(request, "per_x", kNow), testing::IsOk());
  auto* backward = request.add_slots();
  backward->set_weekday(2);
  backward->set_start_minute(120);
  backward->set_end_minute(120);
  const auto refused = NewResource(request, "per_x", kNow).status();
  ASSERT_EQ(ViolationsOf(refused).size(), 1u);
  EXPECT_EQ(ViolationsOf(refused)[0].field, "slots[1].end_minute");
}

TEST(NewResource, IsListedForAYearAtMost) {
  const auto listed_until = [](std::optional<Time> until) {
    v1::CreateResourceRequest request;
    if (until) *request.mutable_expire_time() = ToTimestamp(*until);
    return NewResource(request, "per_x", kNow);
  };
  const Time year = kNow + std::chrono::hours(24 * 365);
  EXPECT_EQ(ToTime(listed_until(std::nullopt)->expire_time()), year);
  EXPECT_EQ(ToTime(listed_until(year)->expire_time()), year);
  EXPECT_EQ(ToTime(listed_until(kNow + Millis(1))->expire_time()), kNow + Millis(1));
  const auto kind_of = [](const absl::Status& status) { return ViolationsOf(status).at(0).kind; };
  EXPECT_EQ(kind_of(listed_until(kNow).status()), ViolationKind::IN_THE_PAST);
  const absl::Status late = listed_until(year + Millis(1)).status();
  EXPECT_EQ(kind_of(late), ViolationKind::TOO_FAR_AHEAD);
  EXPECT_EQ(ViolationsOf(late)[0].field, "expire_time");
  EXPECT_EQ(ViolationsOf(late)[0].arguments.at("max"), "2026-06-01T00:00:00Z");
}

// It said to the metre where people live.
TEST(NewResource, KeepsThePlaceOfAPersonRoundedOnly) {
  v1::CreateResourceRequest request;
  *request.mutable_place() = Point(31.2598712, 121.5261234);
  const auto of_person = NewResource(request, "per_x", kNow);
  ASSERT_THAT(of_person, testing::IsOk());
  EXPECT_DOUBLE_EQ(of_person->place().latitude(), 31.260);
  EXPECT_DOUBLE_EQ(of_person->place().longitude(), 121.526);
  const auto of_unit = NewResource(request, "unt_x", kNow);
  ASSERT_THAT(of_unit, testing::IsOk());
  EXPECT_DOUBLE_EQ(of_unit->place().latitude(), 31.2598712);
}

TEST(Resource, CanBeLinkedOnlyWhileListed) {
  v1::CreateResourceRequest request;
  request.set_capacity(3);
  v1::Resource resource = *NewResource(request, "per_x", kNow);
  EXPECT_THAT(CheckLinkable(resource), testing::IsOk());
  ASSERT_THAT(Withdraw(&resource, "已损坏", kNow), testing::IsOk());
  EXPECT_EQ(resource.withdraw_reason(), "已损坏");
  EXPECT_THAT(CheckLinkable(resource), testing::IsRefusal(Reason::WRONG_STATE));
  EXPECT_THAT(Withdraw(&resource, "", kNow), testing::IsRefusal(Reason::WRONG_STATE));
}

TEST(Project, RunsFromProposalToEvaluation) {
  v1::CreateProjectRequest request;
  request.set_campaign_days(100);
  v1::Project project = NewProject(request, "per_x", kNow);
  EXPECT_THAT(CheckLinkable(project), testing::IsRefusal(Reason::WRONG_STATE));
  EXPECT_THAT(Claim(&project, "unt_1", "per_l", kNow), testing::IsRefusal(Reason::WRONG_STATE));
  ASSERT_THAT(Change(&project, ProjectEvent::kApprove, "同意", kNow), testing::IsOk());
  EXPECT_EQ(project.comment(), "同意");
  EXPECT_THAT(CheckLinkable(project), testing::IsOk());
  ASSERT_THAT(Claim(&project, "unt_1", "per_l", kNow), testing::IsOk());
  EXPECT_EQ(ToTime(project.due_time()), kNow + std::chrono::days(100));
  const auto second = Claim(&project, "unt_2", "per_m", kNow);
  EXPECT_THAT(second, testing::IsRefusal(Reason::PROJECT_ALREADY_CLAIMED));
  EXPECT_EQ(MetadataOf(second)["unit"], "unt_1");
  ASSERT_THAT(Change(&project, ProjectEvent::kStart, "", kNow), testing::IsOk());
  ASSERT_THAT(Change(&project, ProjectEvent::kComplete, "", kNow), testing::IsOk());
  EXPECT_THAT(CheckLinkable(project), testing::IsRefusal(Reason::WRONG_STATE));
  EXPECT_THAT(Evaluate(&project, 5, "很好", project.liaison_id(), kNow),
              testing::IsRefusal(Reason::OWN_SERVICE));
  ASSERT_THAT(Evaluate(&project, 5, "很好", "per_c", kNow), testing::IsOk());
  EXPECT_EQ(project.rating(), 5);
  EXPECT_EQ(project.state(), v1::PROJECT_STATE_EVALUATED);
}

TEST(Project, IsGivenBackAsIfNobodyHadClaimedIt) {
  v1::CreateProjectRequest request;
  request.set_campaign_days(100);
  v1::Project project = NewProject(request, "per_x", kNow);
  ASSERT_THAT(Change(&project, ProjectEvent::kApprove, "", kNow), testing::IsOk());
  ASSERT_THAT(Claim(&project, "unt_1", "per_l", kNow), testing::IsOk());
  ASSERT_THAT(Change(&project, ProjectEvent::kRelease, "人手不足", kNow), testing::IsOk());
  EXPECT_EQ(project.state(), v1::PROJECT_STATE_APPROVED);
  EXPECT_TRUE(project.unit_id().empty() && project.liaison_id().empty());
  EXPECT_FALSE(project.has_due_time());
  EXPECT_THAT(Claim(&project, "unt_2", "per_m", kNow), testing::IsOk());
}

TEST(Project, WhoeverEndsItSaysWhy) {
  for (const auto end : {ProjectEvent::kReject, ProjectEvent::kCancel}) {
    v1::Project project = NewProject({}, "per_x", kNow);
    const absl::Status silent = Change(&project, end, "", kNow);
    ASSERT_EQ(ViolationsOf(silent).size(), 1u);
    EXPECT_EQ(ViolationsOf(silent)[0].field, "comment");
    EXPECT_EQ(project.state(), v1::PROJECT_STATE_PROPOSED);
    EXPECT_THAT(Change(&project, end, "预算不足", kNow), testing::IsOk());
    EXPECT_EQ(project.comment(), "预算不足");
  }
}

TEST(Project, HasNoDueTimeWithoutACampaignClock) {
  v1::Project project = NewProject({}, "per_x", kNow);
  ASSERT_THAT(Change(&project, ProjectEvent::kApprove, "", kNow), testing::IsOk());
  ASSERT_THAT(Claim(&project, "unt_1", "per_l", kNow), testing::IsOk());
  EXPECT_FALSE(project.has_due_time());
}

TEST(Project, IsEditedUntilItIsCompleted) {
  v1::UpdateProjectRequest request;
  request.set_title("楼道美化");
  request.set_campaign_days(30);
  request.mutable_update_mask()->add_paths("title");
  request.mutable_update_mask()->add_paths("campaign_days");
  v1::Project project;
  project.set_state(v1::PROJECT_STATE_APPROVED);
  ASSERT_THAT(Update(&project, request, kNow), testing::IsOk());
  EXPECT_EQ(project.title(), "楼道美化");
  EXPECT_EQ(project.campaign_days(), 30);
  ASSERT_THAT(Claim(&project, "unt_1", "per_l", kNow), testing::IsOk());
  EXPECT_THAT(Update(&project, request, kNow), testing::IsRefusal(Reason::PROJECT_ALREADY_CLAIMED))
      << "its clock runs";
  request.mutable_update_mask()->mutable_paths()->RemoveLast();
  EXPECT_THAT(Update(&project, request, kNow), testing::IsOk());
  for (const auto state : {v1::PROJECT_STATE_COMPLETED, v1::PROJECT_STATE_CANCELLED}) {
    project.set_state(state);
    EXPECT_THAT(Update(&project, request, kNow), testing::IsRefusal(Reason::WRONG_STATE));
  }
}

TEST(Project, IsFollowedByPeopleUntilItIsOver) {
  v1::ProjectRecord record;
  record.mutable_project()->set_state(v1::PROJECT_STATE_COMPLETED);
  for (int i = 0; i < kMaxFollowers; ++i) {
    EXPECT_THAT(Follow(&record, "per_" + std::to_string(i)), testing::IsOk());
  }
  EXPECT_THAT(Follow(&record, "per_7"), testing::IsOk()) << "again";
  EXPECT_EQ(record.follower_ids_size(), kMaxFollowers);
  EXPECT_THAT(Follow(&record, "per_x"), testing::IsRefusal(Reason::TOO_MANY_FOLLOWERS));
  Unfollow(&record, "per_7");
  EXPECT_FALSE(IsFollowedBy(record, "per_7"));
  EXPECT_THAT(Follow(&record, "per_x"), testing::IsOk());
  Lapse(&record, ToTime(record.project().update_time()) + kProjectIdle);
  EXPECT_EQ(record.project().state(), v1::PROJECT_STATE_EVALUATED);
  EXPECT_EQ(record.follower_ids_size(), 0);
  EXPECT_THAT(Follow(&record, "per_7"), testing::IsRefusal(Reason::WRONG_STATE));
}

}  // namespace
}  // namespace baodao::lists
