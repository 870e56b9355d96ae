#include "services/matching/domain/cost.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/matching/domain/recommend.h"
#include "services/matching/domain/texts.h"
#include "tests/unit/matching/world.h"

namespace baodao::matching {
namespace {

using namespace testing;  // NOLINT

class CostTest : public ::testing::Test {
 protected:
  CostTest() { index_.SetTree(SmallTree()); }

  Ranked Rank(const Profile& profile, const DispatchTask& task) {
    index_.Apply(profile);
    index_.Apply(task, kNow);
    const Terms terms(index_, weights_, kNow, weak_);
    const Person& person = *index_.FindPerson(profile.person_id());
    const auto shared = index_.tasks().find(task.task_id())->second;
    return {&person, shared,
            PartsOf(person, terms.Of(person), *shared, terms.Of(*shared), weights_)};
  }

  CandidateIndex index_;
  Weights weights_;
  std::vector<std::string> weak_;
};

TEST_F(CostTest, AMetreIsAMetre) {
  Profile profile = MakeProfile("per_a");
  profile.mutable_home()->set_latitude(31.277 + 0.009);  // 1,000.8 m
  const Ranked ranked = Rank(profile, MakeTask("tsk_a"));
  EXPECT_TRUE(ranked.parts.distance_known);
  EXPECT_NEAR(ranked.parts.distance_m, 1'000.8, 0.5);
  EXPECT_NEAR(ranked.parts.at(Part::kDistance), 10'008, 5);
}

TEST_F(CostTest, UnknownHomeIsAssumedFarNotNear) {
  Profile profile = MakeProfile("per_a");
  profile.clear_home();
  CandidateIndex index;  // no tree: no centre to stand in for the home
  index.Apply(profile);
  index.Apply(MakeTask("tsk_a"), kNow);
  const Parts parts =
      PartsOf(*index.FindPerson("per_a"), {}, *index.FindTask("tsk_a"), {}, weights_);
  EXPECT_FALSE(parts.distance_known);
  EXPECT_EQ(parts.at(Part::kDistance), 15'000);
}

TEST_F(CostTest, WillingAndSkilledAreInFavour) {
  Profile plain = MakeProfile("per_a");
  Profile keen = MakeProfile("per_b");
  keen.add_willing("elderly_care");
  keen.add_skills("elderly_care");
  Profile other = MakeProfile("per_c");
  other.add_willing("tutoring");
  const DispatchTask task = MakeTask("tsk_a");
  EXPECT_EQ(Rank(plain, task).parts.at(Part::kWilling), 0);
  EXPECT_EQ(Rank(keen, task).parts.at(Part::kWilling), -3'000);
  EXPECT_EQ(Rank(keen, task).parts.at(Part::kSkill), -2'000);
  EXPECT_EQ(Rank(other, task).parts.at(Part::kWilling), 1'500);
}

TEST_F(CostTest, EachFurtherHourCostsMore) {
  int32_t before = 0;
  int32_t step_before = 0;
  for (int hour = 1; hour <= 12; ++hour) {
    const int32_t cost = WorkloadCost({hours(hour), hours(hour)}, weights_);
    EXPECT_GT(cost - before, step_before);
    step_before = cost - before;
    before = cost;
  }
  const std::vector<int64_t> extra = ExtraTaskCosts(weights_);
  EXPECT_LT(extra[0], extra[1] - extra[0]);
}

TEST_F(CostTest, WorkloadLooksBackSevenAndThirtyDays) {
  Calendar calendar;
  const auto at = [&](int days) {
    return Window{kNow - hours(24 * days), kNow - hours(24 * days - 2)};
  };
  calendar.Put("yesterday", at(1));
  calendar.Put("two weeks ago", at(14));
  calendar.Put("long ago", at(40));
  const Workload workload = WorkloadOf(calendar, kNow);
  EXPECT_EQ(workload.last_7d, hours(2));
  EXPECT_EQ(workload.last_30d, hours(4));
}

TEST_F(CostTest, AbsencesCostByTheirShare) {
  const auto cost = [&](int missed, int served) {
    History history;
    for (int i = 0; i < missed + served; ++i) {
      history.Put({"tsk_" + std::to_string(i), kNow, "310110001001", -1, i < missed});
    }
    return ReliabilityCost(&history, weights_);
  };
  EXPECT_EQ(cost(0, 0), 0);
  EXPECT_EQ(ReliabilityCost(nullptr, weights_), 0);
  EXPECT_EQ(cost(0, 20), 0) << "always came, like somebody new";
  EXPECT_EQ(cost(1, 0), 5'000);
  EXPECT_EQ(cost(1, 7), 1'500);
  EXPECT_EQ(cost(2, 0), 7'500);
  EXPECT_LT(cost(90, 0), 15'000);
}

TEST_F(CostTest, WhoServedThereBeforeIsInFavour) {
  const auto serve = [&](const std::string& task_id, const std::string& area,
                         const std::string& requester, dispatch::v1::AssignmentState state) {
    DispatchTask past = MakeTask(task_id, area);
    past.set_requester_id(requester);
    past.set_state(dispatch::v1::TASK_STATE_CLOSED);
    index_.Apply(MakeChange(past, "per_a", state), kNow);
  };
  DispatchTask task = MakeTask("tsk_a");
  task.set_requester_id("per_r");
  const auto cost = [&] { return Rank(MakeProfile("per_a"), task).parts.at(Part::kFamiliarity); };
  serve("tsk_missed", task.area_code(), "per_r", dispatch::v1::ASSIGNMENT_STATE_NO_SHOW);
  serve("tsk_elsewhere", "310110001002", "per_s", dispatch::v1::ASSIGNMENT_STATE_CREDITED);
  EXPECT_EQ(cost(), 0);
  serve("tsk_here", task.area_code(), "per_s", dispatch::v1::ASSIGNMENT_STATE_CREDITED);
  EXPECT_EQ(cost(), -1'000);
  serve("tsk_them", "310110001002", "per_r", dispatch::v1::ASSIGNMENT_STATE_SIGNED_OUT);
  EXPECT_EQ(cost(), -4'000);
}

TEST_F(CostTest, ScarceSkillsAreKeptForWhatNeedsThem) {
  for (int i = 0; i < 100; ++i) index_.Apply(MakeProfile("per_" + std::to_string(i)));
  Profile medic = MakeProfile("per_medic");
  medic.add_skills("medical");
  DispatchTask needs = MakeTask("tsk_needs");
  needs.add_skills("medical");
  EXPECT_EQ(Rank(medic, MakeTask("tsk_plain")).parts.at(Part::kSkill), 1'500);
  EXPECT_EQ(Rank(medic, needs).parts.at(Part::kSkill), -2'000);
}

TEST_F(CostTest, WeakAndShortCommunitiesComeFirst) {
  const int32_t usual = Rank(MakeProfile("per_a"), MakeTask("tsk_a")).parts.at(Part::kCommunity);
  EXPECT_EQ(usual, -5'000) << "two slots, one helper";
  for (int i = 0; i < 19; ++i) index_.Apply(MakeProfile("per_" + std::to_string(i)));
  EXPECT_EQ(Rank(MakeProfile("per_a"), MakeTask("tsk_a")).parts.at(Part::kCommunity), -500);
  weak_ = {"310110001"};
  EXPECT_EQ(Rank(MakeProfile("per_a"), MakeTask("tsk_a")).parts.at(Part::kCommunity), -5'500);
}

TEST_F(CostTest, ReasonsSumToTheCostAndSpeakBothLanguages) {
  Profile profile = MakeProfile("per_a");
  profile.add_skills("first_aid");
  profile.add_categories("party_member");
  profile.add_willing("tutoring");
  common::v1::WeeklySlot& slot = *profile.add_availability();
  slot.set_weekday(2);
  slot.set_end_minute(1440);
  DispatchTask task = MakeTask("tsk_a");
  task.add_skills("first_aid");
  task.add_categories("party_member");
  const DispatchTask past = [&] {
    DispatchTask done = MakeTask("tsk_past");
    *done.mutable_window()->mutable_start() = ToTimestamp(kNow - hours(50));
    *done.mutable_window()->mutable_end() = ToTimestamp(kNow - hours(48) + minutes(30));
    return done;
  }();
  index_.Apply(past, kNow);
  index_.Apply(MakeChange(past, "per_a", dispatch::v1::ASSIGNMENT_STATE_CREDITED), kNow);
  DispatchTask missed = MakeTask("tsk_missed");
  missed.set_state(dispatch::v1::TASK_STATE_EXPIRED);
  index_.Apply(MakeChange(missed, "per_a", dispatch::v1::ASSIGNMENT_STATE_NO_SHOW), kNow);
  const Ranked ranked = Rank(profile, task);
  const Terms terms(index_, weights_, kNow, weak_);
  for (const Locale locale : {Locale::kZh, Locale::kEn}) {
    const std::vector<ReasonText> reasons = ReasonsOf(index_, terms, ranked, locale);
    EXPECT_EQ(reasons.size(), static_cast<size_t>(kParts));
    int32_t sum = 0;
    for (const ReasonText& reason : reasons) {
      sum += reason.cost;
      EXPECT_FALSE(reason.text.empty());
      EXPECT_EQ(reason.text.find('{'), std::string::npos) << reason.text;
    }
    EXPECT_EQ(sum, ranked.parts.total());
  }
  const auto zh = ReasonsOf(index_, terms, ranked, Locale::kZh);
  EXPECT_EQ(zh[1].text, "具备相关技能：急救");
  EXPECT_EQ(zh[5].text, "近 7 天已接 2.5 小时，近 30 天 2.5 小时");
  EXPECT_EQ(zh[6].text, "近 90 天有 1 次接单未到，完成 1 次");
  EXPECT_EQ(zh[7].text, "曾在该区域服务");
}

TEST_F(CostTest, RankingIsCheapestFirstAndCountsBlockers) {
  Profile near = MakeProfile("per_near");
  Profile far = MakeProfile("per_far");
  far.mutable_home()->set_latitude(31.29);
  Profile unskilled = MakeProfile("per_unskilled");
  for (Profile* profile : {&near, &far}) profile->add_skills("first_aid");
  DispatchTask task = MakeTask("tsk_a");
  task.add_skills("first_aid");
  for (const Profile& profile : {near, far, unskilled, MakeProfile("per_away", "310110002001")}) {
    index_.Apply(profile);
  }
  index_.Apply(task, kNow);
  const Terms terms(index_, weights_, kNow, weak_);
  const auto shared = index_.tasks().find("tsk_a")->second;
  const AreaScope scope = index_.ScopeOf("310110");
  const PeopleForTask people = RankPeople(index_, terms, {}, shared, scope, 10);
  ASSERT_EQ(people.ranked.size(), 2u);
  EXPECT_EQ(people.ranked[0].person->id, "per_near");
  ASSERT_EQ(people.blockers.size(), 2u);
  EXPECT_EQ(people.blockers[0].rule, Rule::kSkill);
  EXPECT_EQ(people.blockers[0].people, 2);
  EXPECT_EQ(people.blockers[0].only_this, 1);
  EXPECT_EQ(TextOf(index_, *shared, people.blockers[0], Locale::kZh),
            "2 人缺少任务要求的技能：急救，其中 1 人只差这一项");
  EXPECT_EQ(RankPeople(index_, terms, {}, shared, scope, 1).ranked.size(), 1u);

  const std::vector<Ranked> tasks = RankTasks(index_, terms, {}, index_.SlotOf("per_near"), 10);
  ASSERT_EQ(tasks.size(), 1u);
  EXPECT_EQ(tasks[0].parts.total(), people.ranked[0].parts.total());
  EXPECT_TRUE(RankTasks(index_, terms, {}, index_.SlotOf("per_away"), 10).empty());
}

}  // namespace
}  // namespace baodao::matching
