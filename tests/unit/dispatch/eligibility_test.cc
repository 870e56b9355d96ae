#include "services/dispatch/domain/eligibility.h"

#include "common/testing/matchers.h"
#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

class EligibilityTest : public TaskFixture {
 protected:
  std::string Check(const registration::v1::Profile& person) {
    return Refusal(CheckEligible(record_.task(), person, kRelations));
  }
};

TEST_F(EligibilityTest, RegisteredInsideOrAbove) {
  EXPECT_EQ(Check(ProfileOf("per_a", "310110001")), "OK");
  EXPECT_EQ(Check(ProfileOf("per_a", "310110001009")), "OK");  // inside
  EXPECT_EQ(Check(ProfileOf("per_a", "310110")), "OK");        // covers it
  EXPECT_EQ(Check(ProfileOf("per_a", "310110002")), "NOT_ELIGIBLE_AREA");
  registration::v1::Profile nowhere = ProfileOf("per_a");
  nowhere.clear_area_codes();
  EXPECT_EQ(Check(nowhere), "NOT_REGISTERED");
}

TEST_F(EligibilityTest, OneOfSeveralRegistrationsIsEnough) {
  registration::v1::Profile person = ProfileOf("per_a", "310110002");
  person.add_area_codes("310110001003");
  EXPECT_EQ(Check(person), "OK");
}

TEST_F(EligibilityTest, ClosedAreasAlsoCountAsTheirSuccessors) {
  record_.mutable_task()->set_area_code("310110002001");
  record_.mutable_task()->set_eligible_area_code("310110002001");
  EXPECT_EQ(Check(ProfileOf("per_a", "closed")), "OK");  // by 310110002, which covers it
  record_.mutable_task()->set_area_code("closed_community");
  record_.mutable_task()->set_eligible_area_code("closed");
  EXPECT_EQ(Check(ProfileOf("per_a", "closed")), "OK");
  EXPECT_EQ(Check(ProfileOf("per_a", "310110002009")), "OK");
  EXPECT_EQ(Check(ProfileOf("per_a", "310110001")), "NOT_ELIGIBLE_AREA");
}

TEST_F(EligibilityTest, EveryUnmetConditionIsNamedAndApartnessOnlyAlone) {
  v1::Task& task = *record_.mutable_task();
  task.set_requester_id("per_shy");
  task.add_skills("first_aid");
  task.add_skills("driving");
  task.add_skills("legal");
  task.add_credentials("nurse");
  task.add_categories("party_member");
  registration::v1::Profile person = ProfileOf("per_a", "310110002");
  person.add_skills("driving");
  const auto names = [&] {
    std::vector<std::string> found;
    for (const absl::Status& one : UnmetConditions(task, person, kRelations)) {
      found.push_back(Refusal(one));
    }
    return found;
  };
  EXPECT_THAT(names(), ::testing::ElementsAre("NOT_ELIGIBLE_AREA", "MISSING_SKILL", "MISSING_SKILL",
                                              "MISSING_CREDENTIAL", "MISSING_CATEGORY"));
  EXPECT_EQ(MetadataOf(UnmetConditions(task, person, kRelations)[2])["skill"], "legal");
  EXPECT_EQ(Check(person), "NOT_ELIGIBLE_AREA");
  person = ProfileOf("per_a");
  for (const std::string& skill : task.skills()) person.add_skills(skill);
  person.add_categories("party_member");
  EXPECT_THAT(names(), ::testing::ElementsAre("MISSING_CREDENTIAL"));
  task.clear_credentials();
  EXPECT_THAT(names(), ::testing::ElementsAre("KEPT_APART"));
  task.set_requester_id("per_b");
  EXPECT_THAT(names(), ::testing::IsEmpty());
}

TEST_F(EligibilityTest, AllSkills) {
  record_.mutable_task()->add_skills("first_aid");
  record_.mutable_task()->add_skills("driving");
  registration::v1::Profile person = ProfileOf("per_a");
  person.add_skills("driving");
  const absl::Status refused = CheckEligible(record_.task(), person, kRelations);
  EXPECT_THAT(refused, testing::IsRefusal(Reason::MISSING_SKILL));
  EXPECT_EQ(MetadataOf(refused)["skill"], "first_aid");
  person.add_skills("first_aid");
  EXPECT_EQ(Check(person), "OK");
}

TEST_F(EligibilityTest, AllCredentialsUntilTheEnd) {
  record_.mutable_task()->add_credentials("nurse");
  registration::v1::Profile person = ProfileOf("per_a");
  person.add_skills("nurse");  // anybody may say so
  const absl::Status refused = CheckEligible(record_.task(), person, kRelations);
  EXPECT_THAT(refused, testing::IsRefusal(Reason::MISSING_CREDENTIAL));
  EXPECT_EQ(MetadataOf(refused)["credential"], "nurse");
  EXPECT_TRUE(IsAboutProfile(refused));
  const Time end = ToTime(record_.task().window().end());
  registration::v1::Credential& nurse = *person.add_credentials();
  nurse.set_kind("nurse");
  *nurse.mutable_expire_time() = ToTimestamp(end - Millis(1));
  EXPECT_EQ(Check(person), "MISSING_CREDENTIAL");
  *nurse.mutable_expire_time() = ToTimestamp(end);
  EXPECT_EQ(Check(person), "OK");
}

TEST_F(EligibilityTest, EitherOnesWishKeepsThemApart) {
  registration::v1::Profile person = ProfileOf("per_a");
  person.add_blocked_person_ids("per_b");
  EXPECT_EQ(Check(person), "OK");  // nobody in particular asked
  record_.mutable_task()->set_requester_id("per_b");
  EXPECT_EQ(Check(person), "KEPT_APART");
  EXPECT_EQ(Check(ProfileOf("per_c")), "OK");
  record_.mutable_task()->set_requester_id("per_shy");
  EXPECT_EQ(Check(ProfileOf("per_c")), "KEPT_APART");
}

TEST_F(EligibilityTest, AnyCategory) {
  record_.mutable_task()->add_categories("volunteer");
  record_.mutable_task()->add_categories("party_member");
  registration::v1::Profile person = ProfileOf("per_a");
  EXPECT_EQ(Check(person), "MISSING_CATEGORY");
  person.add_categories("party_member");
  EXPECT_EQ(Check(person), "OK");
}

TEST_F(EligibilityTest, NobodyServesOnTheirOwnRequest) {
  record_.mutable_task()->set_requester_id("per_a");
  EXPECT_EQ(Check(ProfileOf("per_a")), "OWN_REQUEST");
  EXPECT_EQ(Check(ProfileOf("per_b")), "OK");
}

}  // namespace
}  // namespace baodao::dispatch
