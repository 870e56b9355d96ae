// Who hears what of which event.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "common/clock/timestamp.h"
#include "services/inbox/domain/kinds.h"
#include "services/inbox/domain/notice.h"
#include "services/inbox/domain/render.h"

namespace baodao::inbox {
namespace {

constexpr Time kNow{Millis(1'748'736'000'000)};

// "kind → recipient" of everything told, in order.
std::vector<std::string> Told(const events::v1::Event& event) {
  std::vector<std::string> told;
  const std::vector<std::string_view> kinds = Kinds();
  for (const Notice& notice : NoticesOf(event)) {
    // Notices that only end others have a test of their own.
    if (notice.record.kind().empty() && !notice.forget_reminder) continue;
    // Everything told has words.
    EXPECT_TRUE(notice.record.kind().empty() ||
                std::ranges::count(kinds, notice.record.kind()) == 1)
        << notice.record.kind();
    const char* to = notice.to.kind == Recipient::Kind::kArea      ? "area "
                     : notice.to.kind == Recipient::Kind::kLiaison ? "liaison "
                                                                   : "";
    told.push_back(notice.record.kind() + " → " + to + notice.to.id);
  }
  return told;
}

using Lines = std::vector<std::string>;

events::v1::Event EventBy(const std::string& actor) {
  events::v1::Event event;
  event.set_actor_id(actor);
  *event.mutable_time() = ToTimestamp(kNow);
  return event;
}

events::v1::Event Registered(registration::v1::RegistrationState before,
                             registration::v1::RegistrationState after,
                             const std::string& subject = "per_v") {
  events::v1::Event event = EventBy("per_c");
  auto* changed = event.mutable_registration_changed();
  changed->mutable_registration()->set_registration_id("reg_1");
  changed->mutable_registration()->set_subject_id(subject);
  changed->mutable_registration()->set_area_code("310110009001");
  changed->mutable_registration()->set_state(after);
  changed->set_before(before);
  changed->set_liaison_id(subject.starts_with("unt_") ? "per_l" : "");
  return event;
}

TEST(Notices, OfRegistrations) {
  using namespace registration::v1;  // NOLINT
  EXPECT_EQ(Told(Registered(REGISTRATION_STATE_UNSPECIFIED, REGISTRATION_STATE_PENDING)),
            (Lines{"registration_pending → area 310110009001", "registration_entered → per_v"}));
  EXPECT_EQ(Told(Registered(REGISTRATION_STATE_UNSPECIFIED, REGISTRATION_STATE_PENDING, "per_c")),
            Lines{"registration_pending → area 310110009001"});
  EXPECT_EQ(Told(Registered(REGISTRATION_STATE_PENDING, REGISTRATION_STATE_ACTIVE)),
            Lines{"registration_active → per_v"});
  EXPECT_EQ(Told(Registered(REGISTRATION_STATE_PENDING, REGISTRATION_STATE_REJECTED)),
            Lines{"registration_rejected → per_v"});
  EXPECT_EQ(Told(Registered(REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_SUSPENDED)),
            Lines{"registration_suspended → per_v"});
  EXPECT_EQ(Told(Registered(REGISTRATION_STATE_SUSPENDED, REGISTRATION_STATE_ACTIVE)),
            Lines{"registration_resumed → per_v"});
  EXPECT_EQ(Told(Registered(REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_ENDED)),
            Lines{"registration_ended → per_v"});
  EXPECT_EQ(Told(Registered(REGISTRATION_STATE_PENDING, REGISTRATION_STATE_ACTIVE, "unt_1")),
            Lines{"registration_active → liaison unt_1"});
  EXPECT_TRUE(Told(Registered(REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_ACTIVE)).empty());
  // Who withdraws does not have to be told, but the coordinators do.
  EXPECT_EQ(Told(Registered(REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_ENDED, "per_c")),
            Lines{"registration_left → area 310110009001"});
}

TEST(Notices, AUnitHearsWhoComesThroughItAndWhoGoes) {
  using namespace registration::v1;  // NOLINT
  const auto through = [](RegistrationState before, RegistrationState after) {
    events::v1::Event event = Registered(before, after);
    event.mutable_registration_changed()->mutable_registration()->set_through_unit_id("unt_1");
    return Told(event).back();
  };
  EXPECT_EQ(through(REGISTRATION_STATE_PENDING, REGISTRATION_STATE_ACTIVE),
            "unit_member_joined → liaison unt_1");
  EXPECT_EQ(through(REGISTRATION_STATE_SUSPENDED, REGISTRATION_STATE_ACTIVE),
            "registration_resumed → per_v");
  EXPECT_EQ(through(REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_ENDED),
            "unit_member_left → liaison unt_1");
}

TEST(Notices, OfLiaisonsAndMembers) {
  const auto step = [](events::v1::LiaisonStep to, const std::string& actor) {
    events::v1::Event event = EventBy(actor);
    auto* changed = event.mutable_unit_liaison_changed();
    changed->set_unit_id("unt_1");
    changed->set_area_code("310110");
    changed->set_person_id("per_n");
    changed->set_proposer_id("per_l");
    changed->set_step(to);
    return Told(event);
  };
  EXPECT_EQ(step(events::v1::LIAISON_STEP_PROPOSED, "per_l"),
            Lines{"unit_liaison_proposed → area 310110"});
  EXPECT_EQ(step(events::v1::LIAISON_STEP_ADDED, "per_c"),
            (Lines{"unit_liaison_added → per_n", "unit_liaison_answered → per_l"}));
  EXPECT_EQ(step(events::v1::LIAISON_STEP_REMOVED, "per_c"),
            (Lines{"unit_liaison_removed → per_n", "unit_liaison_answered → per_l"}));
  EXPECT_EQ(step(events::v1::LIAISON_STEP_DROPPED, "registration"),
            Lines{"unit_liaison_answered → per_l"});
  events::v1::Event member = EventBy("per_l");
  member.mutable_unit_member_changed()->set_unit_id("unt_1");
  member.mutable_unit_member_changed()->set_person_id("per_v");
  EXPECT_EQ(Told(member), Lines{"unit_membership_ended → per_v"});
  member.mutable_unit_member_changed()->set_confirmed(true);
  EXPECT_EQ(Told(member), Lines{"unit_membership_confirmed → per_v"});
}

TEST(Notices, OfClaimsByUnits) {
  using namespace dispatch::v1;  // NOLINT
  const auto claim = [](UnitClaimState before, UnitClaimState after) {
    events::v1::Event event = EventBy("per_l");
    auto* changed = event.mutable_unit_claim_changed();
    changed->mutable_claim()->set_unit_id("unt_1");
    changed->mutable_claim()->set_state(after);
    changed->set_before(before);
    changed->mutable_task()->set_requester_id("per_r");
    changed->mutable_task()->set_area_code("310110009001");
    return Told(event);
  };
  EXPECT_EQ(claim(UNIT_CLAIM_STATE_UNSPECIFIED, UNIT_CLAIM_STATE_OPEN),
            Lines{"unit_claimed → per_r"});
  EXPECT_TRUE(claim(UNIT_CLAIM_STATE_OPEN, UNIT_CLAIM_STATE_OPEN).empty());
  for (const auto after : {UNIT_CLAIM_STATE_NAMED, UNIT_CLAIM_STATE_LAPSED,
                           UNIT_CLAIM_STATE_WITHDRAWN, UNIT_CLAIM_STATE_RELEASED}) {
    EXPECT_EQ(claim(UNIT_CLAIM_STATE_OPEN, after), Lines{"unit_claim_settled → liaison unt_1"});
  }
  EXPECT_EQ(claim(UNIT_CLAIM_STATE_NAMED, UNIT_CLAIM_STATE_REPORTED),
            Lines{"unit_claim_reported → liaison unt_1"});
}

TEST(Notices, ARegistrationSaysWhyItEnded) {
  using namespace registration::v1;  // NOLINT
  const auto ended = [](RegistrationEndReason reason) {
    events::v1::Event event = Registered(REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_ENDED);
    event.set_actor_id("registration");
    event.mutable_registration_changed()->mutable_registration()->set_end_reason(reason);
    return Told(event);
  };
  EXPECT_EQ(ended(REGISTRATION_END_REASON_TRANSFERRED), Lines{"registration_transferred → per_v"});
  EXPECT_EQ(ended(REGISTRATION_END_REASON_EXPIRED),
            (Lines{"registration_left → area 310110009001", "registration_expired → per_v"}));
  EXPECT_EQ(ended(REGISTRATION_END_REASON_LAPSED),
            (Lines{"registration_unreviewed → area 310110009001", "registration_lapsed → per_v"}));
}

// A suspension's comment was once dropped, though the request has one.
TEST(Notices, TheCommentOfAChangeOfARegistrationIsPassedOn) {
  using namespace registration::v1;  // NOLINT
  const auto comment = [](RegistrationState before, RegistrationState after) {
    events::v1::Event event = Registered(before, after);
    auto* registration = event.mutable_registration_changed()->mutable_registration();
    registration->set_review_comment("欢迎");
    registration->set_change_comment("多次缺席");
    const std::vector<Notice> notices = NoticesOf(event);
    return notices.back().record.params().at("comment");
  };
  EXPECT_EQ(comment(REGISTRATION_STATE_PENDING, REGISTRATION_STATE_ACTIVE), "欢迎");
  EXPECT_EQ(comment(REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_SUSPENDED), "多次缺席");
  EXPECT_EQ(comment(REGISTRATION_STATE_SUSPENDED, REGISTRATION_STATE_ACTIVE), "多次缺席");
  EXPECT_EQ(comment(REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_ENDED), "多次缺席");
}

TEST(Notices, OfCredentials) {
  events::v1::Event event = EventBy("per_c");
  event.mutable_credential_changed()->set_person_id("per_v");
  event.mutable_credential_changed()->set_granted(true);
  EXPECT_EQ(Told(event), Lines{"credential_granted → per_v"});
  event.mutable_credential_changed()->set_granted(false);
  event.mutable_credential_changed()->set_reason("证书造假");
  EXPECT_EQ(Told(event), Lines{"credential_revoked → per_v"});
  EXPECT_EQ(NoticesOf(event)[0].record.params().at("reason"), "证书造假");
}

events::v1::Event Applied(registration::v1::VerificationState before,
                          registration::v1::VerificationState after, const std::string& actor,
                          const std::string& nominator = "") {
  events::v1::Event event = EventBy(actor);
  auto* changed = event.mutable_verification_changed();
  auto* verification = changed->mutable_verification();
  verification->set_verification_id("vrf_1");
  verification->set_person_id("per_v");
  verification->set_unit_id("unt_1");
  verification->set_area_code("310110009001");
  verification->set_category("party_member");
  verification->set_state(after);
  verification->set_applicant_id(nominator.empty() ? "per_v" : nominator);
  verification->set_source(nominator.empty() ? registration::v1::VERIFICATION_SOURCE_SELF_APPLIED
                                             : registration::v1::VERIFICATION_SOURCE_NOMINATED);
  changed->set_before(before);
  return event;
}

TEST(Notices, OfApplicationsForVerification) {
  using namespace registration::v1;  // NOLINT
  const auto kNew = VERIFICATION_STATE_UNSPECIFIED;
  const auto kPending = VERIFICATION_STATE_PENDING;
  EXPECT_EQ(Told(Applied(kNew, kPending, "per_v")),
            (Lines{"verification_pending → area 310110009001",
                   "verification_of_member → liaison unt_1"}));
  EXPECT_EQ(Told(Applied(kNew, kPending, "per_l", "per_l")),
            (Lines{"verification_pending → area 310110009001", "verification_nominated → per_v"}));
  EXPECT_EQ(Told(Applied(kPending, VERIFICATION_STATE_APPROVED, "per_c")),
            Lines{"verification_approved → per_v"});
  EXPECT_EQ(Told(Applied(kPending, VERIFICATION_STATE_REJECTED, "per_c", "per_l")),
            (Lines{"verification_rejected → per_v", "verification_rejected → per_l"}));
  EXPECT_TRUE(Told(Applied(kPending, VERIFICATION_STATE_WITHDRAWN, "per_v")).empty());
  EXPECT_EQ(Told(Applied(kPending, VERIFICATION_STATE_WITHDRAWN, "per_v", "per_l")),
            Lines{"verification_withdrawn → per_l"});
  EXPECT_EQ(Told(Applied(kPending, VERIFICATION_STATE_LAPSED, "registration")),
            (Lines{"verification_unanswered → area 310110009001", "verification_lapsed → per_v"}));
  // The person hears of the credential itself.
  events::v1::Event credential = Applied(kPending, VERIFICATION_STATE_APPROVED, "per_c", "per_l");
  credential.mutable_verification_changed()->mutable_verification()->clear_category();
  credential.mutable_verification_changed()->mutable_verification()->set_credential_kind("nurse");
  EXPECT_EQ(Told(credential), Lines{"verification_approved → per_l"});
}

TEST(Notices, OfCategoriesRevokedAndCredentialsThatExpire) {
  events::v1::Event revoked = EventBy("per_c");
  revoked.mutable_category_revoked()->set_person_id("per_v");
  revoked.mutable_category_revoked()->set_reason("组织关系已转出");
  EXPECT_EQ(Told(revoked), Lines{"category_revoked → per_v"});
  EXPECT_EQ(NoticesOf(revoked)[0].record.params().at("reason"), "组织关系已转出");
  events::v1::Event expiring = EventBy("registration");
  expiring.mutable_credential_expiring()->set_person_id("per_v");
  auto* credential = expiring.mutable_credential_expiring()->mutable_credential();
  credential->set_kind("nurse");
  *credential->mutable_expire_time() = ToTimestamp(kNow);
  EXPECT_EQ(Told(expiring), Lines{"credential_expiring → per_v"});
  EXPECT_EQ(NoticesOf(expiring)[0].record.params().at("expire"),
            std::to_string(kNow.time_since_epoch().count()));
}

events::v1::Event Needed(lists::v1::NeedState before, lists::v1::NeedState after,
                         const std::string& actor = "per_c") {
  events::v1::Event event = EventBy(actor);
  auto* changed = event.mutable_need_changed();
  changed->mutable_need()->set_need_id("ned_1");
  changed->mutable_need()->set_title("陪诊");
  changed->mutable_need()->set_area_code("310110009001");
  changed->mutable_need()->set_requester_id("per_r");
  changed->mutable_need()->set_state(after);
  changed->set_before(before);
  return event;
}

TEST(Notices, OfNeeds) {
  using namespace lists::v1;  // NOLINT
  EXPECT_EQ(Told(Needed(NEED_STATE_UNSPECIFIED, NEED_STATE_SUBMITTED, "per_r")),
            Lines{"need_pending → area 310110009001"});
  const std::vector<std::pair<NeedState, std::string>> plain = {
      {NEED_STATE_ACCEPTED, "need_accepted"}, {NEED_STATE_RETURNED, "need_returned"},
      {NEED_STATE_REJECTED, "need_rejected"}, {NEED_STATE_MERGED, "need_merged"},
      {NEED_STATE_MATCHED, "need_matched"},   {NEED_STATE_IN_PROGRESS, "need_in_progress"},
      {NEED_STATE_RESOLVED, "need_resolved"}, {NEED_STATE_CLOSED, "need_closed"},
  };
  for (const auto& [state, kind] : plain) {
    EXPECT_EQ(Told(Needed(NEED_STATE_SUBMITTED, state)), Lines{kind + " → per_r"});
  }
  EXPECT_EQ(Told(Needed(NEED_STATE_ACCEPTED, NEED_STATE_CANCELLED)),
            Lines{"need_cancelled → per_r"});
  EXPECT_EQ(Told(Needed(NEED_STATE_ACCEPTED, NEED_STATE_CANCELLED, "per_r")),
            Lines{"need_given_up → area 310110009001"});
  EXPECT_EQ(Told(Needed(NEED_STATE_ACCEPTED, NEED_STATE_EXPIRED, "lists")),
            (Lines{"need_passed → area 310110009001", "need_expired → per_r"}));
  EXPECT_EQ(Told(Needed(NEED_STATE_UNSPECIFIED, NEED_STATE_SUBMITTED)),
            (Lines{"need_pending → area 310110009001", "need_entered → per_r"}));
  EXPECT_TRUE(Told(Needed(NEED_STATE_RESOLVED, NEED_STATE_CLOSED, "per_r")).empty());
  EXPECT_TRUE(Told(Needed(NEED_STATE_MATCHED, NEED_STATE_MATCHED)).empty());
}

TEST(Notices, OfANeedThatWasEdited) {
  using namespace lists::v1;  // NOLINT
  const auto edited = [](NeedState state, const std::string& actor) {
    events::v1::Event event = Needed(state, state, actor);
    event.mutable_need_changed()->set_edited(true);
    return Told(event);
  };
  for (const NeedState state :
       {NEED_STATE_SUBMITTED, NEED_STATE_RETURNED, NEED_STATE_ACCEPTED, NEED_STATE_MATCHED}) {
    EXPECT_EQ(edited(state, "per_c"), Lines{"need_updated → per_r"}) << state;
  }
  for (const NeedState state : {NEED_STATE_ACCEPTED, NEED_STATE_MATCHED}) {
    EXPECT_EQ(edited(state, "per_r"), Lines{"need_revised → area 310110009001"}) << state;
  }
  EXPECT_TRUE(edited(NEED_STATE_SUBMITTED, "per_r").empty()) << "it is read at its review";
  events::v1::Event revised = Needed(NEED_STATE_ACCEPTED, NEED_STATE_SUBMITTED, "per_r");
  revised.mutable_need_changed()->set_edited(true);
  EXPECT_EQ(Told(revised), Lines{"need_pending → area 310110009001"});
}

// Nobody once heard that the task was gone of a need that was linked, too, and stayed MATCHED.
TEST(Notices, OfANeedThatLostItsTask) {
  using namespace lists::v1;  // NOLINT
  const std::vector<std::pair<NeedState, NeedState>> ways = {
      {NEED_STATE_MATCHED, NEED_STATE_ACCEPTED},
      {NEED_STATE_IN_PROGRESS, NEED_STATE_ACCEPTED},
      {NEED_STATE_MATCHED, NEED_STATE_MATCHED},
      {NEED_STATE_IN_PROGRESS, NEED_STATE_MATCHED},
      // It was gone before the need had heard of it.
      {NEED_STATE_ACCEPTED, NEED_STATE_ACCEPTED},
  };
  for (const auto& [before, after] : ways) {
    events::v1::Event event = Needed(before, after);
    event.mutable_need_changed()->set_lost_task_id("tsk_1");
    EXPECT_EQ(Told(event), (Lines{"need_unserved → area 310110009001", "need_reopened → per_r"}));
  }
}

TEST(Notices, WhoseNeedWasMergedIntoACancelledOneMayStillWantHelp) {
  using namespace lists::v1;  // NOLINT
  events::v1::Event event = Needed(NEED_STATE_ACCEPTED, NEED_STATE_CANCELLED, "per_r");
  event.mutable_need_changed()->add_merged()->set_requester_id("per_m");
  EXPECT_EQ(Told(event),
            (Lines{"need_given_up → area 310110009001", "need_merged_cancelled → per_m"}));
}

TEST(Notices, OfAProjectThatIsLate) {
  events::v1::Event event = EventBy("lists");
  event.mutable_project_changed()->set_before(lists::v1::PROJECT_STATE_CLAIMED);
  auto* project = event.mutable_project_changed()->mutable_project();
  project->set_state(lists::v1::PROJECT_STATE_CLAIMED);
  project->set_area_code("310110009001");
  project->set_proposer_id("per_p");
  project->set_unit_id("unt_1");
  EXPECT_EQ(Told(event),
            (Lines{"project_late → area 310110009001", "project_late → liaison unt_1"}));
}

events::v1::Event ProjectMoved(lists::v1::ProjectState from, lists::v1::ProjectState to) {
  events::v1::Event event = EventBy("lists");
  event.mutable_project_changed()->set_before(from);
  auto* project = event.mutable_project_changed()->mutable_project();
  project->set_state(to);
  project->set_area_code("310110009001");
  project->set_proposer_id("per_p");
  project->set_unit_id("unt_1");
  return event;
}

// Its liaison was told every month that it was late, who had done all there was to do.
TEST(Notices, OfACompletedProjectTheCoordinatorsAreReminded) {
  using namespace lists::v1;  // NOLINT
  EXPECT_EQ(Told(ProjectMoved(PROJECT_STATE_COMPLETED, PROJECT_STATE_COMPLETED)),
            (Lines{"project_completed → area 310110009001"}));
}

TEST(Notices, OfAProjectThatNobodyRated) {
  using namespace lists::v1;  // NOLINT
  events::v1::Event event = ProjectMoved(PROJECT_STATE_COMPLETED, PROJECT_STATE_EVALUATED);
  EXPECT_EQ(Told(event), (Lines{"project_unrated → area 310110009001", "project_unrated → per_p",
                                "project_unrated → liaison unt_1"}));
  event.set_actor_id("per_c");
  EXPECT_EQ(Told(event), (Lines{"project_evaluated → per_p", "project_evaluated → liaison unt_1"}));
}

TEST(Notices, OfAProjectUnderWayThatIsGivenBack) {
  using namespace lists::v1;  // NOLINT
  events::v1::Event event = ProjectMoved(PROJECT_STATE_IN_PROGRESS, PROJECT_STATE_APPROVED);
  event.set_actor_id("per_l");
  const std::vector<std::string> told = Told(event);
  EXPECT_EQ(std::ranges::count(told, "project_given_back → area 310110009001"), 1);
  EXPECT_EQ(std::ranges::count(told, "project_given_back → per_p"), 1);
}

TEST(Notices, OfResources) {
  const auto changed = [](lists::v1::ResourceState state, const std::string& actor) {
    events::v1::Event event = EventBy(actor);
    auto* resource = event.mutable_resource_changed()->mutable_resource();
    resource->set_resource_id("res_1");
    resource->set_area_code("310110009001");
    resource->set_owner_id("per_o");
    resource->set_state(state);
    return Told(event);
  };
  EXPECT_EQ(changed(lists::v1::RESOURCE_STATE_LISTED, "per_o"),
            Lines{"resource_listed → area 310110009001"});
  EXPECT_EQ(changed(lists::v1::RESOURCE_STATE_WITHDRAWN, "per_o"),
            Lines{"resource_gone → area 310110009001"});
  EXPECT_EQ(changed(lists::v1::RESOURCE_STATE_WITHDRAWN, "per_c"),
            Lines{"resource_withdrawn → per_o"});
  EXPECT_EQ(changed(lists::v1::RESOURCE_STATE_WITHDRAWN, "lists"),
            (Lines{"resource_gone → area 310110009001", "resource_expired → per_o"}));
}

TEST(Notices, WhatAnOwnerEditsIsNotListedAgain) {
  events::v1::Event event = EventBy("per_o");
  auto* changed = event.mutable_resource_changed();
  changed->mutable_resource()->set_state(lists::v1::RESOURCE_STATE_LISTED);
  changed->mutable_resource()->set_area_code("310110009001");
  changed->set_before(lists::v1::RESOURCE_STATE_LISTED);
  EXPECT_EQ(Told(event), Lines{});
}

events::v1::Event Booked(lists::v1::BookingState before, lists::v1::BookingState after,
                         const std::string& actor) {
  events::v1::Event event = EventBy(actor);
  auto* changed = event.mutable_booking_changed();
  changed->set_before(before);
  auto* booking = changed->mutable_booking();
  booking->set_booking_id("bkg_1");
  booking->set_resource_id("res_1");
  booking->set_owner_id("per_o");
  booking->set_person_id("per_p");
  booking->set_state(after);
  *booking->mutable_window()->mutable_start() =
      ToTimestamp(ToTime(event.time()) + std::chrono::hours(20));
  return event;
}

TEST(Notices, OfBookings) {
  using namespace lists::v1;  // NOLINT
  const auto told = [](BookingState before, BookingState after, const std::string& actor) {
    return Told(Booked(before, after, actor));
  };
  constexpr auto kNew = BOOKING_STATE_UNSPECIFIED;
  EXPECT_EQ(told(kNew, BOOKING_STATE_PENDING, "per_p"), Lines{"booking_requested → per_o"});
  EXPECT_EQ(told(kNew, BOOKING_STATE_CONFIRMED, "per_p"), Lines{"booking_made → per_o"});
  EXPECT_EQ(told(kNew, BOOKING_STATE_WAITLISTED, "per_p"), Lines{});
  EXPECT_EQ(told(BOOKING_STATE_WAITLISTED, BOOKING_STATE_CONFIRMED, "per_x"),
            (Lines{"booking_confirmed → per_p", "booking_made → per_o"}));
  EXPECT_EQ(told(BOOKING_STATE_WAITLISTED, BOOKING_STATE_PENDING, "lists"),
            (Lines{"booking_promoted → per_p", "booking_requested → per_o"}));
  EXPECT_EQ(told(BOOKING_STATE_PENDING, BOOKING_STATE_CONFIRMED, "per_o"),
            Lines{"booking_confirmed → per_p"});
  EXPECT_EQ(told(BOOKING_STATE_PENDING, BOOKING_STATE_REJECTED, "per_c"),
            Lines{"booking_rejected → per_p"});
  EXPECT_EQ(told(BOOKING_STATE_CONFIRMED, BOOKING_STATE_CANCELLED, "per_p"),
            Lines{"booking_gone → per_o"});
  EXPECT_EQ(told(BOOKING_STATE_CONFIRMED, BOOKING_STATE_CANCELLED, "per_c"),
            (Lines{"booking_cancelled → per_p", "booking_gone → per_o"}));
  EXPECT_EQ(told(BOOKING_STATE_CONFIRMED, BOOKING_STATE_CANCELLED, "lists"),
            Lines{"booking_cancelled → per_p"})
      << "with the resource";
  EXPECT_EQ(told(BOOKING_STATE_PENDING, BOOKING_STATE_LAPSED, "lists"),
            (Lines{"booking_lapsed → per_p", "booking_gone → per_o"}));
  EXPECT_EQ(told(BOOKING_STATE_WAITLISTED, BOOKING_STATE_LAPSED, "lists"),
            Lines{"booking_lapsed → per_p"});
  EXPECT_EQ(told(BOOKING_STATE_CONFIRMED, BOOKING_STATE_ATTENDED, "lists"), Lines{});
  EXPECT_EQ(told(BOOKING_STATE_CONFIRMED, BOOKING_STATE_NO_SHOW, "per_o"),
            Lines{"booking_missed → per_p"});
}

// What one person took back used to stand in for what another asked.
TEST(Notices, AnOwnerHearsOfEachPersonsBookingsApart) {
  using namespace lists::v1;  // NOLINT
  const events::v1::Event one = Booked(BOOKING_STATE_UNSPECIFIED, BOOKING_STATE_PENDING, "per_p");
  events::v1::Event other = one;
  other.mutable_booking_changed()->mutable_booking()->set_person_id("per_q");
  EXPECT_NE(NoticesOf(one).at(0).thing, NoticesOf(other).at(0).thing);
}

TEST(Notices, PeopleAreRemindedOfABookingThatHasNotBegun) {
  using namespace lists::v1;  // NOLINT
  events::v1::Event event = Booked(BOOKING_STATE_CONFIRMED, BOOKING_STATE_CONFIRMED, "lists");
  EXPECT_EQ(Told(event), Lines{"booking_reminder → per_p"});
  *event.mutable_time() = event.booking_changed().booking().window().start();
  EXPECT_EQ(Told(event), Lines{}) << "the timer was late";
}

TEST(Notices, TheLiaisonWhoActsForTheOwnerIsNotToldOfIt) {
  using namespace lists::v1;  // NOLINT
  events::v1::Event event = Booked(BOOKING_STATE_CONFIRMED, BOOKING_STATE_CANCELLED, "per_liaison");
  event.mutable_booking_changed()->mutable_booking()->set_owner_id("unt_1");
  EXPECT_EQ(Told(event), (Lines{"booking_cancelled → per_p", "booking_gone → liaison unt_1"}));
  event.mutable_booking_changed()->set_by_owner(true);
  EXPECT_EQ(Told(event), Lines{"booking_cancelled → per_p"});
}

TEST(Notices, WhoseNeedWasMergedHearsTheOutcomeInTheirOwnWords) {
  using namespace lists::v1;  // NOLINT
  for (const auto& [state, kind] :
       std::vector<std::pair<NeedState, std::string>>{{NEED_STATE_RESOLVED, "need_resolved"},
                                                      {NEED_STATE_CLOSED, "need_closed"},
                                                      {NEED_STATE_REJECTED, "need_rejected"}}) {
    events::v1::Event event = Needed(NEED_STATE_MATCHED, state, "per_r");
    Need* merged = event.mutable_need_changed()->add_merged();
    merged->set_need_id("ned_2");
    merged->set_title("看病");
    merged->set_requester_id("per_m");
    EXPECT_EQ(Told(event), Lines{kind + " → per_m"});
    const Notice notice = NoticesOf(event)[0];
    EXPECT_EQ(notice.record.subject_id(), "ned_2");
    EXPECT_EQ(notice.record.params().at("need"), "看病");
  }
}

events::v1::Event Assigned(dispatch::v1::AssignmentState before,
                           dispatch::v1::AssignmentState after, const std::string& actor) {
  events::v1::Event event = EventBy(actor);
  auto* changed = event.mutable_assignment_changed();
  changed->mutable_assignment()->set_task_id("tsk_1");
  changed->mutable_assignment()->set_person_id("per_v");
  changed->mutable_assignment()->set_state(after);
  changed->set_before(before);
  auto* task = changed->mutable_task();
  task->set_title("陪诊");
  task->set_area_code("310110009001");
  task->set_requester_id("per_r");
  task->set_state(dispatch::v1::TASK_STATE_OPEN);
  task->set_before(dispatch::v1::TASK_STATE_OPEN);
  *task->mutable_start_time() = ToTimestamp(kNow + std::chrono::hours(5));
  return event;
}

TEST(Notices, OfAssignments) {
  using namespace dispatch::v1;  // NOLINT
  const auto none = ASSIGNMENT_STATE_UNSPECIFIED;
  EXPECT_EQ(Told(Assigned(none, ASSIGNMENT_STATE_ACCEPTED, "per_v")),
            (Lines{"task_accepted → per_v", "task_claimed → per_r"}));
  EXPECT_EQ(Told(Assigned(none, ASSIGNMENT_STATE_ACCEPTED, "per_c")),
            (Lines{"task_assigned → per_v", "task_claimed → per_r"}));
  EXPECT_EQ(Told(Assigned(none, ASSIGNMENT_STATE_OFFERED, "matching")),
            Lines{"offer_received → per_v"});
  auto promoted = Assigned(ASSIGNMENT_STATE_WAITLISTED, ASSIGNMENT_STATE_OFFERED, "dispatch");
  promoted.mutable_assignment_changed()->mutable_assignment()->set_holds_slot(true);
  EXPECT_EQ(Told(promoted), Lines{"waitlist_promoted → per_v"});
  EXPECT_EQ(Told(Assigned(none, ASSIGNMENT_STATE_WAITLISTED, "per_v")),
            Lines{"task_waitlisted → per_v"});
  EXPECT_EQ(Told(Assigned(ASSIGNMENT_STATE_OFFERED, ASSIGNMENT_STATE_LAPSED, "dispatch")),
            Lines{"offer_lapsed → per_v"});
  EXPECT_EQ(Told(Assigned(ASSIGNMENT_STATE_OFFERED, ASSIGNMENT_STATE_DECLINED, "per_v")),
            Lines{"offer_declined → area 310110009001"});
  EXPECT_EQ(Told(Assigned(ASSIGNMENT_STATE_OFFERED, ASSIGNMENT_STATE_DECLINED, "per_c")),
            Lines{"offer_withdrawn → per_v"});
  EXPECT_EQ(Told(Assigned(ASSIGNMENT_STATE_OFFERED, ASSIGNMENT_STATE_RELEASED, "dispatch")),
            Lines{"offer_withdrawn → per_v"});
  EXPECT_EQ(Told(Assigned(ASSIGNMENT_STATE_WAITLISTED, ASSIGNMENT_STATE_WITHDRAWN, "per_c")),
            Lines{"task_withdrawn → per_v"});
  EXPECT_EQ(
      Told(Assigned(ASSIGNMENT_STATE_ACCEPTED, ASSIGNMENT_STATE_WITHDRAWN, "per_c")),
      (Lines{"task_withdrawn → per_v", "nobody_coming → per_r", "task_short → area 310110009001"}));
  EXPECT_EQ(Told(Assigned(ASSIGNMENT_STATE_WAITLISTED, ASSIGNMENT_STATE_RELEASED, "dispatch")),
            Lines{"task_released → per_v"});
  EXPECT_EQ(
      Told(Assigned(ASSIGNMENT_STATE_ACCEPTED, ASSIGNMENT_STATE_NO_SHOW, "dispatch")),
      (Lines{"no_show → per_v", "helper_missing → per_r", "no_show_reported → area 310110009001"}));
  EXPECT_EQ(Told(Assigned(ASSIGNMENT_STATE_ACCEPTED, ASSIGNMENT_STATE_SIGNED_IN, "per_c")),
            (Lines{"signed_in_for_you → per_v", "helper_arrived → per_r"}));
  EXPECT_EQ(Told(Assigned(ASSIGNMENT_STATE_ACCEPTED, ASSIGNMENT_STATE_SIGNED_IN, "per_v")),
            Lines{"helper_arrived → per_r"});
}

// The need tells that the service has begun, once.
TEST(Notices, TheArrivalThatBeginsTheServiceIsToldByTheNeed) {
  using namespace dispatch::v1;  // NOLINT
  auto first = Assigned(ASSIGNMENT_STATE_ACCEPTED, ASSIGNMENT_STATE_SIGNED_IN, "per_v");
  auto* task = first.mutable_assignment_changed()->mutable_task();
  task->set_before(TASK_STATE_STAFFED);
  task->set_state(TASK_STATE_IN_SERVICE);
  EXPECT_TRUE(Told(first).empty());
  task->set_before(TASK_STATE_IN_SERVICE);
  EXPECT_EQ(Told(first), Lines{"helper_arrived → per_r"});
}

TEST(Notices, OfSigningOut) {
  using namespace dispatch::v1;  // NOLINT
  const auto out = [](SignMethod method, const std::string& actor) {
    auto event = Assigned(ASSIGNMENT_STATE_SIGNED_IN, ASSIGNMENT_STATE_SIGNED_OUT, actor);
    event.mutable_assignment_changed()->mutable_assignment()->set_sign_out_method(method);
    return Told(event);
  };
  EXPECT_TRUE(out(SIGN_METHOD_POSITION, "per_v").empty());
  EXPECT_EQ(out(SIGN_METHOD_COORDINATOR, "per_c"), Lines{"signed_out_for_you → per_v"});
  EXPECT_EQ(out(SIGN_METHOD_TIMER, "dispatch"), Lines{"signed_out_by_timer → per_v"});
}

// The resident's last word was once "someone is coming"; above the minimum no coordinator heard.
TEST(Notices, ADropOutReachesTheRequesterAndTheCoordinators) {
  using namespace dispatch::v1;  // NOLINT
  auto withdrawn = Assigned(ASSIGNMENT_STATE_ACCEPTED, ASSIGNMENT_STATE_WITHDRAWN, "per_v");
  auto* changed = withdrawn.mutable_assignment_changed();
  changed->mutable_assignment()->set_reason("发烧");
  EXPECT_EQ(Told(withdrawn),
            (Lines{" → per_v", "nobody_coming → per_r", "task_short → area 310110009001"}));
  changed->mutable_task()->set_state(TASK_STATE_STAFFED);
  changed->mutable_task()->set_accepted_count(2);
  changed->mutable_task()->set_slots_max(3);
  EXPECT_EQ(Told(withdrawn),
            (Lines{" → per_v", "helper_dropped_out → per_r", "task_dropout → area 310110009001"}));
  const auto params = NoticesOf(withdrawn)[1].record.params();
  EXPECT_EQ(params.at("accepted"), "2");
  EXPECT_EQ(params.at("slots"), "3");
  EXPECT_EQ(params.at("reason"), "发烧");
}

// The words of whoever leaves or declines reach everybody who hears of it, in both languages.
TEST(Notices, WordsOfWhoeverLeavesOrDeclinesReachTheOthers) {
  using namespace dispatch::v1;  // NOLINT
  const auto with_words = [](AssignmentState before, AssignmentState after, int others) {
    auto event = Assigned(before, after, "per_v");
    auto* changed = event.mutable_assignment_changed();
    changed->mutable_assignment()->set_reason("发烧");
    changed->mutable_task()->set_accepted_count(others);
    if (others > 0) changed->mutable_task()->set_state(TASK_STATE_STAFFED);
    return event;
  };
  const auto expect_words = [](const events::v1::Event& event, const Lines& told) {
    Lines shown;
    for (const Notice& notice : NoticesOf(event)) {
      if (notice.record.kind().empty()) continue;
      shown.push_back(notice.record.kind());
      for (const Locale locale : {Locale::kZh, Locale::kEn}) {
        const Words words = Render(notice.record, locale, [](const std::string& c) { return c; });
        EXPECT_NE(words.body.find("发烧"), std::string::npos) << words.body;
      }
    }
    EXPECT_EQ(shown, told);
  };
  expect_words(with_words(ASSIGNMENT_STATE_ACCEPTED, ASSIGNMENT_STATE_WITHDRAWN, 0),
               {"nobody_coming", "task_short"});
  expect_words(with_words(ASSIGNMENT_STATE_ACCEPTED, ASSIGNMENT_STATE_WITHDRAWN, 2),
               {"helper_dropped_out", "task_dropout"});
  expect_words(with_words(ASSIGNMENT_STATE_OFFERED, ASSIGNMENT_STATE_DECLINED, 0),
               {"offer_declined"});
}

TEST(Notices, WhoseStandingEndedHearsWhyAndSoDoTheOthers) {
  using namespace dispatch::v1;  // NOLINT
  auto released = Assigned(ASSIGNMENT_STATE_ACCEPTED, ASSIGNMENT_STATE_RELEASED, "dispatch");
  released.mutable_assignment_changed()->mutable_assignment()->set_end_cause(
      END_CAUSE_MISSING_CREDENTIAL);
  EXPECT_EQ(Told(released), (Lines{"standing_lost → per_v", "nobody_coming → per_r",
                                   "task_short → area 310110009001"}));
  EXPECT_EQ(NoticesOf(released)[0].record.params().at("cause"), "END_CAUSE_MISSING_CREDENTIAL");
  EXPECT_TRUE(NoticesOf(released)[0].forget_reminder);
  auto* task = released.mutable_assignment_changed()->mutable_task();
  task->set_state(TASK_STATE_STAFFED);
  EXPECT_EQ(Told(released).back(), "task_dropout → area 310110009001");
  // Work under way goes on until a coordinator decides.
  auto serving = Assigned(ASSIGNMENT_STATE_SIGNED_IN, ASSIGNMENT_STATE_SIGNED_IN, "dispatch");
  serving.mutable_assignment_changed()->mutable_assignment()->set_end_cause(
      END_CAUSE_NOT_REGISTERED);
  EXPECT_EQ(Told(serving),
            (Lines{"standing_in_question → per_v", "standing_lost_on_duty → area 310110009001"}));
}

// A request to be let go, made or over, of somebody who stays on the task.
events::v1::Event Asking(dispatch::v1::WithdrawalChange how, const std::string& actor) {
  using namespace dispatch::v1;  // NOLINT
  auto event = Assigned(ASSIGNMENT_STATE_ACCEPTED, ASSIGNMENT_STATE_ACCEPTED, actor);
  event.mutable_assignment_changed()->set_withdrawal(how);
  event.mutable_assignment_changed()->mutable_assignment()->set_reason("发烧");
  return event;
}

TEST(Notices, OfARequestToBeLetGo) {
  using namespace dispatch::v1;  // NOLINT
  const auto asked = Asking(WITHDRAWAL_CHANGE_REQUESTED, "per_v");
  EXPECT_EQ(Told(asked),
            (Lines{"helper_may_leave → per_r", "withdrawal_requested → area 310110009001"}));
  EXPECT_EQ(NoticesOf(asked).back().record.params().at("reason"), "发烧");
  EXPECT_EQ(Told(Asking(WITHDRAWAL_CHANGE_CANCELLED, "per_v")),
            (Lines{"helper_stays → per_r", "withdrawal_settled → area 310110009001"}));
  EXPECT_EQ(Told(Asking(WITHDRAWAL_CHANGE_REFUSED, "per_c")),
            (Lines{"withdrawal_refused → per_v", "helper_stays → per_r"}));
  EXPECT_EQ(Told(Asking(WITHDRAWAL_CHANGE_LAPSED, "dispatch")),
            (Lines{"withdrawal_lapsed → per_v", "withdrawal_settled → area 310110009001"}));
  auto approved = Assigned(ASSIGNMENT_STATE_ACCEPTED, ASSIGNMENT_STATE_WITHDRAWN, "per_c");
  approved.mutable_assignment_changed()->set_withdrawal(WITHDRAWAL_CHANGE_APPROVED);
  EXPECT_EQ(Told(approved).front(), "withdrawal_approved → per_v");
  EXPECT_TRUE(NoticesOf(approved)[0].forget_reminder);
}

TEST(Notices, WhoIsReplacedHearsItAndTheRequesterWhoComes) {
  using namespace dispatch::v1;  // NOLINT
  auto left = Assigned(ASSIGNMENT_STATE_ACCEPTED, ASSIGNMENT_STATE_WITHDRAWN, "per_w");
  auto* changed = left.mutable_assignment_changed();
  changed->set_withdrawal(WITHDRAWAL_CHANGE_OVER);
  changed->mutable_assignment()->set_end_cause(END_CAUSE_REPLACED);
  EXPECT_EQ(Told(left), Lines{"place_taken_over → per_v"});
  auto came = Assigned(ASSIGNMENT_STATE_UNSPECIFIED, ASSIGNMENT_STATE_ACCEPTED, "per_v");
  came.mutable_assignment_changed()->mutable_task()->set_before(TASK_STATE_STAFFED);
  came.mutable_assignment_changed()->mutable_task()->set_state(TASK_STATE_STAFFED);
  came.mutable_assignment_changed()->mutable_assignment()->set_replaces_id("per_old");
  EXPECT_EQ(Told(came), (Lines{"task_accepted → per_v", "helper_replaced → per_r"}));
}

TEST(Notices, OfAProposalToAColleague) {
  using namespace dispatch::v1;  // NOLINT
  const auto proposal = [](AssignmentState before, AssignmentState after, const char* actor) {
    auto event = Assigned(before, after, actor);
    event.mutable_assignment_changed()->mutable_assignment()->set_replaces_id("per_p");
    return event;
  };
  EXPECT_EQ(Told(proposal(ASSIGNMENT_STATE_UNSPECIFIED, ASSIGNMENT_STATE_OFFERED, "per_p")),
            Lines{"swap_proposed → per_v"});
  EXPECT_EQ(Told(proposal(ASSIGNMENT_STATE_OFFERED, ASSIGNMENT_STATE_DECLINED, "per_v")),
            Lines{"swap_failed → per_p"});
  EXPECT_EQ(Told(proposal(ASSIGNMENT_STATE_OFFERED, ASSIGNMENT_STATE_LAPSED, "dispatch")),
            (Lines{"offer_lapsed → per_v", "swap_failed → per_p"}));
  EXPECT_EQ(Told(proposal(ASSIGNMENT_STATE_OFFERED, ASSIGNMENT_STATE_RELEASED, "per_p")),
            Lines{"offer_withdrawn → per_v"});
}

TEST(Notices, WhoHoldsAnOfferOfATaskThatFilledUpHearsThat) {
  using namespace dispatch::v1;  // NOLINT
  auto filled = Assigned(ASSIGNMENT_STATE_OFFERED, ASSIGNMENT_STATE_RELEASED, "dispatch");
  filled.mutable_assignment_changed()->mutable_assignment()->set_end_cause(END_CAUSE_ENOUGH_PEOPLE);
  EXPECT_EQ(Told(filled), Lines{"task_filled → per_v"});
}

TEST(Notices, AReleaseSaysWhy) {
  using namespace dispatch::v1;  // NOLINT
  auto released = Assigned(ASSIGNMENT_STATE_ACCEPTED, ASSIGNMENT_STATE_RELEASED, "per_c");
  released.mutable_assignment_changed()->mutable_task()->set_state(TASK_STATE_CANCELLED);
  released.mutable_assignment_changed()->mutable_assignment()->set_reason("暴雨");
  EXPECT_EQ(Told(released), Lines{"task_cancelled → per_v"});
  EXPECT_EQ(NoticesOf(released)[0].record.params().at("reason"), "暴雨");
  released.mutable_assignment_changed()->mutable_task()->set_state(TASK_STATE_EXPIRED);
  EXPECT_EQ(Told(released), Lines{"task_expired → per_v"});
}

TEST(Notices, CoordinatorsHearWhenATaskIsStaffedAndWhenItFallsShort) {
  using namespace dispatch::v1;  // NOLINT
  auto claimed = Assigned(ASSIGNMENT_STATE_UNSPECIFIED, ASSIGNMENT_STATE_ACCEPTED, "per_v");
  claimed.mutable_assignment_changed()->mutable_task()->set_state(TASK_STATE_STAFFED);
  EXPECT_EQ(Told(claimed).back(), "task_staffed → area 310110009001");
  auto withdrawn = Assigned(ASSIGNMENT_STATE_ACCEPTED, ASSIGNMENT_STATE_WITHDRAWN, "per_c");
  withdrawn.mutable_assignment_changed()->mutable_task()->set_before(TASK_STATE_STAFFED);
  EXPECT_EQ(Told(withdrawn).back(), "task_short → area 310110009001");
  // The next one, too: it was once a mere drop-out, and took the place of the urgent one.
  withdrawn.mutable_assignment_changed()->mutable_task()->set_before(TASK_STATE_OPEN);
  EXPECT_EQ(Told(withdrawn).back(), "task_short → area 310110009001");
}

TEST(Notices, AcceptedPeopleAreRemindedUntilTheyAreOff) {
  using namespace dispatch::v1;  // NOLINT
  const auto accepted =
      NoticesOf(Assigned(ASSIGNMENT_STATE_UNSPECIFIED, ASSIGNMENT_STATE_ACCEPTED, "per_v"));
  ASSERT_TRUE(accepted[0].remind_at.has_value());
  EXPECT_EQ(*accepted[0].remind_at, kNow + std::chrono::hours(4));
  const v1::NotificationRecord reminder = ReminderOf(accepted[0].record, kNow);
  EXPECT_EQ(reminder.kind(), "sign_in_reminder");
  EXPECT_FALSE(HasBegun(accepted[0].record, kNow + std::chrono::hours(5) - Millis(1)));
  EXPECT_TRUE(HasBegun(accepted[0].record, kNow + std::chrono::hours(5)));
  EXPECT_FALSE(accepted[1].remind_at.has_value());

  auto soon = Assigned(ASSIGNMENT_STATE_UNSPECIFIED, ASSIGNMENT_STATE_ACCEPTED, "per_v");
  *soon.mutable_assignment_changed()->mutable_task()->mutable_start_time() =
      ToTimestamp(kNow + std::chrono::minutes(50));
  EXPECT_FALSE(NoticesOf(soon)[0].remind_at.has_value());

  // Their own withdrawal needs no words, but no reminder either.
  const auto off =
      NoticesOf(Assigned(ASSIGNMENT_STATE_ACCEPTED, ASSIGNMENT_STATE_WITHDRAWN, "per_v"));
  EXPECT_TRUE(off[0].record.kind().empty());
  EXPECT_TRUE(off[0].forget_reminder);
}

events::v1::Event Tasked(events::v1::TaskChange kind, const std::string& actor = "per_c") {
  events::v1::Event event = EventBy(actor);
  auto* changed = event.mutable_task_changed();
  changed->set_kind(kind);
  changed->mutable_task()->set_task_id("tsk_1");
  changed->mutable_task()->set_title("陪诊");
  changed->mutable_task()->set_area_code("310110009001");
  changed->mutable_task()->set_requester_id("per_r");
  return event;
}

TEST(Notices, OfTasks) {
  auto escalated = Tasked(events::v1::TASK_CHANGE_ESCALATED);
  escalated.mutable_task_changed()->set_escalated_to_area_code("310110009");
  EXPECT_EQ(Told(escalated),
            (Lines{"task_escalated → area 310110009001", "task_escalated → area 310110009"}));
  escalated.mutable_task_changed()->set_escalated_to_area_code("310110009001");
  EXPECT_EQ(Told(escalated), Lines{"task_escalated → area 310110009001"});
  EXPECT_EQ(Told(Tasked(events::v1::TASK_CHANGE_SERVED)), Lines{"task_served → per_r"});
  auto unasked = Tasked(events::v1::TASK_CHANGE_SERVED);
  unasked.mutable_task_changed()->mutable_task()->clear_requester_id();
  EXPECT_EQ(Told(unasked), Lines{"task_served → area 310110009001"});
  EXPECT_EQ(Told(Tasked(events::v1::TASK_CHANGE_CANCELLED)), Lines{"request_cancelled → per_r"});
  EXPECT_EQ(Told(Tasked(events::v1::TASK_CHANGE_EXPIRED)),
            (Lines{"service_missed → per_r", "task_unserved → area 310110009001"}));
  EXPECT_TRUE(Told(Tasked(events::v1::TASK_CHANGE_PUBLISHED)).empty());
}

// Held back, they once came out after the end: "somebody is coming" to what was cancelled.
TEST(Notices, TheEndOfATaskEndsWhatIsHeldBackAboutIt) {
  using Ends = std::vector<std::string_view>;
  for (int kind = 1; kind < events::v1::TaskChange_ARRAYSIZE; ++kind) {
    const auto change = static_cast<events::v1::TaskChange>(kind);
    const bool over =
        change == events::v1::TASK_CHANGE_SERVED || change == events::v1::TASK_CHANGE_CLOSED ||
        change == events::v1::TASK_CHANGE_CANCELLED || change == events::v1::TASK_CHANGE_EXPIRED;
    for (const char* actor : {"per_r", "per_c", "dispatch"}) {
      Ends of_requester, of_area;
      for (const Notice& notice : NoticesOf(Tasked(change, actor))) {
        EXPECT_EQ(notice.thing, "tsk_1");
        if (notice.to.id == "per_r") of_requester = notice.ends;
        if (notice.to.id == "310110009001") of_area = notice.ends;
      }
      EXPECT_EQ(of_requester, over ? Ends{kComingFamily} : Ends()) << kind << actor;
      EXPECT_EQ(of_area, over ? (Ends{kStaffingFamily, kDeclinedFamily}) : Ends()) << kind << actor;
    }
  }
}

TEST(Notices, WhoIsOffATaskIsNotToldLaterThatTheyAreOn) {
  using namespace dispatch::v1;  // NOLINT
  for (const AssignmentState off :
       {ASSIGNMENT_STATE_WITHDRAWN, ASSIGNMENT_STATE_RELEASED, ASSIGNMENT_STATE_NO_SHOW,
        ASSIGNMENT_STATE_DECLINED, ASSIGNMENT_STATE_LAPSED}) {
    const std::vector<Notice> notices = NoticesOf(Assigned(
        ASSIGNMENT_STATE_ACCEPTED, off, off == ASSIGNMENT_STATE_LAPSED ? "dispatch" : "per_v"));
    EXPECT_EQ(notices[0].to.id, "per_v") << off;
    EXPECT_EQ(notices[0].ends, std::vector<std::string_view>{kOwnFamily}) << off;
  }
  const auto on = Assigned(ASSIGNMENT_STATE_UNSPECIFIED, ASSIGNMENT_STATE_ACCEPTED, "per_v");
  EXPECT_TRUE(NoticesOf(on)[0].ends.empty());
}

// Its need is cancelled with it, and that is what the requester hears.
TEST(Notices, ATaskCancelledWithItsNeedIsToldOnce) {
  auto cancelled = Tasked(events::v1::TASK_CHANGE_CANCELLED);
  auto* task = cancelled.mutable_task_changed()->mutable_task();
  task->set_need_outcome(dispatch::v1::NEED_OUTCOME_CANCEL);
  EXPECT_TRUE(Told(cancelled).empty());
  task->set_need_outcome(dispatch::v1::NEED_OUTCOME_KEEP);
  EXPECT_EQ(Told(cancelled), Lines{"request_cancelled → per_r"});
}

TEST(Notices, ServiceConfirmedAfterTheFactReachesWhoDidNotConfirmIt) {
  using namespace dispatch::v1;  // NOLINT
  // The state of the task before does not matter: it may be served, rated or closed already.
  for (const TaskState before : {TASK_STATE_STAFFED, TASK_STATE_IN_SERVICE, TASK_STATE_EXPIRED,
                                 TASK_STATE_SERVED, TASK_STATE_EVALUATED, TASK_STATE_CLOSED}) {
    auto came = Assigned(ASSIGNMENT_STATE_NO_SHOW, ASSIGNMENT_STATE_SIGNED_OUT, "per_c");
    auto* changed = came.mutable_assignment_changed();
    changed->mutable_assignment()->set_sign_out_method(SIGN_METHOD_CONFIRMED);
    changed->mutable_task()->set_before(before);
    changed->mutable_task()->set_state(TASK_STATE_SERVED);
    EXPECT_EQ(Told(came), Lines{"service_confirmed → per_r"}) << before;
    came.set_actor_id("per_r");
    EXPECT_EQ(Told(came), Lines{"service_claimed → area 310110009001"}) << before;
  }
  // The task itself asks for a rating, however it came to be served; it tells nothing twice.
  auto served = Tasked(events::v1::TASK_CHANGE_SERVED);
  served.mutable_task_changed()->set_before(TASK_STATE_EXPIRED);
  EXPECT_EQ(Told(served), Lines{"task_served → per_r"});
  served.set_actor_id("per_r");
  EXPECT_TRUE(Told(served).empty());
  events::v1::Event hours = EventBy("dispatch");
  auto* credited = hours.mutable_hours_credited();
  credited->mutable_entry()->set_person_id("per_v");
  credited->mutable_entry()->set_minutes(90);
  credited->mutable_entry()->set_confirmation(dispatch::v1::CONFIRMATION_MANUAL);
  credited->mutable_entry()->set_reason("没带手机");
  EXPECT_EQ(Told(hours), Lines{"hours_confirmed → per_v"});
  EXPECT_EQ(NoticesOf(hours)[0].record.params().at("reason"), "没带手机");
}

TEST(Notices, OfRequestsForCredit) {
  using namespace dispatch::v1;  // NOLINT
  const auto request = [](CreditRequestState before, CreditRequestState after,
                          const std::string& actor) {
    events::v1::Event event = EventBy(actor);
    auto* changed = event.mutable_credit_request_changed();
    changed->mutable_assignment()->set_task_id("tsk_1");
    changed->mutable_assignment()->set_person_id("per_v");
    changed->mutable_assignment()->mutable_credit_request()->set_state(after);
    changed->mutable_assignment()->mutable_credit_request()->set_reason("查无此事");
    changed->mutable_task()->set_title("陪诊");
    changed->mutable_task()->set_area_code("310110009001");
    changed->mutable_task()->set_requester_id("per_r");
    changed->set_before(before);
    return event;
  };
  const auto kNew = CREDIT_REQUEST_STATE_UNSPECIFIED;
  const auto kPending = CREDIT_REQUEST_STATE_PENDING;
  EXPECT_EQ(Told(request(kNew, kPending, "per_v")), Lines{"credit_requested → area 310110009001"});
  EXPECT_EQ(Told(request(kPending, kPending, "dispatch")),
            Lines{"credit_unanswered → area 310110009001"});
  const events::v1::Event rejected = request(kPending, CREDIT_REQUEST_STATE_REJECTED, "per_c");
  EXPECT_EQ(Told(rejected), Lines{"credit_rejected → per_v"});
  EXPECT_EQ(NoticesOf(rejected)[0].record.params().at("reason"), "查无此事");
  EXPECT_EQ(Told(request(kPending, CREDIT_REQUEST_STATE_LAPSED, "dispatch")),
            Lines{"credit_lapsed → per_v"});
  EXPECT_TRUE(Told(request(kPending, CREDIT_REQUEST_STATE_APPROVED, "per_c")).empty())
      << "the hours tell it";
  const events::v1::Event cancelled = request(kPending, CREDIT_REQUEST_STATE_CANCELLED, "per_v");
  EXPECT_TRUE(Told(cancelled).empty());
  EXPECT_EQ(NoticesOf(cancelled).back().ends, std::vector<std::string_view>{kCreditFamily})
      << "nobody need look at it any more";
  // Approved or confirmed, it is the same to the person.
  for (const Confirmation confirmation :
       {CONFIRMATION_MANUAL_ON_STATEMENT, CONFIRMATION_MANUAL_ON_PHOTOS}) {
    events::v1::Event hours = EventBy("per_c");
    hours.mutable_hours_credited()->mutable_entry()->set_person_id("per_v");
    hours.mutable_hours_credited()->mutable_entry()->set_minutes(90);
    hours.mutable_hours_credited()->mutable_entry()->set_confirmation(confirmation);
    EXPECT_EQ(Told(hours), Lines{"hours_confirmed → per_v"});
  }
}

TEST(Notices, LowRatingsReachTheCoordinators) {
  for (int rating = 1; rating <= 5; ++rating) {
    auto event = Tasked(events::v1::TASK_CHANGE_EVALUATED, "per_r");
    event.mutable_task_changed()->mutable_task()->mutable_evaluation()->set_rating(rating);
    Lines expected{"feedback_received → per_r"};
    if (rating <= 2) expected.push_back("low_rating → area 310110009001");
    EXPECT_EQ(Told(event), expected) << rating;
  }
  auto by_coordinator = Tasked(events::v1::TASK_CHANGE_EVALUATED, "per_c");
  by_coordinator.mutable_task_changed()->mutable_task()->mutable_evaluation()->set_rating(4);
  EXPECT_EQ(Told(by_coordinator), Lines{"task_evaluated → per_r"});
}

TEST(Notices, HoursReachThePersonAndTheirUnit) {
  events::v1::Event event = EventBy("dispatch");
  auto* credited = event.mutable_hours_credited();
  credited->mutable_entry()->set_person_id("per_v");
  credited->mutable_entry()->set_task_id("tsk_1");
  credited->mutable_entry()->set_minutes(90);
  EXPECT_EQ(Told(event), Lines{"hours_credited → per_v"});
  credited->set_unit_id("unt_1");
  EXPECT_EQ(Told(event), (Lines{"hours_credited → per_v", "unit_hours_credited → liaison unt_1"}));
  credited->mutable_entry()->set_minutes(-90);
  EXPECT_EQ(Told(event), (Lines{"hours_reversed → per_v", "unit_hours_reversed → liaison unt_1"}));
  EXPECT_EQ(NoticesOf(event)[0].record.params().at("minutes"), "90");
}

TEST(Notices, OfRolesAndProjects) {
  events::v1::Event role = EventBy("per_c");
  role.mutable_role_changed()->set_person_id("per_v");
  role.mutable_role_changed()->set_role(auth::v1::ROLE_COORDINATOR);
  role.mutable_role_changed()->set_granted(true);
  EXPECT_EQ(Told(role), Lines{"role_granted → per_v"});
  events::v1::Event claimed = EventBy("per_l");
  auto* project = claimed.mutable_project_changed()->mutable_project();
  project->set_area_code("310110009");
  project->set_proposer_id("per_p");
  project->set_state(lists::v1::PROJECT_STATE_CLAIMED);
  EXPECT_EQ(Told(claimed), (Lines{"project_claimed → area 310110009", "project_claimed → per_p"}));
}

TEST(Notices, OfTheWaysAProjectEnds) {
  using namespace lists::v1;  // NOLINT
  const auto changed = [](ProjectState before, ProjectState after, const std::string& actor) {
    events::v1::Event event = EventBy(actor);
    event.mutable_project_changed()->set_before(before);
    auto* project = event.mutable_project_changed()->mutable_project();
    project->set_area_code("310110009");
    project->set_proposer_id("per_p");
    project->set_unit_id("unt_1");
    project->set_state(after);
    return Told(event);
  };
  EXPECT_EQ(changed(PROJECT_STATE_CLAIMED, PROJECT_STATE_APPROVED, "per_l"),
            (Lines{"project_given_back → area 310110009", "project_given_back → per_p",
                   "project_given_back → liaison unt_1"}));
  EXPECT_EQ(changed(PROJECT_STATE_PROPOSED, PROJECT_STATE_REJECTED, "per_c"),
            Lines{"project_rejected → per_p"});
  EXPECT_EQ(changed(PROJECT_STATE_CLAIMED, PROJECT_STATE_CANCELLED, "per_p"),
            (Lines{"project_cancelled → area 310110009", "project_cancelled → liaison unt_1"}));
  EXPECT_EQ(changed(PROJECT_STATE_PROPOSED, PROJECT_STATE_EXPIRED, "lists"),
            (Lines{"project_expired → area 310110009", "project_expired → per_p"}));
}

TEST(Notices, FollowersOfAProjectHearOfEditsAndMovesOnce) {
  using namespace lists::v1;  // NOLINT
  events::v1::Event event = ProjectMoved(PROJECT_STATE_CLAIMED, PROJECT_STATE_CLAIMED);
  event.set_actor_id("per_c");
  for (const char* follower : {"per_f", "per_l", "per_p"}) {
    event.mutable_project_changed()->add_follower_ids(follower);
  }
  EXPECT_EQ(Told(event), (Lines{"project_updated → per_p", "project_updated → liaison unt_1",
                                "project_updated → per_f", "project_updated → per_l"}));
  event.mutable_project_changed()->mutable_project()->set_state(PROJECT_STATE_IN_PROGRESS);
  EXPECT_EQ(Told(event), (Lines{"project_started → area 310110009001", "project_started → per_p",
                                "project_started → per_f", "project_started → per_l"}));
}

events::v1::Event SeriesMoved(lists::v1::NeedSeriesState before, lists::v1::NeedSeriesState after,
                              const std::string& actor) {
  events::v1::Event event = EventBy(actor);
  event.mutable_need_series_changed()->set_before(before);
  auto* series = event.mutable_need_series_changed()->mutable_series();
  series->set_need_series_id("nsr_1");
  series->set_area_code("310110009001");
  series->set_requester_id("per_r");
  series->set_state(after);
  return event;
}

TEST(Notices, OfSeriesOfNeeds) {
  using namespace lists::v1;  // NOLINT
  constexpr auto kNew = NEED_SERIES_STATE_UNSPECIFIED;
  constexpr auto kSubmitted = NEED_SERIES_STATE_SUBMITTED;
  constexpr auto kActive = NEED_SERIES_STATE_ACTIVE;
  constexpr auto kEnded = NEED_SERIES_STATE_ENDED;
  const std::string area = "area 310110009001";
  EXPECT_EQ(Told(SeriesMoved(kNew, kSubmitted, "per_r")), Lines{"series_pending → " + area});
  EXPECT_EQ(Told(SeriesMoved(kSubmitted, kActive, "per_c")), Lines{"series_accepted → per_r"});
  EXPECT_EQ(Told(SeriesMoved(kSubmitted, NEED_SERIES_STATE_REJECTED, "per_c")),
            Lines{"series_rejected → per_r"});
  EXPECT_EQ(Told(SeriesMoved(kActive, kEnded, "per_r")), Lines{"series_ended → " + area});
  EXPECT_EQ(Told(SeriesMoved(kActive, kEnded, "per_c")), Lines{"series_ended → per_r"});
  EXPECT_EQ(Told(SeriesMoved(kActive, kEnded, "lists")), Lines{"series_ended → per_r"});
  EXPECT_EQ(Told(SeriesMoved(kSubmitted, kEnded, "lists")),
            (Lines{"series_ended → " + area, "series_ended → per_r"}))
      << "nobody has reviewed it";
  events::v1::Event lost = SeriesMoved(kActive, kEnded, "lists");
  lost.mutable_need_series_changed()->mutable_series()->set_registration_ended(true);
  EXPECT_EQ(Told(lost), (Lines{"series_ended → " + area, "series_ended → per_r"}));
  events::v1::Event skipped = SeriesMoved(kActive, kActive, "per_r");
  skipped.mutable_need_series_changed()->mutable_skipped()->set_seconds(1);
  EXPECT_EQ(Told(skipped), Lines{"series_skipped → " + area});
  skipped.set_actor_id("per_c");
  EXPECT_EQ(Told(skipped), Lines{"series_skipped → per_r"});
}

TEST(Notices, OfTheNextNeedOfASeries) {
  events::v1::Event event = EventBy("lists");
  auto* need = event.mutable_need_changed()->mutable_need();
  need->set_need_id("ned_1");
  need->set_area_code("310110009001");
  need->set_requester_id("per_r");
  need->set_state(lists::v1::NEED_STATE_ACCEPTED);
  need->mutable_window()->mutable_start()->set_seconds(1);
  EXPECT_EQ(Told(event), (Lines{"series_need_due → area 310110009001", "series_next → per_r"}));
}

TEST(Notices, EventsOfNoConcernTellNobody) {
  EXPECT_TRUE(NoticesOf(EventBy("x")).empty());
  events::v1::Event imported = EventBy("x");
  imported.mutable_areas_imported()->set_areas(3);
  EXPECT_TRUE(NoticesOf(imported).empty());
}

TEST(Notices, OfMessagesToThePeopleOfATask) {
  events::v1::Event event = EventBy("per_c");
  auto* sent = event.mutable_task_message_sent();
  sent->mutable_message()->set_task_id("tsk_1");
  sent->mutable_message()->set_text("八点集合");
  for (const char* person : {"per_a", "per_b"}) sent->add_person_ids(person);
  EXPECT_EQ(Told(event), (Lines{"task_message → per_a", "task_message → per_b"}));
  EXPECT_EQ(NoticesOf(event)[0].record.params().at("text"), "八点集合");
}

TEST(Notices, OfRatingsWhoeverWasRatedAndOfLowOnesTheArea) {
  const auto rated = [](const std::string& by, bool by_volunteer, int rating) {
    events::v1::Event event = EventBy(by);
    auto* told = event.mutable_service_rated();
    told->set_task_id("tsk_1");
    told->set_area_code("310110009001");
    told->set_requester_id("per_r");
    told->set_person_id("per_v");
    told->set_by_volunteer(by_volunteer);
    told->set_rating(rating);
    return Told(event);
  };
  EXPECT_EQ(rated("per_r", false, 3), Lines{"volunteer_rated → per_v"});
  EXPECT_EQ(rated("per_r", false, 2),
            (Lines{"volunteer_rated → per_v", "volunteer_rated_low → area 310110009001"}));
  EXPECT_EQ(rated("per_v", true, 5), Lines{});
  EXPECT_EQ(rated("per_v", true, 1), Lines{"service_rated_low → area 310110009001"});
}

TEST(Notices, OfComplaintsTheAreaAndWhoRaisedThemButNotWhomTheyAreAbout) {
  using namespace dispatch::v1;  // NOLINT
  const auto changed = [](const std::string& by, ComplaintState before, ComplaintState after) {
    events::v1::Event event = EventBy(by);
    auto* told = event.mutable_complaint_changed();
    told->mutable_complaint()->set_complaint_id("cmp_1");
    told->mutable_complaint()->set_area_code("310110009");
    told->mutable_complaint()->set_complainant_id("per_r");
    told->mutable_complaint()->set_about_person_id("per_v");
    told->mutable_complaint()->set_state(after);
    told->set_before(before);
    return Told(event);
  };
  EXPECT_EQ(changed("per_r", COMPLAINT_STATE_UNSPECIFIED, COMPLAINT_STATE_PENDING),
            Lines{"complaint_raised → area 310110009"});
  EXPECT_EQ(changed("dispatch", COMPLAINT_STATE_PENDING, COMPLAINT_STATE_PENDING),
            Lines{"complaint_unanswered → area 310110009"});
  EXPECT_EQ(changed("per_c", COMPLAINT_STATE_PENDING, COMPLAINT_STATE_ANSWERED),
            Lines{"complaint_answered → per_r"});
  EXPECT_EQ(changed("dispatch", COMPLAINT_STATE_PENDING, COMPLAINT_STATE_LAPSED),
            Lines{"complaint_lapsed → per_r"});
}

}  // namespace
}  // namespace baodao::inbox
