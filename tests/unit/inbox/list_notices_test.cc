// Who hears what of needs, resources, bookings and projects.
#include "tests/unit/inbox/notices.h"

namespace baodao::inbox {
namespace {

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
  using namespace lists::v1;
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
  using namespace lists::v1;
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
  using namespace lists::v1;
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
  using namespace lists::v1;
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
  using namespace lists::v1;
  EXPECT_EQ(Told(ProjectMoved(PROJECT_STATE_COMPLETED, PROJECT_STATE_COMPLETED)),
            (Lines{"project_completed → area 310110009001"}));
}

TEST(Notices, OfAProjectThatNobodyRated) {
  using namespace lists::v1;
  events::v1::Event event = ProjectMoved(PROJECT_STATE_COMPLETED, PROJECT_STATE_EVALUATED);
  EXPECT_EQ(Told(event), (Lines{"project_unrated → area 310110009001", "project_unrated → per_p",
                                "project_unrated → liaison unt_1"}));
  event.set_actor_id("per_c");
  EXPECT_EQ(Told(event), (Lines{"project_evaluated → per_p", "project_evaluated → liaison unt_1"}));
}

TEST(Notices, OfAProjectUnderWayThatIsGivenBack) {
  using namespace lists::v1;
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
  using namespace lists::v1;
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

// A change that one person took back used to stand in for what another asked.
TEST(Notices, AnOwnerHearsOfEachPersonsBookingsApart) {
  using namespace lists::v1;
  const events::v1::Event one = Booked(BOOKING_STATE_UNSPECIFIED, BOOKING_STATE_PENDING, "per_p");
  events::v1::Event other = one;
  other.mutable_booking_changed()->mutable_booking()->set_person_id("per_q");
  EXPECT_NE(NoticesOf(one).at(0).thing, NoticesOf(other).at(0).thing);
}

TEST(Notices, PeopleAreRemindedOfABookingThatHasNotBegun) {
  using namespace lists::v1;
  events::v1::Event event = Booked(BOOKING_STATE_CONFIRMED, BOOKING_STATE_CONFIRMED, "lists");
  EXPECT_EQ(Told(event), Lines{"booking_reminder → per_p"});
  *event.mutable_time() = event.booking_changed().booking().window().start();
  EXPECT_EQ(Told(event), Lines{}) << "the timer was late";
}

TEST(Notices, TheLiaisonWhoActsForTheOwnerIsNotToldOfIt) {
  using namespace lists::v1;
  events::v1::Event event = Booked(BOOKING_STATE_CONFIRMED, BOOKING_STATE_CANCELLED, "per_liaison");
  event.mutable_booking_changed()->mutable_booking()->set_owner_id("unt_1");
  EXPECT_EQ(Told(event), (Lines{"booking_cancelled → per_p", "booking_gone → liaison unt_1"}));
  event.mutable_booking_changed()->set_by_owner(true);
  EXPECT_EQ(Told(event), Lines{"booking_cancelled → per_p"});
}

TEST(Notices, WhoseNeedWasMergedHearsTheOutcomeInTheirOwnWords) {
  using namespace lists::v1;
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
  using namespace lists::v1;
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
  using namespace lists::v1;
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
  using namespace lists::v1;
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

}  // namespace
}  // namespace baodao::inbox
