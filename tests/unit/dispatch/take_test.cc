// Claiming, accepting, being assigned.
#include "services/dispatch/domain/take.h"

#include <list>

#include "common/testing/matchers.h"
#include "services/dispatch/domain/sign.h"
#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

class TakeTest : public TaskFixture {
 protected:
  std::string Claim(const std::string& person, Time now = kNow) {
    return Refusal(Do(Command(TakeKind::kClaim, Keep(person)), now));
  }
  std::string Accept(const std::string& person, Time now = kNow) {
    return Refusal(Do(Command(TakeKind::kAccept, Keep(person)), now));
  }
  std::string Assign(const std::string& person, Time now = kNow) {
    return Refusal(Do(Command(TakeKind::kAssign, Keep(person)), now));
  }
  const registration::v1::Profile& Keep(const std::string& person) {
    return profiles_.emplace_back(ProfileOf(person));
  }
  std::list<registration::v1::Profile> profiles_;
};

TEST_F(TakeTest, ClaimTakesASlotAndStaffsTheTask) {
  const auto profile = ProfileOf("per_a");
  const auto effects = Do(Command(TakeKind::kClaim, profile));
  ASSERT_THAT(effects, testing::IsOk());
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_ACCEPTED);
  EXPECT_EQ(task().accepted_count(), 1);
  EXPECT_EQ(task().state(), v1::TASK_STATE_STAFFED);
  EXPECT_EQ(task().version(), 2u);
  const v1::AssignmentRecord& record = *aggregate().Find("per_a");
  EXPECT_EQ(record.reservation(), 77u);
  EXPECT_EQ(record.assignment().unit_id(), "unt_1");
  EXPECT_EQ(ToTime(record.assignment().accept_time()), kNow);
  EXPECT_EQ(aggregate().record().people_count(), 1);
  // One event and no timer: that is all a claim may cost.
  ASSERT_EQ(effects->events.size(), 1u);
  EXPECT_TRUE(effects->timers.empty());
  const auto& changed = effects->events[0].assignment_changed();
  EXPECT_EQ(changed.assignment().state(), v1::ASSIGNMENT_STATE_ACCEPTED);
  EXPECT_EQ(changed.before(), v1::ASSIGNMENT_STATE_UNSPECIFIED);
  EXPECT_EQ(changed.task().before(), v1::TASK_STATE_OPEN);
  EXPECT_EQ(changed.task().state(), v1::TASK_STATE_STAFFED);
  EXPECT_EQ(changed.task().accepted_count(), 1);
}

TEST_F(TakeTest, ClaimsGoOnWhileSlotsAreFree) {
  EXPECT_EQ(Claim("per_a"), "OK");
  EXPECT_EQ(Claim("per_b"), "OK");
  EXPECT_EQ(StateOf("per_b"), v1::ASSIGNMENT_STATE_ACCEPTED);
  EXPECT_EQ(Claim("per_c"), "OK");
  EXPECT_EQ(StateOf("per_c"), v1::ASSIGNMENT_STATE_WAITLISTED);
  EXPECT_EQ(aggregate().Find("per_c")->assignment().waitlist_number(), 1u);
  EXPECT_EQ(Claim("per_d"), "OK");
  EXPECT_EQ(aggregate().Find("per_d")->assignment().waitlist_number(), 2u);
  EXPECT_EQ(task().accepted_count(), 2);
  EXPECT_EQ(task().waitlist_count(), 2);
  EXPECT_EQ(Claim("per_e"), "WAITLIST_FULL");
  EXPECT_EQ(aggregate().Find("per_e"), nullptr);
}

TEST_F(TakeTest, FullWithoutAWaitlist) {
  record_.mutable_task()->set_waitlist_max(0);
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  Add("per_b", v1::ASSIGNMENT_STATE_ACCEPTED);
  EXPECT_EQ(Claim("per_c"), "TASK_FULL");
}

TEST_F(TakeTest, ClaimThatWillNotWait) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  Add("per_b", v1::ASSIGNMENT_STATE_ACCEPTED);
  const auto profile = ProfileOf("per_c");
  TakeCommand command = Command(TakeKind::kClaim, profile);
  command.no_waitlist = true;
  EXPECT_EQ(Refusal(Do(command)), "TASK_FULL");
}

TEST_F(TakeTest, HeldSlotsAreNotFree) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  AddHeld("per_b");
  EXPECT_EQ(Claim("per_c"), "OK");
  EXPECT_EQ(StateOf("per_c"), v1::ASSIGNMENT_STATE_WAITLISTED);
}

TEST_F(TakeTest, AFreedSlotBelongsToThoseWhoWait) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  EXPECT_EQ(Claim("per_c"), "OK");
  EXPECT_EQ(StateOf("per_c"), v1::ASSIGNMENT_STATE_WAITLISTED);
}

