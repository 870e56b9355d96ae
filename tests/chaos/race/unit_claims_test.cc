// Units that claim slots and name people for them until a deadline that nobody waits for, while
// everything is killed.
#include <gtest/gtest.h>

#include "tests/chaos/race/task_race.h"

namespace baodao::testing {
namespace {

using dispatch::v1::ASSIGNMENT_STATE_ACCEPTED;
using dispatch::v1::ASSIGNMENT_STATE_OFFERED;
using dispatch::v1::ASSIGNMENT_STATE_WAITLISTED;
using dispatch::v1::UnitClaim;

class UnitClaimRaceTest : public TaskRaceTest {
 protected:
  static constexpr int kTasks = 12;
  static constexpr int kSlots = 5;
  static constexpr size_t kSteps = 1500;

  Task<void> Step() {
    const std::string task = tasks_[Below(tasks_.size())];
    const demo::Unit& unit = world().units[Below(world().units.size())];
    switch (Below(8)) {
      case 0:
      case 1:
        co_await ClaimSlots(unit, task);
        break;
      case 2:
      case 3:
      case 4:
        co_await Name(unit, task);
        break;
      case 5:
        co_await GiveBack(unit, task);
        break;
      default:
        co_await Come(co_await TurnOf(AnyPerson(), task));
    }
  }
  // The naming is over within a second: also while nobody is there to end it.
  Task<void> ClaimSlots(const demo::Unit& unit, std::string task) {
    dispatch::v1::ClaimUnitSlotsRequest request;
    request.set_task_id(task);
    request.set_unit_id(unit.unit_id);
    request.set_slots(static_cast<int>(1 + Below(3)));
    *request.mutable_name_by() =
        ToTimestamp(SystemClock().Now() + Millis(500 + static_cast<int>(Below(1000))));
    co_await Ask(claims_, &client::UnitClaims::ClaimUnitSlots, unit.liaison, task, request);
  }
  Task<void> Name(const demo::Unit& unit, std::string task) {
    const demo::Actor* member = &AnyPerson();
    while (member->unit == SIZE_MAX || &world().units[member->unit] != &unit) member = &AnyPerson();
    dispatch::v1::NameUnitMemberRequest request;
    request.set_task_id(task);
    request.set_unit_id(unit.unit_id);
    request.set_person_id(member->person_id);
    co_await Ask(claims_, &client::UnitClaims::NameUnitMember, unit.liaison, task, request);
  }
  Task<void> GiveBack(const demo::Unit& unit, std::string task) {
    dispatch::v1::WithdrawUnitClaimRequest request;
    request.set_task_id(task);
    request.set_unit_id(unit.unit_id);
    request.set_slots(OneIn(4) ? 0 : 1);
    co_await Ask(claims_, &client::UnitClaims::WithdrawUnitClaim, unit.liaison, task, request);
  }
  Task<absl::StatusOr<Assignment>> Come(const Turn& turn) {
    if (turn.part.state() == ASSIGNMENT_STATE_OFFERED) return Accept(turn);
    if (turn.part.state() == ASSIGNMENT_STATE_WAITLISTED) return Wait(turn);
    if (turn.part.state() != ASSIGNMENT_STATE_ACCEPTED) return Claim(turn);
    return OneIn(2) ? Withdraw(turn) : AskToLeave(turn);
  }

  std::vector<UnitClaim> ClaimsOf(const demo::Unit& unit) {
    dispatch::v1::ListUnitClaimsRequest request;
    request.set_unit_id(unit.unit_id);
    request.set_page_size(100);
    const auto listed = town().Run(
        demo::Must(claims_[0], &client::UnitClaims::ListUnitClaims, unit.liaison.token, request));
    std::vector<UnitClaim> claims;
    for (const auto& item : listed.items()) claims.push_back(item.claim());
    return claims;
  }
  bool AllNamingIsOver() {
    for (const demo::Unit& unit : world().units) {
      for (const UnitClaim& claim : ClaimsOf(unit)) {
        if (claim.state() == dispatch::v1::UNIT_CLAIM_STATE_OPEN) return false;
      }
    }
    return true;
  }
  void ExpectClaims(const TaskReplay& replay) {
    for (const demo::Unit& unit : world().units) {
      for (const UnitClaim& shown : ClaimsOf(unit)) {
        const TaskReplay::Task& told = replay.Of(shown.task_id());
        int named = 0;
        for (const auto& [id, part] : told.people) {
          named +=
              part.state() == ASSIGNMENT_STATE_ACCEPTED && part.claim_unit_id() == unit.unit_id;
        }
        EXPECT_EQ(shown.named(), named) << shown.ShortDebugString();
        EXPECT_EQ(shown.open_slots(), 0) << shown.ShortDebugString();
      }
    }
  }

  Both<dispatch::v1::UnitClaimService> claims_{dispatch(0), dispatch(1)};
};

TEST_F(UnitClaimRaceTest, WhatNobodyIsNamedForComesBackOnce) {
  tasks_ = PublishTasks(kTasks, 20, kSlots);
  PlayThrough(kSteps, "dispatch", "dispatch2", [this] { return Step(); });
  AwaitRest("a naming does not end", [this] { return AllNamingIsOver(); });
  AwaitPromotions();
  const TaskReplay replay = ExpectWhole();
  EXPECT_GT(replay.settled(), 10);
  ExpectClaims(replay);
  ExpectTheSameAnswers();
}

}  // namespace
}  // namespace baodao::testing
