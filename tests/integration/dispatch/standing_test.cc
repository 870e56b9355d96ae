// Standing that ends after the claim.
#include "common/testing/matchers.h"
#include "services/dispatch/app/presence.h"
#include "tests/integration/dispatch/handlers_fixture.h"

namespace baodao::dispatch {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class StandingsTest : public HandlersTest {
 protected:
  // The id of a task that serves a need of theirs.
  std::string PublishFor(const std::string& requester) {
    v1::PublishTaskRequest request = NewTask(hours(3), 1, 3);
    request.set_requester_id(requester);
    request.set_need_id("ned_01JWN8Z0000000000000000001");
    request.set_need_attempt(1);
    return Ok(replicas_[0]->tasks.PublishTask(Lists(), request)).task_id();
  }
  // Registration answers this from now on; no replica has heard of it.
  registration::v1::Profile Change(const std::string& person, bool registered) {
    registration::v1::Profile profile = *Run(replicas_[0]->source.Get({}, person));
    profile.set_version(profile.version() + 1);
    profile.clear_area_codes();
    if (registered) profile.add_area_codes("310110001");
    for (auto& replica : replicas_) replica->source.people[person] = profile;
    return profile;
  }
  static events::Delivery ProfileEvent(registration::v1::Profile profile, bool narrowed = true) {
    events::Delivery delivery;
    delivery.service = "registration";
    delivery.id = "1748736000000-1";
    *delivery.event.mutable_profile_changed()->mutable_profile() = std::move(profile);
    delivery.event.mutable_profile_changed()->set_narrowed(narrowed);
    return delivery;
  }
  static events::Delivery LossEvent(const std::string& person) {
    events::Delivery delivery;
    delivery.service = "registration";
    delivery.id = "1748736000000-0";
    auto& changed = *delivery.event.mutable_registration_changed();
    changed.mutable_registration()->set_subject_id(person);
    changed.mutable_registration()->set_state(registration::v1::REGISTRATION_STATE_SUSPENDED);
    changed.set_before(registration::v1::REGISTRATION_STATE_ACTIVE);
    return delivery;
  }
  // As both events of one suspension, handled by the second replica; the first has not heard.
  void Suspend(const std::string& person) {
    const auto profile = Change(person, false);
    ASSERT_THAT(Run(replicas_[1]->standings.OnEvent(LossEvent(person))), testing::IsOk());
    ASSERT_THAT(Run(replicas_[1]->standings.OnEvent(ProfileEvent(profile))), testing::IsOk());
  }
  // The second looks that wait for somebody.
  std::vector<timers::Timer> ArmedFor(const std::string& person) {
    const int shard = replicas_[0]->app.keys.ShardOf(person);
    const auto found =
        Run(replicas_[0]->store.RangeIndex(replicas_[0]->app.keys.base().Timers(shard), {}));
    std::vector<timers::Timer> armed;
    for (const store::ScoredMember& one : *found) {
      for (const std::string_view kind : {kStandingTimer, kProfileTimer}) {
        if (!one.member.starts_with(std::string(kind) + "|" + person)) continue;
        timers::Timer& timer = armed.emplace_back();
        timer.kind = kind;
        timer.id = person;
        timer.member = one.member;
        timer.shard = shard;
      }
    }
    return armed;
  }
  v1::Assignment On(const std::string& task, const std::string& person) {
    const auto record = Run(replicas_[1]->app.tasks.ReadAssignment(task, person));
    EXPECT_THAT(record, testing::IsOk());
    return record.ok() ? record->assignment() : v1::Assignment();
  }
  std::string ContactAt(int replica, const std::string& person, const std::string& task) {
    v1::GetTaskContactRequest request;
    request.set_task_id(task);
    Replica& at = *replicas_[static_cast<size_t>(replica)];
    const auto seen = Run(at.tasks.GetTaskContact(As(person), request));
    return seen.ok() ? seen->phone() : Why(seen.status());
  }
  v1::SignRequest Code(const std::string& task, const std::string& id) {
    return SignBy(task, SignCode(CodeKey(ring_, task, 0), SystemClock().Now()), id);
  }
};

TEST_F(StandingsTest, WhatWasAcceptedIsReleasedAndOthersTakeOver) {
  const std::string person = NewPerson();
  const std::string next = NewPerson();
  const std::string task = Publish(NewTask(hours(3), 1, 1)).task_id();
  const std::string later = Publish(NewTask(hours(30), 1, 2)).task_id();
  ASSERT_THAT(Run(Claim(0, person, task, "c1")), testing::IsOk());
  ASSERT_THAT(Run(Claim(0, person, later, "c2")), testing::IsOk());
  ASSERT_THAT(Run(Claim(0, next, task, "c3")), testing::IsOk());
  EXPECT_EQ(ContactAt(0, person, task), "13800001234");
  Suspend(person);
  for (const std::string& id : {task, later}) {
    EXPECT_EQ(On(id, person).state(), v1::ASSIGNMENT_STATE_RELEASED);
    EXPECT_EQ(On(id, person).end_cause(), v1::END_CAUSE_NOT_REGISTERED);
  }
  EXPECT_EQ(CalendarOf(person).entries_size(), 0);
  EXPECT_EQ(ContactAt(1, person, task), "PERMISSION_DENIED");
  EXPECT_EQ(Get(later).state(), v1::TASK_STATE_OPEN);
  RunTimersUntil([&] { return On(task, next).state() == v1::ASSIGNMENT_STATE_OFFERED; });
  EXPECT_TRUE(On(task, next).holds_slot());
  // Back in good standing they may start anew.
  ASSERT_THAT(Run(replicas_[0]->standings.OnEvent(ProfileEvent(Change(person, true), false))),
              testing::IsOk());
  EXPECT_THAT(Run(Claim(0, person, later, "c4")), testing::IsOk());
}

// Between the suspension and the follower; and where the follower leaves the work to a coordinator.
TEST_F(StandingsTest, ContactAndSignInAreJudgedAtTheMomentOfTheCall) {
  const std::string person = NewPerson();
  const std::string task = Publish(NewTask(minutes(10), 1, 2)).task_id();
  ASSERT_THAT(Run(Claim(0, person, task, "c")), testing::IsOk());
  replicas_[0]->profiles.Apply(Change(person, false));
  EXPECT_EQ(ContactAt(0, person, task), "NOT_REGISTERED");
  EXPECT_EQ(Why(Run(replicas_[0]->assignments.SignIn(As(person), Code(task, "s1"))).status()),
            "NOT_REGISTERED");
  v1::SignRequest by_coordinator = SignBy(task, "", "s2");
  by_coordinator.set_person_id(person);
  EXPECT_EQ(Why(Run(replicas_[0]->assignments.SignIn(Coordinator(), by_coordinator)).status()),
            "NOT_REGISTERED");
  // A replica that has only heard of the suspension asks before it refuses.
  Change(person, true);
  EXPECT_EQ(ContactAt(0, person, task), "13800001234");
  EXPECT_THAT(Run(replicas_[0]->assignments.SignIn(As(person), Code(task, "s3"))), testing::IsOk());
}

TEST_F(StandingsTest, WhoeverWasLetGoIsToldWhyTheyCannotSignIn) {
  const std::string person = NewPerson();
  const std::string task = Publish(NewTask(minutes(10), 1, 2)).task_id();
  ASSERT_THAT(Run(Claim(0, person, task, "c")), testing::IsOk());
  Suspend(person);
  EXPECT_EQ(Why(Run(replicas_[1]->assignments.SignIn(As(person), Code(task, "s"))).status()),
            "NOT_REGISTERED");
}

TEST_F(StandingsTest, WorkUnderWayGoesOnUntilACoordinatorDecides) {
  const std::string person = NewPerson();
  const std::string task = Publish(NewTask(minutes(10), 1, 2)).task_id();
  ASSERT_THAT(Run(Claim(0, person, task, "c")), testing::IsOk());
  ASSERT_THAT(Run(replicas_[0]->assignments.SignIn(As(person), Code(task, "in"))), testing::IsOk());
  Suspend(person);
  EXPECT_EQ(On(task, person).state(), v1::ASSIGNMENT_STATE_SIGNED_IN);
  EXPECT_EQ(On(task, person).end_cause(), v1::END_CAUSE_NOT_REGISTERED);
  EXPECT_EQ(ContactAt(1, person, task), "NOT_REGISTERED");
  v1::SignRequest out = SignBy(task, "", "out");
  out.set_person_id(person);
  const auto signed_out = Run(replicas_[1]->assignments.SignOut(Coordinator(), out));
  ASSERT_THAT(signed_out, testing::IsOk());
}

TEST_F(StandingsTest, WhatIsRegainedLiftsTheMarkAtOnceAndNeedsNoSecondLook) {
  const std::string person = NewPerson();
  const std::string task = Publish(NewTask(minutes(10), 1, 2)).task_id();
  ASSERT_THAT(Run(Claim(0, person, task, "c")), testing::IsOk());
  ASSERT_THAT(Run(replicas_[0]->assignments.SignIn(As(person), Code(task, "in"))), testing::IsOk());
  Suspend(person);
  ASSERT_EQ(On(task, person).end_cause(), v1::END_CAUSE_NOT_REGISTERED);
  const size_t armed = ArmedFor(person).size();
  events::Delivery regained = ProfileEvent(Change(person, true), false);
  regained.id = "1748736000000-2";
  ASSERT_THAT(Run(replicas_[1]->standings.OnEvent(regained)), testing::IsOk());
  EXPECT_EQ(On(task, person).end_cause(), v1::END_CAUSE_UNSPECIFIED);
  EXPECT_EQ(ArmedFor(person).size(), armed);
}

TEST_F(StandingsTest, ThePersonThemselvesMaySignOut) {
  const std::string person = NewPerson();
  const std::string task = Publish(NewTask(minutes(10), 1, 2)).task_id();
  ASSERT_THAT(Run(Claim(0, person, task, "c")), testing::IsOk());
  ASSERT_THAT(Run(replicas_[0]->assignments.SignIn(As(person), Code(task, "in"))), testing::IsOk());
  Suspend(person);
  const auto out = Run(replicas_[1]->assignments.SignOut(As(person), Code(task, "out")));
  EXPECT_THAT(out, testing::IsOk());
}

TEST_F(StandingsTest, OffersAndPlacesOnTheWaitlistEndToo) {
  const std::string person = NewPerson();
  const std::string full = Publish(NewTask(hours(3), 1, 1)).task_id();
  const std::string open = Publish(NewTask(hours(30), 1, 1)).task_id();
  ASSERT_THAT(Run(Claim(0, NewPerson(), full, "c1")), testing::IsOk());
  ASSERT_EQ(Run(Claim(0, person, full, "c2"))->state(), v1::ASSIGNMENT_STATE_WAITLISTED);
  v1::OfferTaskRequest offer;
  offer.set_request_id("o");
  offer.set_task_id(open);
  offer.set_person_id(person);
  ASSERT_THAT(Run(replicas_[0]->assignments.OfferTask(Coordinator(), offer)), testing::IsOk());
  Suspend(person);
  EXPECT_EQ(On(full, person).state(), v1::ASSIGNMENT_STATE_RELEASED);
  EXPECT_EQ(On(open, person).state(), v1::ASSIGNMENT_STATE_RELEASED);
  EXPECT_TRUE(Run(replicas_[0]->app.tasks.ListAsked(person))->empty());
}

TEST_F(StandingsTest, OffersEndWithTheCategoryTheyWereMadeOn) {
  const std::string person = NewPerson();
  registration::v1::Profile profile = Change(person, true);
  profile.add_categories("party_member");
  for (auto& replica : replicas_) {
    replica->source.people[person] = profile;
    replica->profiles.Apply(profile);
  }
  auto request = NewTask(hours(30), 1, 1);
  request.add_categories("party_member");
  const std::string task = Publish(request).task_id();
  v1::OfferTaskRequest offer;
  offer.set_request_id("o");
  offer.set_task_id(task);
  offer.set_person_id(person);
  ASSERT_THAT(Run(replicas_[0]->assignments.OfferTask(Coordinator(), offer)), testing::IsOk());
  profile.set_version(profile.version() + 1);
  profile.clear_categories();
  for (auto& replica : replicas_) replica->source.people[person] = profile;
  events::Delivery revoked;
  revoked.service = "registration";
  revoked.id = "1748736000000-0";
  revoked.event.mutable_category_revoked()->set_person_id(person);
  ASSERT_THAT(Run(replicas_[1]->standings.OnEvent(revoked)), testing::IsOk());
  EXPECT_EQ(On(task, person).state(), v1::ASSIGNMENT_STATE_RELEASED);
  EXPECT_EQ(On(task, person).end_cause(), v1::END_CAUSE_MISSING_CATEGORY);
}

// Either one's wish ends it: the volunteer's own is on their calendar, the requester's on that of
// whomever they name.
TEST_F(StandingsTest, ABlockEndsWhatItForbids) {
  const std::string requester = NewPerson();
  const std::string volunteer = NewPerson();
  const std::string other = NewPerson();
  const std::string task = PublishFor(requester);
  ASSERT_THAT(Run(Claim(0, volunteer, task, "c1")), testing::IsOk());
  ASSERT_THAT(Run(Claim(0, other, task, "c2")), testing::IsOk());
  registration::v1::Profile blocks = Change(requester, true);
  blocks.add_blocked_person_ids(volunteer);
  ASSERT_THAT(Run(replicas_[1]->standings.OnEvent(ProfileEvent(blocks))), testing::IsOk());
  EXPECT_EQ(On(task, volunteer).end_cause(), v1::END_CAUSE_KEPT_APART);
  EXPECT_EQ(On(task, other).state(), v1::ASSIGNMENT_STATE_ACCEPTED);
  registration::v1::Profile own = Change(other, true);
  own.add_blocked_person_ids(requester);
  for (auto& replica : replicas_) replica->source.people[other] = own;
  ASSERT_THAT(Run(replicas_[1]->standings.OnEvent(ProfileEvent(own))), testing::IsOk());
  EXPECT_EQ(On(task, other).end_cause(), v1::END_CAUSE_KEPT_APART);
  // That somebody keeps apart from them, or was suspended, is not the requester's to read.
  v1::ListTaskAssignmentsRequest list;
  list.set_task_id(task);
  const auto mine =
      Run(replicas_[1]->assignments.ListTaskAssignments(As(requester), list))->assignments();
  ASSERT_EQ(mine.size(), 2);
  for (const v1::Assignment& assignment : mine) {
    EXPECT_EQ(assignment.state(), v1::ASSIGNMENT_STATE_RELEASED);
    EXPECT_EQ(assignment.end_cause(), v1::END_CAUSE_UNSPECIFIED);
  }
  const auto all =
      Run(replicas_[1]->assignments.ListTaskAssignments(Coordinator(), list))->assignments();
  for (const v1::Assignment& assignment : all) {
    EXPECT_EQ(assignment.end_cause(), v1::END_CAUSE_KEPT_APART);
  }
}

// The claim was decided on a replica that had not heard of it.
TEST_F(StandingsTest, ABlockIsLookedAtOnceMoreToo) {
  const std::string requester = NewPerson();
  const std::string volunteer = NewPerson();
  const std::string task = PublishFor(requester);
  registration::v1::Profile blocks = Change(requester, true);
  blocks.add_blocked_person_ids(volunteer);
  for (auto& replica : replicas_) replica->source.people[requester] = blocks;
  ASSERT_THAT(Run(replicas_[1]->standings.OnEvent(ProfileEvent(blocks))), testing::IsOk());
  ASSERT_THAT(Run(Claim(0, volunteer, task, "c")), testing::IsOk());
  const std::vector<timers::Timer> armed = ArmedFor(requester);
  ASSERT_EQ(armed.size(), 1u);
  ASSERT_THAT(Run(replicas_[1]->standings.LookAgain(armed[0])), testing::IsOk());
  EXPECT_EQ(On(task, volunteer).end_cause(), v1::END_CAUSE_KEPT_APART);
  EXPECT_TRUE(ArmedFor(requester).empty());
}

TEST_F(StandingsTest, ASkillThatIsGoneIsLookedAtOnceMore) {
  const std::string person = NewPerson();
  v1::PublishTaskRequest request = NewTask(hours(3), 1, 2);
  request.add_skills("first_aid");
  registration::v1::Profile skilled = Change(person, true);
  skilled.add_skills("first_aid");
  for (auto& replica : replicas_) replica->source.people[person] = skilled;
  const std::string task = Publish(request).task_id();
  const auto unskilled = [&] {
    registration::v1::Profile profile = skilled;
    profile.set_version(skilled.version() + 1);
    profile.clear_skills();
    return profile;
  }();
  replicas_[0]->profiles.Apply(skilled);
  for (auto& replica : replicas_) replica->source.people[person] = unskilled;
  ASSERT_THAT(Run(replicas_[1]->standings.OnEvent(ProfileEvent(unskilled))), testing::IsOk());
  ASSERT_THAT(Run(Claim(0, person, task, "c")), testing::IsOk());
  const std::vector<timers::Timer> armed = ArmedFor(person);
  ASSERT_EQ(armed.size(), 1u);
  ASSERT_THAT(Run(replicas_[1]->standings.LookAgain(armed[0])), testing::IsOk());
  EXPECT_EQ(On(task, person).end_cause(), v1::END_CAUSE_MISSING_SKILL);
}

// The event comes an hour late, after an outage: by then they are back.
TEST_F(StandingsTest, ALateEventIsJudgedByWhatIsTrueNow) {
  const std::string person = NewPerson();
  const std::string task = Publish(NewTask(hours(3), 1, 2)).task_id();
  const auto suspended = Change(person, false);
  Change(person, true);
  ASSERT_THAT(Run(Claim(0, person, task, "c")), testing::IsOk());
  ASSERT_THAT(Run(replicas_[1]->standings.OnEvent(ProfileEvent(suspended))), testing::IsOk());
  EXPECT_EQ(On(task, person).state(), v1::ASSIGNMENT_STATE_ACCEPTED);
}

TEST_F(StandingsTest, ALossIsLookedAtOnceMoreAndLeavesNothingBehind) {
  const std::string person = NewPerson();
  Suspend(person);
  const std::vector<timers::Timer> armed = ArmedFor(person);
  ASSERT_EQ(armed.size(), 2u);  // of the loss, and of the profile that came with it
  const std::string task = Publish(NewTask(hours(3), 1, 2)).task_id();
  // A replica that has not heard puts them on meanwhile.
  replicas_[0]->source.people.erase(person);
  ASSERT_THAT(Run(Claim(0, person, task, "c")), testing::IsOk());
  for (const timers::Timer& timer : armed) {
    ASSERT_THAT(Run(replicas_[1]->standings.LookAgain(timer)), testing::IsOk());
    EXPECT_EQ(On(task, person).state(), v1::ASSIGNMENT_STATE_RELEASED);
  }
  EXPECT_TRUE(ArmedFor(person).empty());
}

// Nobody is let go for an area that this replica has not heard of.
TEST_F(StandingsTest, AnAreaThatIsNotKnownHereYetIsNoReason) {
  const std::string person = NewPerson();
  const std::string task = Publish(NewTask(hours(3), 1, 2)).task_id();
  ASSERT_THAT(Run(Claim(0, person, task, "c")), testing::IsOk());
  registration::v1::Profile moved = Change(person, false);
  moved.add_area_codes("310110001009");
  for (auto& replica : replicas_) replica->source.people[person] = moved;
  EXPECT_EQ(Why(Run(replicas_[1]->standings.OnEvent(ProfileEvent(moved)))), "NOT_READY");
  EXPECT_EQ(On(task, person).state(), v1::ASSIGNMENT_STATE_ACCEPTED);
}

}  // namespace
}  // namespace baodao::dispatch
