#include "services/dispatch/domain/unit_claim.h"

#include <map>

#include "common/testing/machine.h"
#include "services/dispatch/domain/close.h"
#include "services/dispatch/domain/leaving.h"
#include "services/dispatch/domain/withdraw.h"
#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

TEST(UnitClaimMachine, EveryPairIsAsWrittenDown) {
  using enum v1::UnitClaimState;
  using enum UnitClaimEvent;
  testing::CheckEveryPair(kUnitClaimMachine,
                          {{{UNIT_CLAIM_STATE_UNSPECIFIED, kClaim}, UNIT_CLAIM_STATE_OPEN},
                           {{UNIT_CLAIM_STATE_LAPSED, kClaim}, UNIT_CLAIM_STATE_OPEN},
                           {{UNIT_CLAIM_STATE_WITHDRAWN, kClaim}, UNIT_CLAIM_STATE_OPEN},
                           {{UNIT_CLAIM_STATE_OPEN, kSettle}, UNIT_CLAIM_STATE_NAMED},
                           {{UNIT_CLAIM_STATE_OPEN, kLapse}, UNIT_CLAIM_STATE_LAPSED},
                           {{UNIT_CLAIM_STATE_OPEN, kWithdraw}, UNIT_CLAIM_STATE_WITHDRAWN},
                           {{UNIT_CLAIM_STATE_OPEN, kRelease}, UNIT_CLAIM_STATE_RELEASED},
                           {{UNIT_CLAIM_STATE_NAMED, kWithdraw}, UNIT_CLAIM_STATE_WITHDRAWN},
                           {{UNIT_CLAIM_STATE_NAMED, kRelease}, UNIT_CLAIM_STATE_RELEASED},
                           {{UNIT_CLAIM_STATE_NAMED, kReport}, UNIT_CLAIM_STATE_REPORTED}},
                          kReport);
}

class UnitClaimTest : public TaskFixture {
 protected:
  UnitClaimTest() {
    record_.mutable_task()->set_slots_max(4);
    for (const char* id : {"unt_1", "unt_2"}) {
      registration::v1::Unit& unit = units_[id];
      unit.set_unit_id(id);
      unit.set_name("同济大学");
      unit.add_area_codes("310110001");
    }
  }

  absl::StatusOr<Effects> Claim(const std::string& unit, int slots, Time now = kNow,
                                std::optional<Time> name_by = std::nullopt) {
    ClaimCommand command;
    command.unit = &units_[unit];
    command.relations = &kRelations;
    command.liaison_id = "per_l";
    command.slots = slots;
    command.name_by = name_by;
    return DecideClaimSlots(aggregate(), command, now);
  }
  // As the handler does.
  absl::StatusOr<Effects> Name(const std::string& person, const std::string& unit = "unt_1",
                               Time now = kNow) {
    const auto profile = ProfileOf(person);
    if (const absl::Status may = CheckNaming(aggregate().record(), unit, profile, now); !may.ok()) {
      return may;
    }
    TakeCommand command = Command(TakeKind::kName, profile);
    command.unit_id = unit;
    return Do(command, now);
  }
  absl::StatusOr<Effects> Withdraw(int slots, bool by_coordinator = false, Time now = kNow) {
    return DecideWithdrawClaim(aggregate(), "unt_1", slots, by_coordinator, "另有安排", now);
  }
  const v1::UnitClaim& claim(const std::string& unit = "unt_1") {
    return *FindClaim(aggregate().record(), unit);
  }
  std::string Numbers() {
    const v1::UnitClaim& one = claim();
    return record::StateName(one.state()) + " " + std::to_string(one.open_slots()) + " open " +
           std::to_string(one.named()) + " named; held " + std::to_string(task().held_count()) +
           " accepted " + std::to_string(task().accepted_count());
  }

  std::map<std::string, registration::v1::Unit> units_;
};

TEST_F(UnitClaimTest, SlotsAreHeldUntilSomebodyIsNamedOrTheDeadlineComes) {
  const auto claimed = Claim("unt_1", 3);
  ASSERT_EQ(Refusal(claimed), "OK");
  EXPECT_EQ(Numbers(), "OPEN 3 open 0 named; held 3 accepted 0");
  // Two hours before the start, half the time that is left.
  const Time name_by = kNow + hours(2);
  EXPECT_EQ(Armed(*claimed, Timer("unitclaim")), name_by);
  EXPECT_EQ(FreeSlots(task()), 1);
  ASSERT_EQ(Refusal(Name("per_a")), "OK");
  EXPECT_EQ(Numbers(), "OPEN 2 open 1 named; held 2 accepted 1");
  EXPECT_EQ(aggregate().Find("per_a")->assignment().claim_unit_id(), "unt_1");
  EXPECT_EQ(Refusal(Name("per_b", "unt_1", name_by)), "TOO_LATE");
  const Effects settled = DecideUnitClaims(aggregate(), name_by);
  EXPECT_EQ(Numbers(), "NAMED 0 open 1 named; held 0 accepted 1");
  EXPECT_EQ(claim().returned(), 2);
  EXPECT_TRUE(Cleared(settled, Timer("unitclaim")));
  ASSERT_EQ(settled.events.size(), 1u);
  EXPECT_EQ(settled.events[0].unit_claim_changed().before(), v1::UNIT_CLAIM_STATE_OPEN);
  // A timer too many changes nothing.
  EXPECT_TRUE(DecideUnitClaims(aggregate(), name_by).events.empty());
}

