#include "services/lists/domain/list_rules.h"

#include <gtest/gtest.h>

#include "common/status/status.h"
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
  ASSERT_TRUE(NewResource(request, "per_x", kNow).ok());
  auto* backward = request.add_slots();
  backward->set_weekday(2);
  backward->set_start_minute(120);
  backward->set_end_minute(120);
  const auto refused = NewResource(request, "per_x", kNow).status();
  ASSERT_EQ(ViolationsOf(refused).size(), 1u);
  EXPECT_EQ(ViolationsOf(refused)[0].field, "slots[1].end_minute");
}

// It said to the metre where people live.
TEST(NewResource, KeepsThePlaceOfAPersonRoundedOnly) {
  v1::CreateResourceRequest request;
  *request.mutable_place() = Point(31.2598712, 121.5261234);
  const auto of_person = NewResource(request, "per_x", kNow);
  ASSERT_TRUE(of_person.ok());
  EXPECT_DOUBLE_EQ(of_person->place().latitude(), 31.260);
  EXPECT_DOUBLE_EQ(of_person->place().longitude(), 121.526);
  const auto of_unit = NewResource(request, "unt_x", kNow);
  ASSERT_TRUE(of_unit.ok());
  EXPECT_DOUBLE_EQ(of_unit->place().latitude(), 31.2598712);
}

TEST(Resource, CanBeLinkedOnlyWhileListed) {
  v1::CreateResourceRequest request;
  request.set_capacity(3);
  v1::Resource resource = *NewResource(request, "per_x", kNow);
  EXPECT_TRUE(CheckLinkable(resource).ok());
  ASSERT_TRUE(Withdraw(&resource, kNow).ok());
  EXPECT_TRUE(Is(CheckLinkable(resource), Reason::WRONG_STATE));
  EXPECT_TRUE(Is(Withdraw(&resource, kNow), Reason::WRONG_STATE));
}

TEST(Project, RunsFromProposalToEvaluation) {
  v1::CreateProjectRequest request;
  request.set_campaign_days(100);
  v1::Project project = NewProject(request, "per_x", kNow);
  EXPECT_TRUE(Is(CheckLinkable(project), Reason::WRONG_STATE));
  EXPECT_TRUE(Is(Claim(&project, "unt_1", "per_l", kNow), Reason::WRONG_STATE));
  ASSERT_TRUE(Approve(&project, "同意", kNow).ok());
  EXPECT_EQ(project.comment(), "同意");
  EXPECT_TRUE(CheckLinkable(project).ok());
  ASSERT_TRUE(Claim(&project, "unt_1", "per_l", kNow).ok());
  EXPECT_EQ(ToTime(project.due_time()), kNow + std::chrono::days(100));
  const auto second = Claim(&project, "unt_2", "per_m", kNow);
  EXPECT_TRUE(Is(second, Reason::PROJECT_ALREADY_CLAIMED));
  EXPECT_EQ(MetadataOf(second)["unit"], "unt_1");
  ASSERT_TRUE(Start(&project, "", kNow).ok());
  ASSERT_TRUE(Complete(&project, "", kNow).ok());
  EXPECT_TRUE(Is(CheckLinkable(project), Reason::WRONG_STATE));
  EXPECT_TRUE(Is(Evaluate(&project, 5, "很好", project.liaison_id(), kNow), Reason::OWN_SERVICE));
  ASSERT_TRUE(Evaluate(&project, 5, "很好", "per_c", kNow).ok());
  EXPECT_EQ(project.rating(), 5);
  EXPECT_EQ(project.state(), v1::PROJECT_STATE_EVALUATED);
}

TEST(Project, HasNoDueTimeWithoutACampaignClock) {
  v1::Project project = NewProject({}, "per_x", kNow);
  ASSERT_TRUE(Approve(&project, "", kNow).ok());
  ASSERT_TRUE(Claim(&project, "unt_1", "per_l", kNow).ok());
  EXPECT_FALSE(project.has_due_time());
}

}  // namespace
}  // namespace baodao::lists
