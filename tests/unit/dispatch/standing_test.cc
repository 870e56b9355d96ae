// Somebody's standing has changed: what becomes of what they were given on it.
#include "services/dispatch/domain/standing.h"

#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

registration::v1::Profile Suspended(const std::string& person) {
  registration::v1::Profile profile = ProfileOf(person);
  profile.clear_area_codes();
  return profile;
}

class StandingTest : public TaskFixture {
 protected:
  Effects Judge(const registration::v1::Profile& profile, Time now = kNow) {
    return DecideStanding(aggregate(), profile, kRelations, now);
  }
  v1::EndCause CauseAt(const std::string& person) {
    return aggregate().Find(person)->assignment().end_cause();
  }
};

TEST_F(StandingTest, AcceptedWorkThatHasNotBegunIsReleasedAndRepairedLikeAWithdrawal) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  record_.mutable_task()->set_slots_max(1);
  State(v1::TASK_STATE_STAFFED);
  const uint64_t token = people_["per_a"].reservation();
  const Effects effects = Judge(Suspended("per_a"));
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_RELEASED);
  EXPECT_EQ(CauseAt("per_a"), v1::END_CAUSE_NOT_REGISTERED);
  EXPECT_EQ(task().state(), v1::TASK_STATE_OPEN);
  EXPECT_THAT(effects.released, ::testing::ElementsAre(CalendarRelease{"per_a", token}));
  EXPECT_EQ(Armed(effects, Timer("promote")), kNow);
  EXPECT_TRUE(Armed(effects, Timer("sla")).has_value());
  ASSERT_EQ(effects.events.size(), 1u);
  EXPECT_EQ(effects.events[0].assignment_changed().before(), v1::ASSIGNMENT_STATE_ACCEPTED);
}

TEST_F(StandingTest, EveryRefusalOfAClaimThatIsAboutTheProfileReleases) {
  record_.mutable_task()->add_skills("first_aid");
  record_.mutable_task()->add_credentials("nurse");
  record_.mutable_task()->add_categories("volunteer");
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  registration::v1::Profile fits = ProfileOf("per_a");
  fits.add_skills("first_aid");
  fits.add_categories("volunteer");
  registration::v1::Credential& nurse = *fits.add_credentials();
  nurse.set_kind("nurse");
  *nurse.mutable_expire_time() = ToTimestamp(kNow + hours(6));
  const auto cause = [&](registration::v1::Profile profile) {
    Aggregate fresh(record_, people_);
    DecideStanding(fresh, profile, kRelations, kNow);
    return fresh.Find("per_a")->assignment().end_cause();
  };
  EXPECT_EQ(cause(fits), v1::END_CAUSE_UNSPECIFIED);
  EXPECT_EQ(cause(Suspended("per_a")), v1::END_CAUSE_NOT_REGISTERED);
  registration::v1::Profile moved = fits;
  moved.set_area_codes(0, "310110002");
  EXPECT_EQ(cause(moved), v1::END_CAUSE_NOT_ELIGIBLE_AREA);
  registration::v1::Profile unskilled = fits;
  unskilled.clear_skills();
  EXPECT_EQ(cause(unskilled), v1::END_CAUSE_MISSING_SKILL);
  registration::v1::Profile revoked = fits;
  revoked.clear_credentials();
  EXPECT_EQ(cause(revoked), v1::END_CAUSE_MISSING_CREDENTIAL);
  registration::v1::Profile shortened = fits;
  *shortened.mutable_credentials(0)->mutable_expire_time() = ToTimestamp(kNow + hours(5));
  EXPECT_EQ(cause(shortened), v1::END_CAUSE_MISSING_CREDENTIAL);
  registration::v1::Profile other = fits;
  other.clear_categories();
  EXPECT_EQ(cause(other), v1::END_CAUSE_MISSING_CATEGORY);
  record_.mutable_task()->set_requester_id("per_shy");
  EXPECT_EQ(cause(fits), v1::END_CAUSE_KEPT_APART);
}

