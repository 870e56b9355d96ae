#include "services/matching/domain/rules.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>

#include "common/status/status.h"
#include "services/matching/domain/index.h"
#include "tests/unit/matching/world.h"

namespace baodao::matching {
namespace {

using namespace testing;  // NOLINT

class RulesTest : public ::testing::Test {
 protected:
  RulesTest() { index_.SetTree(SmallTree()); }

  std::optional<Rule> Try(const Profile& profile, const DispatchTask& task) {
    index_.Apply(profile);
    index_.Apply(task, kNow);
    const PersonSlot slot = index_.SlotOf(profile.person_id());
    return FirstBroken(index_.people()[slot], slot, *index_.FindTask(task.task_id()), policy_);
  }

  CandidateIndex index_;
  Policy policy_;
};

TEST_F(RulesTest, WhoFitsFits) {
  EXPECT_EQ(Try(MakeProfile("per_a"), MakeTask("tsk_a")), std::nullopt);
}

TEST_F(RulesTest, Area) {
  EXPECT_EQ(Try(MakeProfile("per_a", "310110001002"), MakeTask("tsk_a")), Rule::kArea);
  Profile nowhere = MakeProfile("per_b");
  nowhere.clear_area_codes();
  EXPECT_EQ(Try(nowhere, MakeTask("tsk_a")), Rule::kArea);
}

TEST_F(RulesTest, AllSkillsAreAsked) {
  DispatchTask task = MakeTask("tsk_a");
  task.add_skills("first_aid");
  task.add_skills("driving");
  Profile profile = MakeProfile("per_a");
  profile.add_skills("driving");
  EXPECT_EQ(Try(profile, task), Rule::kSkill);
  profile.add_skills("first_aid");
  profile.set_version(2);
  EXPECT_EQ(Try(profile, task), std::nullopt);
}

TEST_F(RulesTest, AllCredentialsAreAskedUntilTheEnd) {
  DispatchTask task = MakeTask("tsk_a");
  task.add_credentials("doctor");
  task.add_credentials("nurse");
  Profile profile = MakeProfile("per_a");
  const auto hold = [&](const std::string& kind, Time expires) {
    registration::v1::Credential& credential = *profile.add_credentials();
    credential.set_kind(kind);
    *credential.mutable_expire_time() = ToTimestamp(expires);
    profile.set_version(profile.version() + 1);
  };
  const Time end = ToTime(task.window().end());
  EXPECT_EQ(Try(profile, task), Rule::kCredential);
  hold("nurse", end - Millis(1));
  hold("doctor", end);
  EXPECT_EQ(Try(profile, task), Rule::kCredential) << "one runs out before the end";
  profile.clear_credentials();
  hold("doctor", end);
  hold("nurse", end);
  EXPECT_EQ(Try(profile, task), std::nullopt);
}

TEST_F(RulesTest, EitherOnesWishKeepsThemApart) {
  DispatchTask task = MakeTask("tsk_a");
  task.set_requester_id("per_r");
  Profile helper = MakeProfile("per_a");
  Profile requester = MakeProfile("per_r");
  helper.add_blocked_person_ids("per_r");
  EXPECT_EQ(Try(helper, task), Rule::kKeptApart);
  EXPECT_EQ(Try(helper, MakeTask("tsk_b")), std::nullopt) << "nobody in particular asked";
  requester.add_blocked_person_ids("per_a");
  index_.Apply(requester);
  helper.clear_blocked_person_ids();
  helper.set_version(2);
  EXPECT_EQ(Try(helper, task), Rule::kKeptApart);
  EXPECT_EQ(Try(MakeProfile("per_c"), task), std::nullopt);
  requester.clear_blocked_person_ids();
  requester.set_version(2);
  index_.Apply(requester);
  EXPECT_EQ(Try(helper, task), std::nullopt);
}

TEST_F(RulesTest, OneCategoryIsEnough) {
  DispatchTask task = MakeTask("tsk_a");
  task.add_categories("party_member");
  task.add_categories("veteran");
  Profile profile = MakeProfile("per_a");
  profile.add_categories("volunteer");
  EXPECT_EQ(Try(profile, task), Rule::kCategory);
  profile.add_categories("veteran");
  profile.set_version(2);
  EXPECT_EQ(Try(profile, task), std::nullopt);
}

TEST_F(RulesTest, NobodyServesTheirOwnRequest) {
  DispatchTask task = MakeTask("tsk_a");
  task.set_requester_id("per_a");
  EXPECT_EQ(Try(MakeProfile("per_a"), task), Rule::kOwnRequest);
}

TEST_F(RulesTest, EveryAssignmentStateMeansSomething) {
  using dispatch::v1::AssignmentState;
  const std::map<AssignmentState, std::optional<Rule>> expected = {
      {dispatch::v1::ASSIGNMENT_STATE_OFFERED, Rule::kAssigned},
      {dispatch::v1::ASSIGNMENT_STATE_ACCEPTED, Rule::kAssigned},
      {dispatch::v1::ASSIGNMENT_STATE_SIGNED_IN, Rule::kAssigned},
      {dispatch::v1::ASSIGNMENT_STATE_SIGNED_OUT, Rule::kAssigned},
      {dispatch::v1::ASSIGNMENT_STATE_CREDITED, Rule::kAssigned},
      {dispatch::v1::ASSIGNMENT_STATE_DECLINED, Rule::kDeclined},
      {dispatch::v1::ASSIGNMENT_STATE_LAPSED, Rule::kDeclined},
      {dispatch::v1::ASSIGNMENT_STATE_WAITLISTED, Rule::kAssigned},
      {dispatch::v1::ASSIGNMENT_STATE_WITHDRAWN, Rule::kDeclined},
      {dispatch::v1::ASSIGNMENT_STATE_RELEASED, std::nullopt},
      {dispatch::v1::ASSIGNMENT_STATE_NO_SHOW, Rule::kDeclined},
  };
  EXPECT_EQ(expected.size() + 1, static_cast<size_t>(dispatch::v1::AssignmentState_ARRAYSIZE));
  for (const auto& [state, rule] : expected) {
    const std::string name = dispatch::v1::AssignmentState_Name(state);
    const DispatchTask task = MakeTask("tsk_" + name);
    const Profile profile = MakeProfile("per_" + name);
    index_.Apply(task, kNow);
    index_.Apply(MakeChange(task, profile.person_id(), state), kNow);
    EXPECT_EQ(Try(profile, task), rule) << name;
  }
}

TEST_F(RulesTest, Distance) {
  Profile far = MakeProfile("per_a");
  far.mutable_home()->set_latitude(31.277 + 0.05);  // about 5.6 km
  EXPECT_EQ(Try(far, MakeTask("tsk_a")), Rule::kTooFar);
  policy_.max_distance_m = 6'000;
  EXPECT_EQ(Try(far, MakeTask("tsk_a")), std::nullopt);
}

TEST_F(RulesTest, WhoHasSaidHowFarTheyGoIsAskedThatFar) {
  Profile near = MakeProfile("per_a");
  near.mutable_home()->set_latitude(31.277 + 0.01);  // about 1.1 km
  near.set_radius_m(1'000);
  EXPECT_EQ(Try(near, MakeTask("tsk_a")), Rule::kTooFar);
  near.set_radius_m(1'500);
  near.set_version(2);
  EXPECT_EQ(Try(near, MakeTask("tsk_a")), std::nullopt);
  Profile far = MakeProfile("per_b");
  far.mutable_home()->set_latitude(31.277 + 0.05);  // about 5.6 km
  far.set_radius_m(6'000);
  EXPECT_EQ(Try(far, MakeTask("tsk_a")), std::nullopt) << "farther than others";
  Profile homeless = MakeProfile("per_c");
  homeless.clear_home();
  homeless.set_radius_m(100);
  DispatchTask task = MakeTask("tsk_b");
  task.mutable_place()->set_latitude(31.28);  // 300 m from the area's centre, which is no home
  EXPECT_EQ(Try(homeless, task), std::nullopt);
}

TEST_F(RulesTest, AvailabilityAndCalendar) {
  Profile mondays = MakeProfile("per_a");
  common::v1::WeeklySlot& slot = *mondays.add_availability();
  slot.set_weekday(1);
  slot.set_end_minute(1440);
  EXPECT_EQ(Try(mondays, MakeTask("tsk_a")), Rule::kAvailability) << "the task is on a Tuesday";

  const DispatchTask other = MakeTask("tsk_other");
  index_.Apply(other, kNow);
  index_.Apply(MakeChange(other, "per_b", dispatch::v1::ASSIGNMENT_STATE_ACCEPTED), kNow);
  EXPECT_EQ(Try(MakeProfile("per_b"), MakeTask("tsk_a")), Rule::kOverlap);
}

TEST_F(RulesTest, AllBrokenNamesEveryRule) {
  DispatchTask task = MakeTask("tsk_a");
  task.add_skills("first_aid");
  index_.Apply(task, kNow);
  index_.Apply(MakeProfile("per_a", "310110002001"));
  const PersonSlot slot = index_.SlotOf("per_a");
  const RuleSet broken = AllBroken(index_.people()[slot], slot, *index_.FindTask("tsk_a"), policy_);
  EXPECT_TRUE(broken.Has(Rule::kArea));
  EXPECT_TRUE(broken.Has(Rule::kSkill));
  EXPECT_FALSE(broken.Has(Rule::kTooFar));
  EXPECT_FALSE(broken.Only(Rule::kSkill));
}

TEST(TagsTest, MasksNeverHideATag) {
  TagTable tags;
  TagSet all;
  for (int i = 0; i < 200; ++i) all.push_back(tags.Intern("tag" + std::to_string(i)));
  for (size_t i = 0; i < 200; i += 7) {
    const TagSet some = {all[i / 2], all[i]};
    EXPECT_EQ(MaskOf(some) & ~MaskOf(all), 0u);
    EXPECT_NE(MaskOf(some) & MaskOf({all[i]}), 0u);
  }
  EXPECT_EQ(MaskOf({}), 0u);
}

TEST(RulesTableTest, RulesThatDispatchAppliesAreRefusalsOfOurs) {
  struct Row {
    Rule rule;
    bool own;
  };
  constexpr Row kRows[] = {
#define RULE(name, reason, own, zh, en) {Rule::name, own},
#include "services/matching/domain/rules.def"
#undef RULE
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(ReasonByName(ReasonName(row.rule)).has_value(), !row.own) << ReasonName(row.rule);
  }
}

}  // namespace
}  // namespace baodao::matching
