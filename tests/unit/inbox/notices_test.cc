// Who hears what of which event.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "common/clock/timestamp.h"
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
            Lines{"registration_active → per_l"});
  EXPECT_TRUE(Told(Registered(REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_ACTIVE)).empty());
  auto ended = Registered(REGISTRATION_STATE_PENDING, REGISTRATION_STATE_ENDED);
  Registration* registration = ended.mutable_registration_changed()->mutable_registration();
  registration->set_end_reason(REGISTRATION_END_REASON_LAPSED);
  EXPECT_EQ(Told(ended), Lines{"registration_lapsed → per_v"});
  registration->set_end_reason(REGISTRATION_END_REASON_EXPIRED);
  EXPECT_EQ(Told(ended), Lines{"registration_expired → per_v"});
  // Who withdraws does not have to be told.
  EXPECT_TRUE(
      Told(Registered(REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_ENDED, "per_c")).empty());
}

// What was said at the review says nothing about the suspension.
TEST(Notices, ARegistrationsCommentIsThatOfTheChange) {
  using namespace registration::v1;  // NOLINT
  const auto comment = [](RegistrationState before, RegistrationState after) {
    events::v1::Event event = Registered(before, after);
    Registration* of = event.mutable_registration_changed()->mutable_registration();
    of->set_review_comment("欢迎");
    of->set_change_comment("多次缺席");
    return NoticesOf(event).at(0).record.params().at("comment");
  };
  EXPECT_EQ(comment(REGISTRATION_STATE_PENDING, REGISTRATION_STATE_ACTIVE), "欢迎");
  EXPECT_EQ(comment(REGISTRATION_STATE_PENDING, REGISTRATION_STATE_REJECTED), "欢迎");
  EXPECT_EQ(comment(REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_SUSPENDED), "多次缺席");
  EXPECT_EQ(comment(REGISTRATION_STATE_SUSPENDED, REGISTRATION_STATE_ACTIVE), "多次缺席");
  EXPECT_EQ(comment(REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_ENDED), "多次缺席");
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
  EXPECT_TRUE(Told(Needed(NEED_STATE_RESOLVED, NEED_STATE_CLOSED, "per_r")).empty());
  EXPECT_TRUE(Told(Needed(NEED_STATE_MATCHED, NEED_STATE_MATCHED)).empty());
}

// Of a need that was linked, too, and stayed MATCHED, nobody once heard that its task was gone.
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
  EXPECT_TRUE(Told(Assigned(ASSIGNMENT_STATE_OFFERED, ASSIGNMENT_STATE_DECLINED, "per_v")).empty());
  EXPECT_EQ(Told(Assigned(ASSIGNMENT_STATE_ACCEPTED, ASSIGNMENT_STATE_WITHDRAWN, "per_c")),
            Lines{"task_withdrawn → per_v"});
  EXPECT_EQ(Told(Assigned(ASSIGNMENT_STATE_WAITLISTED, ASSIGNMENT_STATE_RELEASED, "dispatch")),
            Lines{"task_released → per_v"});
  EXPECT_EQ(Told(Assigned(ASSIGNMENT_STATE_ACCEPTED, ASSIGNMENT_STATE_NO_SHOW, "dispatch")),
            (Lines{"no_show → per_v", "no_show_reported → area 310110009001"}));
}

TEST(Notices, AReleaseSaysWhy) {
  using namespace dispatch::v1;  // NOLINT
  auto released = Assigned(ASSIGNMENT_STATE_ACCEPTED, ASSIGNMENT_STATE_RELEASED, "per_c");
  released.mutable_assignment_changed()->mutable_task()->set_state(TASK_STATE_CANCELLED);
  EXPECT_EQ(Told(released), Lines{"task_cancelled → per_v"});
  released.mutable_assignment_changed()->mutable_task()->set_state(TASK_STATE_EXPIRED);
  EXPECT_EQ(Told(released), Lines{"task_expired → per_v"});
}

