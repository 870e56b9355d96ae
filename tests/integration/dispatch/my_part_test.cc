// One's own part in one task: whether one may have it, and the one that one has.
#include <random>
#include <set>

#include "common/ids/ids.h"
#include "common/testing/matchers.h"
#include "tests/integration/dispatch/handlers_fixture.h"

namespace baodao::dispatch {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;

class MyPartTest : public HandlersTest {
 protected:
  absl::StatusOr<v1::CheckClaimResponse> Ask(const std::string& person, const std::string& task) {
    v1::CheckClaimRequest request;
    request.set_task_id(task);
    return Run(replicas_[1]->assignments.CheckClaim(As(person), request));
  }
  v1::CheckClaimResponse Check(const std::string& person, const std::string& task) {
    auto check = Ask(person, task);
    if (!check.ok()) throw std::runtime_error(check.status().ToString());
    return *std::move(check);
  }
  absl::StatusOr<v1::GetMyAssignmentResponse> Mine(const std::string& person,
                                                   const std::string& task) {
    v1::GetMyAssignmentRequest request;
    request.set_task_id(task);
    return Run(replicas_[1]->assignments.GetMyAssignment(As(person), request));
  }
  void Leave(const std::string& person, const std::string& task, const std::string& id) {
    v1::AssignmentRequest request;
    request.set_request_id(id);
    request.set_task_id(task);
    ASSERT_THAT(Run(replicas_[0]->assignments.WithdrawAssignment(As(person), request)),
                testing::IsOk());
  }
  // The profile that both replicas are told when they ask.
  void Know(const registration::v1::Profile& profile) {
    for (const auto& replica : replicas_) replica->source.people[profile.person_id()] = profile;
  }
  static std::vector<std::string> ReasonsOf(const v1::CheckClaimResponse& check) {
    std::vector<std::string> reasons;
    for (const v1::Obstacle& obstacle : check.obstacles()) reasons.push_back(obstacle.reason());
    return reasons;
  }
};

TEST_F(MyPartTest, EverythingInTheWayIsNamedWithWhatHelps) {
  v1::PublishTaskRequest request = NewTask(hours(5), 1, 1);
  request.add_skills("first_aid");
  request.add_credentials("nurse");
  const std::string task = Publish(request).task_id();
  const std::string busy = Publish(NewTask(hours(4), 1, 1)).task_id();
  const std::string person = NewPerson();
  ASSERT_THAT(Run(Claim(0, person, busy, "1")), testing::IsOk());
  registration::v1::Profile elsewhere;
  elsewhere.set_person_id(person);
  elsewhere.add_area_codes("310110002001");
  elsewhere.set_version(2);
  Know(elsewhere);
  for (const auto& replica : replicas_) (void)replica->profiles.Apply(elsewhere);

  const v1::CheckClaimResponse check = Check(person, task);
  EXPECT_FALSE(check.claimable());
  EXPECT_THAT(ReasonsOf(check), ElementsAre("NOT_ELIGIBLE_AREA", "MISSING_SKILL",
                                            "MISSING_CREDENTIAL", "OVERLAPPING_TASK"));
  EXPECT_EQ(check.obstacles(0).remedy(), v1::REMEDY_REGISTER);
  EXPECT_EQ(check.obstacles(0).metadata().at("area"), "310110001");
  EXPECT_EQ(check.obstacles(1).remedy(), v1::REMEDY_UPDATE_PROFILE);
  EXPECT_EQ(check.obstacles(1).metadata().at("skill"), "first_aid");
  EXPECT_EQ(check.obstacles(2).remedy(), v1::REMEDY_CREDENTIAL);
  EXPECT_EQ(check.obstacles(3).remedy(), v1::REMEDY_FREE_TIME);
  EXPECT_EQ(check.obstacles(3).metadata().at("task"), busy);
  EXPECT_EQ(check.obstacles(3).text(), "与您已接的任务时间冲突");
}

TEST_F(MyPartTest, AnAnswerLeavesNothingBehind) {
  const std::string task = Publish(NewTask(hours(5), 1, 1)).task_id(), person = NewPerson();
  const int64_t size = server_.Do({"DBSIZE"}).integer;
  EXPECT_TRUE(Check(person, task).claimable());
  EXPECT_FALSE(Check(person, task).waitlisted());
  EXPECT_EQ(server_.Do({"DBSIZE"}).integer, size);
  EXPECT_EQ(CalendarOf(person).entries_size(), 0);
  EXPECT_EQ(Why(Ask(person, "tsk_01JWN8Z0000000000000000001").status()), "NOT_FOUND");
}

// A place on the waitlist takes none of the person's time.
TEST_F(MyPartTest, AFullTaskIsWaitedForAlsoByWhoIsBusy) {
  const std::string task = Publish(NewTask(hours(5), 1, 1)).task_id(), person = NewPerson();
  ASSERT_THAT(Run(Claim(0, person, Publish(NewTask(hours(5), 1, 1)).task_id(), "1")),
              testing::IsOk());
  EXPECT_THAT(ReasonsOf(Check(person, task)), ElementsAre("OVERLAPPING_TASK"));
  ASSERT_THAT(Run(Claim(0, NewPerson(), task, "1")), testing::IsOk());
  EXPECT_TRUE(Check(person, task).claimable());
  EXPECT_TRUE(Check(person, task).waitlisted());
  EXPECT_EQ(Ok(Claim(1, person, task, "2")).state(), v1::ASSIGNMENT_STATE_WAITLISTED);
  EXPECT_THAT(ReasonsOf(Check(person, task)), ElementsAre("ALREADY_ASSIGNED"));
}

// A replica that had not heard that the task was full refused a place on the waitlist for want of
// time.
TEST_F(MyPartTest, WhoIsBusyWaitsAlsoThroughAReplicaThatThinksASlotIsFree) {
  const std::string task = Publish(NewTask(hours(5), 1, 1)).task_id(), person = NewPerson();
  const std::string busy = Publish(NewTask(hours(5), 1, 1)).task_id();
  ASSERT_THAT(Run(Claim(1, person, busy, "1")), testing::IsOk());
  EXPECT_EQ(Why(Run(Claim(1, person, task, "2")).status()), "OVERLAPPING_TASK");
  ASSERT_THAT(Run(Claim(0, NewPerson(), task, "1")), testing::IsOk());
  EXPECT_EQ(Ok(Claim(1, person, task, "3")).state(), v1::ASSIGNMENT_STATE_WAITLISTED);
}

TEST_F(MyPartTest, WhoLeftTooOftenIsToldUntilWhen) {
  const std::string task = Publish(NewTask(hours(5), 1, 1)).task_id(), person = NewPerson();
  for (const char* id : {"1", "2"}) {
    ASSERT_THAT(Run(Claim(0, person, task, id)), testing::IsOk());
    Leave(person, task, std::string("leave-") + id);
  }
  const v1::CheckClaimResponse check = Check(person, task);
  ASSERT_THAT(ReasonsOf(check), ElementsAre("LEFT_TOO_OFTEN"));
  EXPECT_EQ(check.obstacles(0).remedy(), v1::REMEDY_TRY_LATER);
  const Time until = ToTime(check.obstacles(0).end_time());
  EXPECT_GT(until, SystemClock().Now() + std::chrono::minutes(9));
  EXPECT_LE(until, SystemClock().Now() + std::chrono::minutes(10));
}

// The promise of the call: a claim succeeds exactly where it says so, and else fails with one of
// the reasons it names.
TEST_F(MyPartTest, AClaimDoesAsItWasForetold) {
  std::mt19937 random(7);
  const auto chance = [&](unsigned percent) { return random() % 100 < percent; };
  std::vector<std::string> tasks, people;
  for (int i = 0; i < 24; ++i) {
    v1::PublishTaskRequest request = NewTask(hours(3 + random() % 30), 1, 1);
    request.set_waitlist_max(1);
    if (chance(25)) request.add_skills("first_aid");
    if (chance(15)) request.add_categories("volunteer");
    if (chance(25)) request.set_area_code("310110002001");
    tasks.push_back(Publish(request).task_id());
  }
  for (int i = 0; i < 12; ++i) {
    registration::v1::Profile profile;
    profile.set_person_id(NewPerson());
    profile.set_version(1);
    if (i > 0) profile.add_area_codes(i > 2 ? "310110" : "310110001");
    if (chance(60)) profile.add_skills("first_aid");
    if (chance(70)) profile.add_categories("volunteer");
    Know(profile);
    people.push_back(profile.person_id());
  }
  int taken = 0, waiting = 0;
  std::set<std::string> refusals;
  for (int i = 0; i < 300; ++i) {
    const std::string& person = people[random() % people.size()];
    const std::string& task = tasks[random() % tasks.size()];
    const v1::CheckClaimResponse check = Check(person, task);
    const auto claimed = Run(Claim(i % 2, person, task, "claim-" + std::to_string(i)));
    ASSERT_EQ(claimed.ok(), check.claimable()) << claimed.status() << check.DebugString();
    ASSERT_EQ(check.claimable(), check.obstacles().empty());
    if (!claimed.ok()) {
      EXPECT_EQ(Why(claimed.status()), check.obstacles(0).reason());
      refusals.insert(Why(claimed.status()));
      continue;
    }
    const bool waits = claimed->state() == v1::ASSIGNMENT_STATE_WAITLISTED;
    EXPECT_EQ(waits, check.waitlisted());
    ++(waits ? waiting : taken);
    if (chance(40)) Leave(person, task, "leave-" + std::to_string(i));
  }
  EXPECT_GT(taken, 10);
  EXPECT_GT(waiting, 5);
  EXPECT_THAT(refusals,
              ::testing::IsSupersetOf({"NOT_REGISTERED", "MISSING_SKILL", "OVERLAPPING_TASK",
                                       "ALREADY_ASSIGNED", "NOT_ELIGIBLE_AREA", "WAITLIST_FULL"}));
}

TEST_F(MyPartTest, OnesOwnPartIsShownInEveryStateAndTheTaskWithItAsLongAsOneIsOnIt) {
  const std::string person = NewPerson(), other = NewPerson(), requester = NewPerson();
  v1::PublishTaskRequest request = NewTask(hours(5), 1, 1);
  request.set_need_id(
      ids::New("ned", TestTree()->ShardOf(request.area_code(), replicas_[0]->app.keys.base())));
  request.set_need_attempt(1);
  request.set_requester_id(requester);
  const std::string task = Ok(replicas_[0]->tasks.PublishTask(Lists(), request)).task_id();
  EXPECT_EQ(Why(Mine(person, task).status()), "NOT_ASSIGNED");
  EXPECT_EQ(Why(Mine(person, "tsk_01JWN8Z0000000000000000001").status()), "NOT_FOUND");
  ASSERT_THAT(Run(Claim(0, person, task, "1")), testing::IsOk());
  ASSERT_THAT(Run(Claim(0, other, task, "1")), testing::IsOk());
  EXPECT_EQ(Mine(person, task)->assignment().state(), v1::ASSIGNMENT_STATE_ACCEPTED);
  EXPECT_EQ(Mine(person, task)->task().requester_id(), requester);
  EXPECT_EQ(Mine(other, task)->assignment().state(), v1::ASSIGNMENT_STATE_WAITLISTED);
  EXPECT_EQ(Mine(other, task)->task().requester_id(), "");
  Leave(person, task, "leave");
  const auto left = Mine(person, task);
  ASSERT_THAT(left, testing::IsOk());
  EXPECT_EQ(left->assignment().state(), v1::ASSIGNMENT_STATE_WITHDRAWN);
  EXPECT_EQ(left->assignment().person_id(), person);
  EXPECT_EQ(left->task().task_id(), task);
}

}  // namespace
}  // namespace baodao::dispatch