TEST_F(StandingTest, OffersAndPlacesOnTheWaitlistEndToo) {
  AddHeld("per_o");
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  const Effects offer = Judge(Suspended("per_o"));
  EXPECT_EQ(StateOf("per_o"), v1::ASSIGNMENT_STATE_RELEASED);
  EXPECT_TRUE(Cleared(offer, Timer("offer", "per_o")));
  EXPECT_EQ(task().held_count(), 0);
  Judge(Suspended("per_w"));
  EXPECT_EQ(StateOf("per_w"), v1::ASSIGNMENT_STATE_RELEASED);
  EXPECT_EQ(task().waitlist_count(), 0);
}

TEST_F(StandingTest, WorkUnderWayIsForACoordinatorToDecide) {
  State(v1::TASK_STATE_IN_SERVICE);
  Add("per_a", v1::ASSIGNMENT_STATE_SIGNED_IN);
  const Time now = kNow + hours(5);
  const Effects marked = Judge(Suspended("per_a"), now);
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_SIGNED_IN);
  EXPECT_EQ(CauseAt("per_a"), v1::END_CAUSE_NOT_REGISTERED);
  EXPECT_EQ(task().accepted_count(), 1);
  ASSERT_EQ(marked.events.size(), 1u);
  const auto& changed = marked.events[0].assignment_changed();
  EXPECT_EQ(changed.before(), v1::ASSIGNMENT_STATE_SIGNED_IN);
  EXPECT_EQ(changed.assignment().end_cause(), v1::END_CAUSE_NOT_REGISTERED);
  // Told once; taken back with the standing.
  EXPECT_TRUE(Judge(Suspended("per_a"), now).events.empty());
  EXPECT_EQ(Judge(ProfileOf("per_a"), now).events.size(), 1u);
  EXPECT_EQ(CauseAt("per_a"), v1::END_CAUSE_UNSPECIFIED);
}

TEST_F(StandingTest, WhoeverHasServedKeepsIt) {
  State(v1::TASK_STATE_IN_SERVICE);
  Add("per_in", v1::ASSIGNMENT_STATE_SIGNED_IN);
  Add("per_out", v1::ASSIGNMENT_STATE_SIGNED_OUT);
  EXPECT_TRUE(Judge(Suspended("per_out"), kNow + hours(5)).events.empty());
  EXPECT_EQ(StateOf("per_out"), v1::ASSIGNMENT_STATE_SIGNED_OUT);
}

TEST_F(StandingTest, ATaskThatHasEndedIsLeftToItsEnd) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  State(v1::TASK_STATE_CANCELLED);
  EXPECT_TRUE(Judge(Suspended("per_a")).events.empty());
  EXPECT_TRUE(Judge(Suspended("per_stranger")).events.empty());
}

// Sent away while others serve: the task must not wait for them.
TEST_F(StandingTest, TheLastOneStillToComeIsReleasedAndTheTaskIsServed) {
  State(v1::TASK_STATE_IN_SERVICE);
  Add("per_out", v1::ASSIGNMENT_STATE_SIGNED_OUT);
  Add("per_late", v1::ASSIGNMENT_STATE_ACCEPTED);
  Judge(Suspended("per_late"), kNow + hours(4) + minutes(10));
  EXPECT_EQ(task().state(), v1::TASK_STATE_SERVED);
}

TEST_F(StandingTest, WhoeverIsBackMayClaimAnewAndTheOldCauseIsGone) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  Judge(Suspended("per_a"));
  const registration::v1::Profile back = ProfileOf("per_a");
  ASSERT_EQ(Refusal(Do(Command(TakeKind::kClaim, back))), "OK");
  EXPECT_EQ(CauseAt("per_a"), v1::END_CAUSE_UNSPECIFIED);
}

}  // namespace
}  // namespace baodao::dispatch