TEST_F(UnitClaimTest, WhoeverDeclinesLeavesTheSlotToTheUnitUntilTheDeadline) {
  ASSERT_EQ(Refusal(Claim("unt_1", 1)), "OK");
  ASSERT_EQ(Refusal(Name("per_a")), "OK");
  EXPECT_EQ(Refusal(Name("per_b")), "NO_SLOT_LEFT");
  ASSERT_EQ(Refusal(DecideWithdraw(aggregate(), "per_a", false, kNow)), "OK");
  EXPECT_EQ(Numbers(), "OPEN 1 open 0 named; held 1 accepted 0");
  ASSERT_EQ(Refusal(Name("per_b")), "OK");
  DecideUnitClaims(aggregate(), kNow + hours(2));
  // Now it is anybody's.
  ASSERT_EQ(Refusal(DecideWithdraw(aggregate(), "per_b", true, kNow + hours(2))), "OK");
  EXPECT_EQ(Numbers(), "NAMED 0 open 0 named; held 0 accepted 0");
}

TEST_F(UnitClaimTest, ASlotHandedOnIsNotTheUnitsAgain) {
  ASSERT_EQ(Refusal(Claim("unt_1", 1)), "OK");
  ASSERT_EQ(Refusal(Name("per_a")), "OK");
  ASSERT_EQ(Refusal(DecideRequestWithdrawal(aggregate(), "per_a", "发烧", kNow)), "OK");
  const auto newcomer = ProfileOf("per_n");
  ASSERT_EQ(Refusal(Do(Command(TakeKind::kClaim, newcomer))), "OK");
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_WITHDRAWN);
  EXPECT_EQ(Numbers(), "OPEN 0 open 0 named; held 0 accepted 1");
}

// A person who is named fills a slot that was held, not that of whoever leaves.
TEST_F(UnitClaimTest, AMemberWhoLeavesForOneWhoIsNamedLeavesTheSlotToTheUnit) {
  record_.mutable_task()->set_slots_max(2);
  ASSERT_EQ(Refusal(Claim("unt_1", 2)), "OK");
  ASSERT_EQ(Refusal(Name("per_a")), "OK");
  ASSERT_EQ(Refusal(DecideRequestWithdrawal(aggregate(), "per_a", "发烧", kNow)), "OK");
  ASSERT_EQ(Refusal(Name("per_b")), "OK");
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_WITHDRAWN);
  EXPECT_EQ(Numbers(), "OPEN 1 open 1 named; held 1 accepted 1");
}

// Their change of mind must not wait for days.
TEST_F(UnitClaimTest, TheSlotOfWhoAsksToBeLetGoIsNotClaimed) {
  record_.mutable_task()->set_slots_max(1);
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  ASSERT_EQ(Refusal(DecideRequestWithdrawal(aggregate(), "per_a", "发烧", kNow)), "OK");
  EXPECT_EQ(FreeSlots(task()), 1);
  EXPECT_EQ(Refusal(Claim("unt_1", 1)), "TASK_FULL");
}

TEST_F(UnitClaimTest, OnlyFreeSlotsAreClaimedAndThoseWhoWaitGoFirst) {
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  const auto refused = Claim("unt_1", 4);
  EXPECT_EQ(Refusal(refused), "TASK_FULL");
  ASSERT_EQ(Refusal(Claim("unt_1", 2)), "OK");
  EXPECT_EQ(Refusal(Claim("unt_1", 1)), "UNIT_HAS_CLAIM");
  ASSERT_EQ(Refusal(Claim("unt_2", 1)), "OK");
  EXPECT_EQ(task().held_count(), 3);
  // The slot held for a unit is not another's.
  const auto profile = ProfileOf("per_x");
  TakeCommand command = Command(TakeKind::kClaim, profile);
  command.no_waitlist = true;
  EXPECT_EQ(Refusal(Do(command)), "TASK_FULL");
}

