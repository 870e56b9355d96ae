#include "services/matching/domain/index.h"

#include <gtest/gtest.h>

#include "tests/unit/matching/world.h"

namespace baodao::matching {
namespace {

using namespace testing;  // NOLINT
using Applied = CandidateIndex::Applied;

class IndexTest : public ::testing::Test {
 protected:
  IndexTest() { index_.SetTree(SmallTree()); }

  const Person& person(const std::string& id) { return *index_.FindPerson(id); }
  const OpenTask& task(const std::string& id) { return *index_.FindTask(id); }

  CandidateIndex index_;
};

TEST_F(IndexTest, NewerProfileReplacesOlderNeverTheReverse) {
  Profile profile = MakeProfile("per_a");
  profile.set_version(5);
  profile.add_skills("first_aid");
  EXPECT_EQ(index_.Apply(profile), Applied::kDone);
  EXPECT_EQ(index_.Apply(profile), Applied::kOld);
  profile.set_version(4);
  profile.clear_skills();
  EXPECT_EQ(index_.Apply(profile), Applied::kOld);
  const TagId skill = *index_.tags().Find("first_aid");
  EXPECT_TRUE(Contains(person("per_a").skills, skill));
  EXPECT_EQ(index_.HoldersOf(skill), 1);
  profile.set_version(6);
  EXPECT_EQ(index_.Apply(profile), Applied::kDone);
  EXPECT_EQ(index_.HoldersOf(skill), 0);
}

TEST_F(IndexTest, RegistrationReachesUpTheTree) {
  index_.Apply(MakeProfile("per_a", "310110001001"));
  const auto in = [&](const std::string& code) {
    return index_.ScopeOf(code).Admits(person("per_a").areas);
  };
  EXPECT_TRUE(in("310110001001"));
  EXPECT_TRUE(in("310110001"));
  EXPECT_TRUE(in("310110"));
  EXPECT_FALSE(in("310110001002"));
  EXPECT_FALSE(in("310110002"));
  EXPECT_FALSE(in("999999"));
  // A person registered above may serve below.
  index_.Apply(MakeProfile("per_b", "310110001"));
  EXPECT_TRUE(index_.ScopeOf("310110001002").Admits(person("per_b").areas));
  EXPECT_FALSE(index_.ScopeOf("310110002001").Admits(person("per_b").areas));
}

// A community of one subdistrict goes to one of the other: its people serve there, and those there
// serve what it left behind.
TEST_F(IndexTest, WhatIsClosedIsMatchedWhereItsSuccessorIs) {
  index_.Apply(MakeProfile("per_old", "310110001002"));
  index_.Apply(MakeProfile("per_new", "310110002001"));
  DispatchTask left = MakeTask("tsk_old", "310110001002");
  left.set_eligible_area_code("310110001");
  index_.Apply(left, kNow);
  index_.Apply(MakeTask("tsk_new", "310110002001"), kNow);
  const auto admits = [&](const std::string& task_id, const std::string& person_id) {
    return task(task_id).eligible.Admits(person(person_id).areas);
  };
  EXPECT_FALSE(admits("tsk_new", "per_old"));
  EXPECT_FALSE(admits("tsk_old", "per_new"));

  std::vector<areas::Area> merged = SmallDistrict();
  for (areas::Area& area : merged) {
    if (area.code() == "310110001002") area.set_successor_code("310110002001");
  }
  index_.SetTree(*areas::AreaTree::Build(std::move(merged)));
  for (const char* task_id : {"tsk_old", "tsk_new"}) {
    for (const char* person_id : {"per_old", "per_new"}) {
      EXPECT_TRUE(admits(task_id, person_id)) << task_id << " " << person_id;
    }
  }
  EXPECT_EQ(index_.RegistrationsIn(index_.ScopeOf("310110002")), 2);
}

TEST_F(IndexTest, PeopleWhoWaitHaveASlotInView) {
  const DispatchTask task = MakeTask("tsk_a");
  index_.Apply(task, kNow);
  index_.Apply(MakeChange(task, "per_a", dispatch::v1::ASSIGNMENT_STATE_WAITLISTED), kNow);
  EXPECT_EQ(this->task("tsk_a").FreeSlots(), 1);
}

TEST_F(IndexTest, TreeMayComeLast) {
  CandidateIndex index;
  Profile homeless = MakeProfile("per_a");
  homeless.clear_home();
  index.Apply(homeless);
  index.Apply(MakeTask("tsk_a"), kNow);
  EXPECT_FALSE(index.FindPerson("per_a")->place);
  index.SetTree(SmallTree());
  EXPECT_TRUE(index.FindPerson("per_a")->place) << "the centre of the registered area";
  const OpenTask& task = *index.FindTask("tsk_a");
  EXPECT_TRUE(task.eligible.Admits(index.FindPerson("per_a")->areas));
  EXPECT_EQ(index.RegistrationsIn(task.eligible), 1);
  index.SetTree(SmallTree());
  EXPECT_EQ(index.RegistrationsIn(task.eligible), 1);
}

TEST_F(IndexTest, EventsMoveCountsAndCalendar) {
  const DispatchTask task = MakeTask("tsk_a");
  index_.Apply(task, kNow);
  index_.Apply(MakeProfile("per_a"));
  auto offered = MakeChange(task, "per_a", dispatch::v1::ASSIGNMENT_STATE_OFFERED);
  EXPECT_EQ(index_.Apply(offered, kNow), Applied::kDone);
  EXPECT_EQ(person("per_a").open_offers, 1);
  EXPECT_EQ(this->task("tsk_a").open_offers, 1);
  auto accepted =
      MakeChange(task, "per_a", dispatch::v1::ASSIGNMENT_STATE_ACCEPTED, kNow + minutes(1));
  accepted.mutable_task()->set_accepted_count(1);
  accepted.mutable_task()->set_version(3);
  EXPECT_EQ(index_.Apply(accepted, kNow), Applied::kDone);
  EXPECT_EQ(person("per_a").open_offers, 0);
  EXPECT_EQ(this->task("tsk_a").FreeSlots(), 1);
  EXPECT_EQ(this->task("tsk_a").NeededSlots(), 0);
  EXPECT_EQ(person("per_a").calendar.entries().size(), 1u);
  // The same again, and the older one late: nothing changes.
  index_.Apply(accepted, kNow);
  EXPECT_EQ(index_.Apply(offered, kNow), Applied::kOld);
  EXPECT_EQ(person("per_a").open_offers, 0);
  EXPECT_EQ(this->task("tsk_a").FreeSlots(), 1);
  EXPECT_EQ(person("per_a").calendar.entries().size(), 1u);
}

// A colleague's slot, and one that is held already, are none of the free ones.
TEST_F(IndexTest, OnlyOffersOfFreeSlotsCount) {
  const DispatchTask task = MakeTask("tsk_a");
  index_.Apply(task, kNow);
  auto swap = MakeChange(task, "per_a", dispatch::v1::ASSIGNMENT_STATE_OFFERED);
  swap.mutable_assignment()->set_replaces_id("per_c");
  index_.Apply(swap, kNow);
  auto held = MakeChange(task, "per_b", dispatch::v1::ASSIGNMENT_STATE_OFFERED);
  held.mutable_assignment()->set_holds_slot(true);
  index_.Apply(held, kNow);
  EXPECT_EQ(person("per_a").open_offers, 1);
  EXPECT_EQ(this->task("tsk_a").open_offers, 0);
  for (const char* who : {"per_a", "per_b"}) {
    index_.Apply(MakeChange(task, who, dispatch::v1::ASSIGNMENT_STATE_DECLINED, kNow + minutes(1)),
                 kNow);
  }
  EXPECT_EQ(this->task("tsk_a").open_offers, 0);
}

TEST_F(IndexTest, WithdrawnWorkLeavesTheCalendar) {
  const DispatchTask task = MakeTask("tsk_a");
  index_.Apply(task, kNow);
  index_.Apply(MakeChange(task, "per_a", dispatch::v1::ASSIGNMENT_STATE_ACCEPTED), kNow);
  index_.Apply(
      MakeChange(task, "per_a", dispatch::v1::ASSIGNMENT_STATE_WITHDRAWN, kNow + minutes(1)), kNow);
  EXPECT_TRUE(person("per_a").calendar.empty());
}

TEST_F(IndexTest, FinishedTaskIsForgottenItsWorkIsNot) {
  DispatchTask task = MakeTask("tsk_a");
  index_.Apply(task, kNow);
  index_.Apply(MakeChange(task, "per_a", dispatch::v1::ASSIGNMENT_STATE_ACCEPTED), kNow);
  index_.Apply(MakeChange(task, "per_b", dispatch::v1::ASSIGNMENT_STATE_OFFERED), kNow);
  task.set_state(dispatch::v1::TASK_STATE_SERVED);
  task.set_version(9);
  EXPECT_EQ(index_.Apply(task, kNow), Applied::kDone);
  EXPECT_EQ(index_.FindTask("tsk_a"), nullptr);
  EXPECT_EQ(person("per_a").calendar.entries().size(), 1u);
  EXPECT_EQ(person("per_b").open_offers, 0) << "an offer ends with its task";
  index_.Forget(kNow + hours(48), kNow + hours(48));
  EXPECT_TRUE(person("per_a").calendar.empty());
}

DispatchTask EndedTask(const std::string& id, Time at) {
  DispatchTask task = MakeTask(id);
  task.set_state(dispatch::v1::TASK_STATE_CANCELLED);
  *task.mutable_update_time() = ToTimestamp(at);
  task.set_version(2);
  return task;
}

// A task that ended while the list it stands in was on its way was open again until the next gap.
TEST_F(IndexTest, WhatWasReadBeforeATaskEndedDoesNotBringItBack) {
  index_.Apply(MakeTask("tsk_a"), kNow);
  index_.Apply(EndedTask("tsk_a", kNow), kNow);
  index_.Apply(EndedTask("tsk_b", kNow), kNow);  // its list comes later
  const auto released =
      MakeChange(EndedTask("tsk_c", kNow), "per_a", dispatch::v1::ASSIGNMENT_STATE_RELEASED);
  index_.Apply(released, kNow);
  for (const char* id : {"tsk_a", "tsk_b", "tsk_c"}) {
    EXPECT_EQ(index_.Apply(MakeTask(id), kNow), Applied::kOld) << id;
    EXPECT_EQ(index_.FindTask(id), nullptr) << id;
  }
  // Nor is it asked for.
  const auto accepted =
      MakeChange(MakeTask("tsk_a"), "per_a", dispatch::v1::ASSIGNMENT_STATE_ACCEPTED);
  EXPECT_EQ(index_.Apply(accepted, kNow), Applied::kOld);
  // The end was lost when Redis failed over, and the task went on.
  DispatchTask later = MakeTask("tsk_a");
  later.set_version(3);
  EXPECT_EQ(index_.Apply(later, kNow), Applied::kDone);
}

TEST_F(IndexTest, OnlyTasksThatEndedOfLateAreRemembered) {
  index_.Apply(EndedTask("tsk_old", kNow - hours(24)), kNow);  // from the list of what is over
  index_.Apply(EndedTask("tsk_new", kNow), kNow);
  EXPECT_EQ(index_.Apply(MakeTask("tsk_old"), kNow), Applied::kDone);
  index_.ForgetEnded(kNow + minutes(10));
  EXPECT_EQ(index_.Apply(MakeTask("tsk_new"), kNow), Applied::kOld);
  index_.ForgetEnded(kNow + minutes(11));
  EXPECT_EQ(index_.Apply(MakeTask("tsk_new"), kNow), Applied::kDone);
}

// An appeal may be approved when the task is long over and gone from here.
TEST_F(IndexTest, ServiceThatIsConfirmedWeeksLaterHealsANoShow) {
  DispatchTask task = MakeTask("tsk_a");
  task.set_state(dispatch::v1::TASK_STATE_EXPIRED);
  index_.Apply(MakeChange(task, "per_a", dispatch::v1::ASSIGNMENT_STATE_NO_SHOW), kNow);
  EXPECT_EQ(person("per_a").history->missed(), 1);
  task.set_state(dispatch::v1::TASK_STATE_SERVED);
  const Time later = kNow + hours(24 * 20);
  index_.Apply(MakeChange(task, "per_a", dispatch::v1::ASSIGNMENT_STATE_SIGNED_OUT, later), later);
  EXPECT_EQ(person("per_a").history->missed(), 0);
  EXPECT_EQ(person("per_a").history->served(), 1);
}

TEST_F(IndexTest, WhatCameOfAcceptedWorkIsRemembered) {
  DispatchTask task = MakeTask("tsk_a");
  task.set_requester_id("per_r");
  index_.Apply(task, kNow);
  using namespace dispatch::v1;  // NOLINT
  const auto now = [&](AssignmentState state, int minute) {
    index_.Apply(MakeChange(task, "per_a", state, kNow + minutes(minute)), kNow);
    const History* history = person("per_a").history.get();
    return history == nullptr ? std::make_pair(0, 0)
                              : std::make_pair(history->served(), history->missed());
  };
  const auto nothing = std::make_pair(0, 0);
  const auto served = std::make_pair(1, 0);
  EXPECT_EQ(now(ASSIGNMENT_STATE_ACCEPTED, 1), nothing);
  EXPECT_EQ(now(ASSIGNMENT_STATE_NO_SHOW, 2), std::make_pair(0, 1));
  EXPECT_FALSE(person("per_a").history->ServedIn(task.area_code()));
  EXPECT_EQ(now(ASSIGNMENT_STATE_ACCEPTED, 3), nothing) << "came after all";
  EXPECT_EQ(now(ASSIGNMENT_STATE_SIGNED_OUT, 4), served);
  EXPECT_EQ(now(ASSIGNMENT_STATE_CREDITED, 5), served) << "the same service";
  EXPECT_EQ(now(ASSIGNMENT_STATE_NO_SHOW, 2), served) << "old news";
  const History& history = *person("per_a").history;
  EXPECT_TRUE(history.ServedFor(index_.SlotOf("per_r")));
  EXPECT_FALSE(history.ServedFor(index_.SlotOf("per_a")));
  EXPECT_TRUE(history.ServedIn(task.area_code()));
  EXPECT_FALSE(history.ServedIn("310110001002"));
  // The work is forgotten sooner than what came of it.
  index_.Forget(kNow + hours(48), kNow);
  EXPECT_TRUE(person("per_a").calendar.empty());
  EXPECT_EQ(person("per_a").history->served(), 1);
  index_.Forget(kNow + hours(48), kNow + hours(48));
  EXPECT_EQ(person("per_a").history, nullptr);
}

// A cancelled task lets its people go one after the other: a list read meanwhile put back on their
// calendars what an event had taken off.
TEST_F(IndexTest, ListsOfTasksThatAreOverSayOnlyWhatCameOfThem) {
  DispatchTask task = MakeTask("tsk_a");
  task.set_state(dispatch::v1::TASK_STATE_CANCELLED);
  const auto list = [&](dispatch::v1::AssignmentState state) {
    dispatch::v1::Assignment assignment = MakeChange(task, "per_a", state).assignment();
    return index_.Apply(assignment, task);
  };
  index_.Apply(MakeChange(task, "per_a", dispatch::v1::ASSIGNMENT_STATE_RELEASED), kNow);
  EXPECT_EQ(list(dispatch::v1::ASSIGNMENT_STATE_ACCEPTED), Applied::kOld);
  EXPECT_TRUE(person("per_a").calendar.empty());
  EXPECT_EQ(list(dispatch::v1::ASSIGNMENT_STATE_NO_SHOW), Applied::kDone);
  EXPECT_EQ(person("per_a").history->missed(), 1);
}

TEST_F(IndexTest, UnknownTaskIsAskedFor) {
  const DispatchTask task = MakeTask("tsk_a");
  EXPECT_EQ(index_.Apply(MakeChange(task, "per_a", dispatch::v1::ASSIGNMENT_STATE_ACCEPTED), kNow),
            Applied::kUnknownTask);
  EXPECT_EQ(person("per_a").calendar.entries().size(), 1u);
  EXPECT_EQ(person("per_a").version, 0u);
}

TEST_F(IndexTest, ShortageCountsAnewWhenASlotFrees) {
  DispatchTask task = MakeTask("tsk_a");
  index_.Apply(task, kNow);
  EXPECT_EQ(this->task("tsk_a").lacking_since, kNow);
  auto full = MakeChange(task, "per_a", dispatch::v1::ASSIGNMENT_STATE_ACCEPTED);
  full.mutable_task()->set_accepted_count(2);
  index_.Apply(full, kNow + minutes(5));
  EXPECT_EQ(this->task("tsk_a").lacking_since, kNow);
  auto freed =
      MakeChange(task, "per_a", dispatch::v1::ASSIGNMENT_STATE_WITHDRAWN, kNow + minutes(9));
  freed.mutable_task()->set_accepted_count(1);
  freed.mutable_task()->set_version(7);
  index_.Apply(freed, kNow + minutes(9));
  EXPECT_EQ(this->task("tsk_a").lacking_since, kNow + minutes(9));
}

// A person who asks to be let go is expected, and yet others are sought; also while it runs.
TEST_F(IndexTest, SlotsThatPeopleLeaveAreToBeHad) {
  DispatchTask task = MakeTask("tsk_a");
  index_.Apply(task, kNow);
  auto change = MakeChange(task, "per_a", dispatch::v1::ASSIGNMENT_STATE_ACCEPTED);
  change.mutable_task()->set_accepted_count(2);
  change.mutable_task()->set_leaving_count(1);
  index_.Apply(change, kNow + minutes(5));
  EXPECT_EQ(this->task("tsk_a").FreeSlots(), 1);
  EXPECT_EQ(this->task("tsk_a").lacking_since, kNow);
  change.mutable_task()->set_version(7);
  change.mutable_task()->set_state(dispatch::v1::TASK_STATE_IN_SERVICE);
  index_.Apply(change, kNow + minutes(6));
  EXPECT_FALSE(this->task("tsk_a").IsClaimable());
  change.mutable_task()->set_version(8);
  *change.mutable_task()->mutable_repair_until() = ToTimestamp(kNow + minutes(30));
  index_.Apply(change, kNow + minutes(7));
  EXPECT_TRUE(this->task("tsk_a").IsClaimable());
}

TEST_F(IndexTest, EscalationWidensWhoMayTakePart) {
  DispatchTask task = MakeTask("tsk_a");
  index_.Apply(task, kNow);
  index_.Apply(MakeProfile("per_b", "310110001002"));
  const auto eligible = [&] {
    const OpenTask& open = this->task("tsk_a");
    return open.eligible.Admits(person("per_b").areas);
  };
  EXPECT_FALSE(eligible());
  task.set_eligible_area_code("310110001");
  task.set_version(2);
  index_.Apply(task, kNow);
  EXPECT_TRUE(eligible());
}

// Tags are free text: each was once kept for the life of the process.
TEST_F(IndexTest, APersonWhoKeepsChangingTagsLeavesNothingBehind) {
  Profile steady = MakeProfile("per_b");
  steady.add_skills("first_aid");
  index_.Apply(steady);
  Profile restless = MakeProfile("per_a");
  for (int i = 0; i < 100'000; ++i) {
    restless.set_version(static_cast<uint64_t>(i) + 1);
    for (auto* tags :
         {restless.mutable_skills(), restless.mutable_categories(), restless.mutable_willing()}) {
      tags->Clear();
      *tags->Add() = "tag_" + std::to_string(i);
      *tags->Add() = "first_aid";
      *tags->Add() = "first_aid";
    }
    restless.clear_credentials();
    restless.add_credentials()->set_kind("credential_" + std::to_string(i));
    index_.Apply(restless);
  }
  EXPECT_LE(index_.tags().size(), 6u);
  EXPECT_FALSE(index_.tags().Find("credential_99998"));
  EXPECT_FALSE(index_.tags().Find("tag_99998"));
  const TagId last = *index_.tags().Find("tag_99999");
  EXPECT_EQ(index_.tags().Name(last), "tag_99999");
  EXPECT_TRUE(Contains(person("per_a").skills, last));
  EXPECT_EQ(index_.HoldersOf(last), 1);
  EXPECT_EQ(index_.HoldersOf(*index_.tags().Find("first_aid")), 2);
}

TEST_F(IndexTest, TasksThatAreOverLeaveNoTagsBehind) {
  for (int i = 0; i < 1'000; ++i) {
    DispatchTask task = MakeTask("tsk_" + std::to_string(i));
    task.set_category("kind_" + std::to_string(i));
    task.add_skills("skill_" + std::to_string(i));
    task.add_categories("kind_" + std::to_string(i));
    task.add_credentials("credential_" + std::to_string(i));
    index_.Apply(task, kNow);
    task.set_version(2);
    task.set_category("other_" + std::to_string(i));
    index_.Apply(task, kNow);
    EXPECT_EQ(index_.tags().Name(this->task(task.task_id()).category), task.category());
    task.set_version(3);
    task.set_state(dispatch::v1::TASK_STATE_SERVED);
    index_.Apply(task, kNow);
  }
  EXPECT_LE(index_.tags().size(), 5u);
  EXPECT_FALSE(index_.tags().Find("kind_999"));
  EXPECT_FALSE(index_.tags().Find("other_999"));
}

}  // namespace
}  // namespace baodao::matching
