// Units claim slots and name their members, with two replicas at once.
#include "services/dispatch/domain/unit_claim.h"

#include "common/testing/matchers.h"
#include "services/dispatch/rpc/unit_claim_handlers.h"
#include "tests/integration/dispatch/known_people.h"

namespace baodao::dispatch {
namespace {

using std::chrono::hours;

// As PeopleSource has it of everybody.
constexpr char kUnit[] = "unt_01JWN8Z0000000000000000001";
constexpr char kOtherUnit[] = "unt_01JWN8Z0000000000000000002";

class UnitClaimsTest : public KnownPeopleTest {
 protected:
  UnitClaimsTest() {
    AppOptions options;
    options.identities = &directory_;
    two_ = std::make_unique<LaterReplica>(loop_, *replicas_[1], later_, ring_, std::move(options));
    claims_.push_back(std::make_unique<UnitClaimHandlers>(one_->app));
    claims_.push_back(std::make_unique<UnitClaimHandlers>(two_->app));
    for (const char* id : {kUnit, kOtherUnit}) {
      registration::v1::Unit& unit = directory_.units[id];
      unit.set_unit_id(id);
      unit.set_name("同济大学");
      unit.add_liaison_ids(liaison_);
      unit.add_area_codes("310110001");
    }
  }

  Task<absl::StatusOr<v1::UnitClaim>> ClaimSlots(size_t replica, std::string task, std::string unit,
                                                 int slots, std::string request_id) {
    v1::ClaimUnitSlotsRequest request;
    request.set_request_id(std::move(request_id));
    request.set_task_id(std::move(task));
    request.set_unit_id(std::move(unit));
    request.set_slots(slots);
    return claims_[replica]->ClaimUnitSlots(As(liaison_), std::move(request));
  }
  Task<absl::StatusOr<v1::Assignment>> NameMember(size_t replica, std::string task,
                                                  std::string person) {
    v1::NameUnitMemberRequest request;
    request.set_request_id("name-" + person);
    request.set_task_id(std::move(task));
    request.set_unit_id(kUnit);
    request.set_person_id(std::move(person));
    return claims_[replica]->NameUnitMember(As(liaison_), std::move(request));
  }
  v1::TaskRecord Read(const std::string& task) { return Ok(Run(two_->app.tasks.Read(task))); }
  absl::Status Settle(const std::string& task) {
    return Fire(*one_, &Deadlines::UnitClaims, kUnitClaimTimer, task);
  }

