// Who hears of who leads on site, and of who is not heard from.
#include "services/inbox/domain/kinds.h"
#include "tests/unit/inbox/notices.h"

namespace baodao::inbox {
namespace {

using namespace dispatch::v1;

TEST(Notices, OfWhoLeadsThemselvesAndTheAreaWhenNobodyDoes) {
  const auto changed = [](const std::string& by, events::v1::LeaderStep step) {
    events::v1::Event event = EventBy(by);
    auto* told = event.mutable_leader_changed();
    told->set_task_id("tsk_1");
    told->set_person_id("per_v");
    told->set_step(step);
    told->mutable_task()->set_area_code("310110009001");
    return Told(event);
  };
  EXPECT_EQ(changed("per_c", events::v1::LEADER_STEP_NAMED), Lines{"leader_named → per_v"});
  EXPECT_EQ(changed("per_c", events::v1::LEADER_STEP_REMOVED), Lines{"leader_removed → per_v"});
  EXPECT_EQ(changed("per_v", events::v1::LEADER_STEP_LEFT),
            Lines{"leader_left → area 310110009001"});
}

// "Nobody leads", or "you lead", may be held back.
TEST(Notices, OfWhoLeadsTheLatestWordStands) {
  for (const auto step : {events::v1::LEADER_STEP_NAMED, events::v1::LEADER_STEP_REMOVED,
                          events::v1::LEADER_STEP_LEFT}) {
    events::v1::Event event = EventBy("per_v");
    auto* told = event.mutable_leader_changed();
    told->set_task_id("tsk_1");
    told->set_person_id("per_v");
    told->set_step(step);
    told->mutable_task()->set_area_code("310110009001");
    const std::vector<Notice> notices = NoticesOf(event);
    ASSERT_EQ(notices.size(), 2u) << step;
    for (const Notice& notice : notices) {
      const bool said = FamilyOf(notice.record.kind()) == kLeadingFamily;
      const std::vector<std::string_view> family = {kLeadingFamily};
      EXPECT_EQ(notice.ends, said ? std::vector<std::string_view>() : family) << step;
      EXPECT_EQ(notice.thing, "tsk_1");
    }
  }
}

TEST(Notices, OfWhoIsNotHeardFromThemselvesTheAreaAndTheLeader) {
  const auto changed = [](const std::string& by, CheckInState before, CheckInState after) {
    events::v1::Event event = EventBy(by);
    auto* told = event.mutable_check_in_changed();
    told->set_task_id("tsk_1");
    told->set_person_id("per_v");
    told->set_before(before);
    told->set_state(after);
    told->set_leader_id("per_l");
    told->mutable_task()->set_area_code("310110009001");
    return Told(event);
  };
  EXPECT_EQ(changed("dispatch", CHECK_IN_STATE_ON_TIME, CHECK_IN_STATE_DUE),
            Lines{"check_in_due → per_v"});
  const Lines missed = {"check_in_missed → per_v", "person_unheard → area 310110009001",
                        "person_unheard → per_l"};
  EXPECT_EQ(changed("dispatch", CHECK_IN_STATE_DUE, CHECK_IN_STATE_MISSED), missed);
  EXPECT_EQ(changed("dispatch", CHECK_IN_STATE_MISSED, CHECK_IN_STATE_MISSED), missed);
  const auto none = CHECK_IN_STATE_UNSPECIFIED;
  EXPECT_EQ(changed("dispatch", CHECK_IN_STATE_MISSED, none),
            (Lines{"person_unheard → area 310110009001", "person_unheard → per_l"}))
      << "their service has ended, and nobody has heard from them";
  // At night, too, and each time.
  for (const char* kind : {"check_in_due", "check_in_missed", "person_unheard"}) {
    EXPECT_TRUE(IsUrgent(kind)) << kind;
    EXPECT_TRUE(FamilyOf(kind).empty()) << kind;
  }
  EXPECT_EQ(changed("per_v", CHECK_IN_STATE_MISSED, CHECK_IN_STATE_ON_TIME),
            (Lines{"person_heard → area 310110009001", "person_heard → per_l"}));
  EXPECT_EQ(changed("per_l", CHECK_IN_STATE_MISSED, CHECK_IN_STATE_ON_TIME),
            Lines{"person_heard → area 310110009001"});
}

TEST(Notices, OfSignsByTheLeaderAndInDoubt) {
  const auto changed = [](AssignmentState before, SignMethod method,
                          std::vector<SignDoubt> doubts) {
    events::v1::Event event = EventBy("per_l");
    auto* told = event.mutable_assignment_changed();
    told->set_before(before);
    Assignment& assignment = *told->mutable_assignment();
    assignment.set_task_id("tsk_1");
    assignment.set_person_id(method == SIGN_METHOD_LEADER ? "per_v" : "per_l");
    assignment.set_state(ASSIGNMENT_STATE_SIGNED_IN);
    assignment.set_sign_in_method(method);
    for (const SignDoubt doubt : doubts) assignment.mutable_sign_in_detail()->add_doubts(doubt);
    told->mutable_task()->set_area_code("310110009001");
    return Told(event);
  };
  const AssignmentState accepted = ASSIGNMENT_STATE_ACCEPTED;
  EXPECT_EQ(changed(accepted, SIGN_METHOD_LEADER, {}), Lines{"signed_in_by_leader → per_v"});
  EXPECT_EQ(changed(accepted, SIGN_METHOD_POSITION, {SIGN_DOUBT_MOCK_POSITION}),
            Lines{"sign_doubtful → area 310110009001"});
  EXPECT_EQ(changed(accepted, SIGN_METHOD_CODE, {SIGN_DOUBT_CLOCK_OFF}), Lines{});
  EXPECT_EQ(changed(ASSIGNMENT_STATE_NO_SHOW, SIGN_METHOD_CODE, {}),
            Lines{"no_show_came → area 310110009001"});
}

}  // namespace
}  // namespace baodao::inbox