TEST_F(TakeTest, MoreFreeThanWaiting) {
  record_.mutable_task()->set_slots_max(3);
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  EXPECT_EQ(Claim("per_c"), "OK");
  EXPECT_EQ(StateOf("per_c"), v1::ASSIGNMENT_STATE_ACCEPTED);
}

TEST_F(TakeTest, AProspectNamesEverythingAndAClaimTheFirstOfIt) {
  record_.mutable_task()->set_waitlist_max(1);
  record_.mutable_task()->add_skills("driving");
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  Add("per_b", v1::ASSIGNMENT_STATE_ACCEPTED);
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  const auto names = [&](const std::string& person, Time now) {
    const TakeCommand command = Command(TakeKind::kClaim, Keep(person));
    std::vector<std::string> found;
    const Prospect prospect =
        ProspectOf(aggregate().task(), aggregate().Find(person), command, now);
    for (const absl::Status& one : prospect.refusals) found.push_back(Refusal(one));
    EXPECT_EQ(Refusal(Foresee(aggregate(), command, now)), found.empty() ? "OK" : found.front());
    return found;
  };
  EXPECT_THAT(names("per_c", kNow), ::testing::ElementsAre("MISSING_SKILL", "WAITLIST_FULL"));
  // Neither has seats to ask for.
  EXPECT_THAT(names("per_a", kNow), ::testing::ElementsAre("ALREADY_ASSIGNED", "MISSING_SKILL"));
  EXPECT_THAT(names("per_c", kNow + hours(4)),
              ::testing::ElementsAre("TASK_STARTED", "MISSING_SKILL"));
}

TEST_F(TakeTest, NotTwice) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  Add("per_n", v1::ASSIGNMENT_STATE_NO_SHOW);
  EXPECT_EQ(Claim("per_a"), "ALREADY_ASSIGNED");
  EXPECT_EQ(Claim("per_w"), "ALREADY_ASSIGNED");
  EXPECT_EQ(Claim("per_n"), "ALREADY_ASSIGNED");
}

TEST_F(TakeTest, AgainAfterItEnded) {
  for (const auto state : {v1::ASSIGNMENT_STATE_DECLINED, v1::ASSIGNMENT_STATE_LAPSED,
                           v1::ASSIGNMENT_STATE_WITHDRAWN, v1::ASSIGNMENT_STATE_RELEASED}) {
    Add("per_" + std::to_string(state), state).set_waitlist_number(7);
  }
  record_.mutable_task()->set_slots_max(10);
  for (const auto state : {v1::ASSIGNMENT_STATE_DECLINED, v1::ASSIGNMENT_STATE_LAPSED,
                           v1::ASSIGNMENT_STATE_WITHDRAWN, v1::ASSIGNMENT_STATE_RELEASED}) {
    const std::string person = "per_" + std::to_string(state);
    EXPECT_EQ(Claim(person), "OK");
    EXPECT_EQ(StateOf(person), v1::ASSIGNMENT_STATE_ACCEPTED);
    EXPECT_EQ(aggregate().Find(person)->assignment().waitlist_number(), 0u);
  }
  EXPECT_EQ(aggregate().record().people_count(), 4);
}

TEST_F(TakeTest, OnlyRecruitingTasksBeforeTheirStart) {
  for (const auto state :
       {v1::TASK_STATE_IN_SERVICE, v1::TASK_STATE_SERVED, v1::TASK_STATE_EVALUATED,
        v1::TASK_STATE_CLOSED, v1::TASK_STATE_CANCELLED, v1::TASK_STATE_EXPIRED}) {
    aggregate().task().set_state(state);
    EXPECT_EQ(Claim("per_a"), "TASK_NOT_OPEN") << record::StateName(state);
    EXPECT_EQ(Assign("per_a"), "TASK_NOT_OPEN") << record::StateName(state);
  }
  aggregate().task().set_state(v1::TASK_STATE_OPEN);
  EXPECT_EQ(Claim("per_a", kNow + hours(4)), "TASK_STARTED");
  EXPECT_EQ(Claim("per_a", kNow + hours(4) - Millis(1)), "OK");
}

// A NO_SHOW used to be final, though the notice says to call the community.
TEST_F(TakeTest, ANoShowWhoCameAfterAllIsAssignedAgain) {
  Add("per_n", v1::ASSIGNMENT_STATE_NO_SHOW);
  Add("per_i", v1::ASSIGNMENT_STATE_SIGNED_IN);
  State(v1::TASK_STATE_IN_SERVICE);
  const Time late = kNow + hours(5);
  EXPECT_EQ(Claim("per_n", late), "TASK_NOT_OPEN");
  EXPECT_EQ(Assign("per_n", kNow + hours(6)), "TASK_OVER");  // it has ended
  EXPECT_EQ(Assign("per_x", late), "TASK_NOT_OPEN");         // nobody new
  EXPECT_EQ(Assign("per_n", late), "OK");
  EXPECT_EQ(StateOf("per_n"), v1::ASSIGNMENT_STATE_ACCEPTED);
  EXPECT_EQ(aggregate().Find("per_n")->reservation(), 77u);
  EXPECT_EQ(task().accepted_count(), 2);
  EXPECT_EQ(Refusal(DecideSignIn(aggregate(), "per_n", ProofBy(v1::SIGN_METHOD_COORDINATOR), late)),
            "OK");
}