  const std::string liaison_ = NewPerson();
  std::unique_ptr<LaterReplica> two_;
  std::vector<std::unique_ptr<UnitClaimHandlers>> claims_;
};

TEST_F(UnitClaimsTest, TwoUnitsAtOnceNeverHoldMoreThanThereIs) {
  for (int round = 0; round < 10; ++round) {
    const std::string task = Publish(NewTask(hours(30), 1, 3)).task_id();
    int claimed = 0;
    const auto claim = [&](size_t replica, const char* unit) -> Task<void> {
      const auto answer = co_await ClaimSlots(replica, task, unit, 2, unit + std::to_string(round));
      if (answer.ok()) ++claimed;
      if (!answer.ok()) EXPECT_EQ(Why(answer.status()), "TASK_FULL");
    };
    std::vector<Task<void>> calls;
    calls.push_back(claim(0, kUnit));
    calls.push_back(claim(1, kOtherUnit));
    RunAll(std::move(calls));
    EXPECT_EQ(claimed, 1);
    EXPECT_EQ(Read(task).task().held_count(), 2);
  }
}

// The deadline comes while members are named by both replicas: who is on the task and what is held
// agree afterwards, and nobody takes a slot that was given back.
TEST_F(UnitClaimsTest, MembersNamedAtTheDeadlineByTwoReplicas) {
  const std::string task = Publish(NewTask(hours(30), 1, 4)).task_id();
  Ok(Run(ClaimSlots(0, task, kUnit, 3, "claim")));
  ASSERT_THAT(Run(NameMember(1, task, NewPerson())), testing::IsOk());
  std::vector<std::string> people = {NewPerson(), NewPerson(), NewPerson(), NewPerson()};
  int named = 1;
  const auto name = [&](size_t i) -> Task<void> {
    const auto answer = co_await NameMember(i % 2, task, people[i]);
    if (answer.ok()) ++named;
  };
  const auto settle = [&]() -> Task<void> {
    TaskCall call;
    call.everybody = true;
    call.actor = "dispatch";
    call.decide = [](Aggregate& aggregate, Time) -> absl::StatusOr<Effects> {
      const Time name_by = ToTime(aggregate.record().unit_claims(0).name_by());
      return DecideUnitClaims(aggregate, name_by);
    };
    co_await RunAndRelease(one_->app, task, call);
    EXPECT_THAT(call.result.status(), testing::IsOk());
  };
  std::vector<Task<void>> calls;
  calls.push_back(name(0));
  calls.push_back(name(1));
  calls.push_back(settle());
  calls.push_back(name(2));
  calls.push_back(name(3));
  RunAll(std::move(calls));
  const v1::TaskRecord record = Read(task);
  EXPECT_EQ(record.task().accepted_count(), named);
  EXPECT_EQ(record.task().held_count(), 0);
  EXPECT_LE(named, 3);
  EXPECT_EQ(record.unit_claims(0).state(), v1::UNIT_CLAIM_STATE_NAMED);
  EXPECT_EQ(record.unit_claims(0).named(), named);
  // A refused naming leaves no time reserved.
  for (const std::string& person : people) {
    const bool on = Run(two_->app.tasks.ReadAssignment(task, person)).ok();
    EXPECT_EQ(CalendarOf(person).entries_size(), on ? 1 : 0);
  }
}

TEST_F(UnitClaimsTest, AUnitsWayFromTheClaimToTheResult) {
  const std::string task = Publish(NewTask(hours(30), 1, 4)).task_id();
  const std::string person = NewPerson();
  const auto claimed = Ok(Run(ClaimSlots(0, task, kUnit, 2, "claim")));
  // The same request, the same answer.
  EXPECT_EQ(Ok(Run(ClaimSlots(1, task, kUnit, 2, "claim"))).SerializeAsString(),
            claimed.SerializeAsString());
  v1::ClaimUnitSlotsRequest stranger;
  stranger.set_request_id("stranger");
  stranger.set_task_id(task);
  stranger.set_unit_id(kUnit);
  stranger.set_slots(1);
  EXPECT_EQ(Why(Run(claims_[0]->ClaimUnitSlots(As(NewPerson()), stranger)).status()),
            "NOT_THE_LIAISON");
  EXPECT_EQ(Ok(Run(NameMember(0, task, person))).claim_unit_id(), kUnit);

  v1::ListUnitClaimsRequest list;
  list.set_unit_id(kUnit);
  const auto mine = Ok(Run(claims_[1]->ListUnitClaims(As(liaison_), list)));
  ASSERT_EQ(mine.items_size(), 1);
  EXPECT_EQ(mine.items(0).claim().named(), 1);
  EXPECT_EQ(mine.items(0).task().task_id(), task);

  later_.ahead = hours(29);
  ASSERT_THAT(Settle(task), testing::IsOk());
  EXPECT_EQ(Read(task).task().held_count(), 0);
  later_.ahead = hours(30);
  SignIn(person, task);
  later_.ahead = hours(31);
  SignOutAndClose(person, task);
  ASSERT_THAT(Fire(*one_, &Deadlines::Credit, kCreditTimer, task), testing::IsOk());
  ASSERT_THAT(Settle(task), testing::IsOk());
  v1::GetUnitClaimRequest get;
  get.set_task_id(task);
  get.set_unit_id(kUnit);
  const auto result = Ok(Run(claims_[0]->GetUnitClaim(As(liaison_), get)));
  EXPECT_EQ(result.claim().state(), v1::UNIT_CLAIM_STATE_REPORTED);
  EXPECT_EQ(result.claim().served(), 1);
  EXPECT_GT(result.claim().minutes(), 0);
  ASSERT_EQ(result.members_size(), 1);
  EXPECT_EQ(result.members(0).display_name(), Directory::NameOf(person));
  ASSERT_EQ(Releases(task).size(), 1u);
  EXPECT_EQ(Releases(task)[0].reader_id(), liaison_);
  EXPECT_EQ(Why(Run(claims_[0]->GetUnitClaim(As(NewPerson()), get)).status()), "NOT_THE_LIAISON");
  // 双岗双争: the entry says at which post it was served.
  EXPECT_EQ(CountEvents([](const auto& event) { return event.hours_credited().unit_post(); }), 1);
}

}  // namespace
}  // namespace baodao::dispatch