TEST_F(UnitClaimTest, Refusals) {
  units_["unt_2"].clear_area_codes();
  EXPECT_EQ(Refusal(Claim("unt_2", 1)), "UNIT_NOT_REGISTERED");
  EXPECT_EQ(Refusal(Claim("unt_1", 1, kNow, kNow)), "INVALID_ARGUMENT_FIELDS");
  EXPECT_EQ(Refusal(Claim("unt_1", 1, kNow, kNow + hours(5))), "INVALID_ARGUMENT_FIELDS");
  EXPECT_EQ(Refusal(Claim("unt_1", 1, kNow + hours(4))), "TASK_STARTED");
  EXPECT_EQ(Refusal(Name("per_a")), "NO_UNIT_CLAIM");
  ASSERT_EQ(Refusal(Claim("unt_1", 1)), "OK");
  auto stranger = ProfileOf("per_s");
  stranger.set_unit_id("unt_9");
  EXPECT_EQ(Refusal(CheckNaming(aggregate().record(), "unt_1", stranger, kNow)), "NOT_A_MEMBER");
  EXPECT_EQ(Refusal(Withdraw(2)), "NO_SLOT_LEFT");
}

TEST_F(UnitClaimTest, AClaimIsWithdrawnInPartOrAsAWholeAndNotMadeAgainForEver) {
  ASSERT_EQ(Refusal(Claim("unt_1", 3)), "OK");
  ASSERT_EQ(Refusal(Name("per_a")), "OK");
  ASSERT_EQ(Refusal(Withdraw(1)), "OK");
  EXPECT_EQ(Numbers(), "OPEN 1 open 1 named; held 1 accepted 1");
  EXPECT_EQ(Refusal(Withdraw(0, false, kNow + hours(3))), "TOO_LATE_TO_WITHDRAW");
  ASSERT_EQ(Refusal(Withdraw(0, true, kNow + hours(3))), "OK");
  EXPECT_EQ(Numbers(), "WITHDRAWN 0 open 0 named; held 0 accepted 0");
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_WITHDRAWN);
  EXPECT_EQ(Refusal(Withdraw(0)), "WRONG_STATE");
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(Refusal(Claim("unt_1", 1)), "OK");
    ASSERT_EQ(Refusal(Withdraw(1)), "OK");
  }
  EXPECT_EQ(Refusal(Claim("unt_1", 1)), "CLAIMED_TOO_OFTEN");
}

TEST_F(UnitClaimTest, TheUnitHearsWhatItCameToOnceAllHoursAreCredited) {
  ASSERT_EQ(Refusal(Claim("unt_1", 2)), "OK");
  ASSERT_EQ(Refusal(Name("per_a")), "OK");
  ASSERT_EQ(Refusal(Name("per_b")), "OK");
  const Time end = kNow + hours(6);
  {
    Change change(aggregate(), end);
    change.Move("per_a", AssignmentEvent::kSignIn);
    change.Move("per_a", AssignmentEvent::kSignOut).set_credited_minutes(90);
    change.Move("per_b", AssignmentEvent::kMiss);
    change.Finish();
  }
  DecideUnitClaims(aggregate(), end);
  EXPECT_EQ(claim().state(), v1::UNIT_CLAIM_STATE_NAMED);
  const auto closed = DecideClose(aggregate(), "per_c", end);
  ASSERT_EQ(Refusal(closed), "OK");
  EXPECT_EQ(Armed(*closed, Timer("unitclaim")), end);
  const auto version = task().version();
  const Effects early = DecideUnitClaims(aggregate(), end);
  EXPECT_EQ(claim().state(), v1::UNIT_CLAIM_STATE_NAMED);
  EXPECT_EQ(Armed(early, Timer("unitclaim")), end + minutes(1));
  EXPECT_EQ(task().version(), version) << "nothing to write";
  DecideCredited(aggregate(), {"per_a"}, end, end);
  DecideUnitClaims(aggregate(), end + minutes(1));
  EXPECT_EQ(claim().state(), v1::UNIT_CLAIM_STATE_REPORTED);
  EXPECT_EQ(claim().served(), 1);
  EXPECT_EQ(claim().minutes(), 90);
}

TEST_F(UnitClaimTest, ACancelledTaskReleasesTheClaim) {
  ASSERT_EQ(Refusal(Claim("unt_1", 2)), "OK");
  ASSERT_EQ(Refusal(Name("per_a")), "OK");
  const auto cancelled = DecideCancel(aggregate(), "下雨", v1::NEED_OUTCOME_UNSPECIFIED, kNow);
  ASSERT_EQ(Refusal(cancelled), "OK");
  EXPECT_EQ(Armed(*cancelled, Timer("unitclaim")), kNow);
  DecideUnitClaims(aggregate(), kNow);
  EXPECT_EQ(Numbers(), "RELEASED 0 open 0 named; held 0 accepted 0");
}

}  // namespace
}  // namespace baodao::dispatch