TEST_F(TakeTest, ANoShowFindsTheSlotTaken) {
  Add("per_n", v1::ASSIGNMENT_STATE_NO_SHOW);
  Add("per_i", v1::ASSIGNMENT_STATE_SIGNED_IN);
  Add("per_j", v1::ASSIGNMENT_STATE_SIGNED_IN);
  State(v1::TASK_STATE_IN_SERVICE);
  EXPECT_EQ(Assign("per_n", kNow + hours(5)), "TASK_FULL");
}

TEST_F(TakeTest, EligibilityIsChecked) {
  const auto stranger = ProfileOf("per_a", "999");
  for (const auto kind : {TakeKind::kClaim, TakeKind::kAssign}) {
    EXPECT_EQ(Refusal(Do(Command(kind, stranger))), "NOT_ELIGIBLE_AREA");
  }
}

TEST_F(TakeTest, AcceptNeedsALiveOffer) {
  Add("per_a", v1::ASSIGNMENT_STATE_OFFERED);
  Add("per_l", v1::ASSIGNMENT_STATE_LAPSED);
  Add("per_d", v1::ASSIGNMENT_STATE_DECLINED);
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  record_.mutable_task()->set_slots_max(9);
  EXPECT_EQ(Accept("per_x"), "NO_OFFER");
  EXPECT_EQ(Accept("per_d"), "NO_OFFER");
  EXPECT_EQ(Accept("per_w"), "NO_OFFER");
  EXPECT_EQ(Accept("per_l"), "OFFER_LAPSED");
  EXPECT_EQ(Accept("per_a", kNow + minutes(30)), "OFFER_LAPSED");
  EXPECT_EQ(Accept("per_a", kNow + minutes(30) - Millis(1)), "OK");
  EXPECT_EQ(Accept("per_a"), "ALREADY_ASSIGNED");
  EXPECT_FALSE(aggregate().Find("per_a")->assignment().has_offer_expire_time());
}

TEST_F(TakeTest, AcceptingClearsTheOffersTimer) {
  Add("per_a", v1::ASSIGNMENT_STATE_OFFERED);
  const auto profile = ProfileOf("per_a");
  const auto effects = Do(Command(TakeKind::kAccept, profile));
  ASSERT_THAT(effects, testing::IsOk());
  EXPECT_TRUE(Cleared(*effects, Timer("offer", "per_a")));
}

TEST_F(TakeTest, EnoughPeople) {
  Add("per_a", v1::ASSIGNMENT_STATE_OFFERED);
  Add("per_b", v1::ASSIGNMENT_STATE_ACCEPTED);
  Add("per_c", v1::ASSIGNMENT_STATE_ACCEPTED);
  EXPECT_EQ(Accept("per_a"), "TASK_FULL");
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_OFFERED);
}

TEST_F(TakeTest, AHeldSlotIsTheHolders) {
  Add("per_b", v1::ASSIGNMENT_STATE_ACCEPTED);
  AddHeld("per_a");
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  EXPECT_EQ(Accept("per_a"), "OK");
  EXPECT_EQ(task().held_count(), 0);
  EXPECT_EQ(task().accepted_count(), 2);
  EXPECT_FALSE(aggregate().Find("per_a")->assignment().holds_slot());
}

TEST_F(TakeTest, ClaimingAnOfferAcceptsIt) {
  Add("per_b", v1::ASSIGNMENT_STATE_ACCEPTED);
  AddHeld("per_a");
  EXPECT_EQ(Claim("per_a"), "OK");
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_ACCEPTED);
}

TEST_F(TakeTest, AssignJumpsTheWaitlistButNotTheLimit) {
  Add("per_b", v1::ASSIGNMENT_STATE_ACCEPTED);
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  Add("per_v", v1::ASSIGNMENT_STATE_WAITLISTED);
  EXPECT_EQ(Assign("per_v"), "OK");
  EXPECT_EQ(task().waitlist_count(), 1);
  EXPECT_EQ(task().accepted_count(), 2);
  EXPECT_EQ(Assign("per_x"), "TASK_FULL");
  EXPECT_EQ(Assign("per_b"), "ALREADY_ASSIGNED");
}

}  // namespace
}  // namespace baodao::dispatch