TEST(Notices, StandingThatEndedIsToldToAllWhomItConcernsWithItsReason) {
  using namespace dispatch::v1;  // NOLINT
  auto released = Assigned(ASSIGNMENT_STATE_ACCEPTED, ASSIGNMENT_STATE_RELEASED, "dispatch");
  Assignment* lost = released.mutable_assignment_changed()->mutable_assignment();
  lost->set_end_cause(END_CAUSE_NOT_REGISTERED);
  EXPECT_EQ(Told(released), (Lines{"task_standing_lost → per_v", "helper_released → per_r",
                                   "volunteer_released → area 310110009001"}));
  const std::vector<Notice> notices = NoticesOf(released);
  for (const Notice& notice : notices) {
    EXPECT_EQ(notice.record.params().at("cause"), "not_registered") << notice.record.kind();
  }
  EXPECT_TRUE(notices[0].forget_reminder);
  // Nobody counted on whoever only waited.
  released.mutable_assignment_changed()->set_before(ASSIGNMENT_STATE_WAITLISTED);
  EXPECT_EQ(Told(released), Lines{"task_standing_lost → per_v"});
  auto at_work = Assigned(ASSIGNMENT_STATE_SIGNED_IN, ASSIGNMENT_STATE_SIGNED_IN, "dispatch");
  at_work.mutable_assignment_changed()->mutable_assignment()->set_end_cause(
      END_CAUSE_MISSING_CREDENTIAL);
  EXPECT_EQ(Told(at_work), Lines{"standing_lost_at_work → area 310110009001"});
  at_work.mutable_assignment_changed()->mutable_assignment()->clear_end_cause();
  EXPECT_TRUE(Told(at_work).empty()) << "standing that is back needs no decision";
}

TEST(Notices, OfCredentials) {
  events::v1::Event event = EventBy("per_c");
  auto* changed = event.mutable_credential_changed();
  changed->set_person_id("per_v");
  changed->mutable_credential()->set_kind("nurse");
  changed->set_granted(true);
  EXPECT_EQ(Told(event), Lines{"credential_granted → per_v"});
  changed->set_granted(false);
  changed->set_reason("证书过期");
  EXPECT_EQ(Told(event), Lines{"credential_revoked → per_v"});
  EXPECT_EQ(NoticesOf(event)[0].record.params().at("reason"), "证书过期");
}

TEST(Notices, CoordinatorsHearWhenATaskIsStaffedAndWhenItFallsShort) {
  using namespace dispatch::v1;  // NOLINT
  auto claimed = Assigned(ASSIGNMENT_STATE_UNSPECIFIED, ASSIGNMENT_STATE_ACCEPTED, "per_v");
  claimed.mutable_assignment_changed()->mutable_task()->set_state(TASK_STATE_STAFFED);
  EXPECT_EQ(Told(claimed).back(), "task_staffed → area 310110009001");
  auto withdrawn = Assigned(ASSIGNMENT_STATE_ACCEPTED, ASSIGNMENT_STATE_WITHDRAWN, "per_c");
  withdrawn.mutable_assignment_changed()->mutable_task()->set_before(TASK_STATE_STAFFED);
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
  ASSERT_EQ(off.size(), 1u);
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
  EXPECT_EQ(Told(escalated), Lines{"task_escalated → area 310110009"});
  EXPECT_EQ(Told(Tasked(events::v1::TASK_CHANGE_SERVED)), Lines{"task_served → per_r"});
  auto unasked = Tasked(events::v1::TASK_CHANGE_SERVED);
  unasked.mutable_task_changed()->mutable_task()->clear_requester_id();
  EXPECT_EQ(Told(unasked), Lines{"task_served → area 310110009001"});
  EXPECT_EQ(Told(Tasked(events::v1::TASK_CHANGE_CANCELLED)), Lines{"request_cancelled → per_r"});
  EXPECT_EQ(Told(Tasked(events::v1::TASK_CHANGE_EXPIRED)),
            Lines{"task_unserved → area 310110009001"});
  EXPECT_TRUE(Told(Tasked(events::v1::TASK_CHANGE_PUBLISHED)).empty());
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

TEST(Notices, EventsOfNoConcernTellNobody) {
  EXPECT_TRUE(NoticesOf(EventBy("x")).empty());
  events::v1::Event imported = EventBy("x");
  imported.mutable_areas_imported()->set_areas(3);
  EXPECT_TRUE(NoticesOf(imported).empty());
}

}  // namespace
}  // namespace baodao::inbox
