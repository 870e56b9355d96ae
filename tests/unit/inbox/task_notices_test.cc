// Who hears what of tasks, assignments and hours.
#include "services/inbox/domain/reminders.h"
#include "tests/unit/inbox/notices.h"

namespace baodao::inbox {
namespace {

TEST(Notices, OfClaimsByUnits) {
  using namespace dispatch::v1;
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
  *task->mutable_end_time() = ToTimestamp(kNow + std::chrono::hours(7));
  return event;
}

TEST(Notices, OfAssignments) {
  using namespace dispatch::v1;
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
  using namespace dispatch::v1;
  auto first = Assigned(ASSIGNMENT_STATE_ACCEPTED, ASSIGNMENT_STATE_SIGNED_IN, "per_v");
  auto* task = first.mutable_assignment_changed()->mutable_task();
  task->set_before(TASK_STATE_STAFFED);
  task->set_state(TASK_STATE_IN_SERVICE);
  EXPECT_TRUE(Told(first).empty());
  task->set_before(TASK_STATE_IN_SERVICE);
  EXPECT_EQ(Told(first), Lines{"helper_arrived → per_r"});
}

// A requester heard at night that somebody had arrived, hours after they had gone.
TEST(Notices, OfAnArrivalThatIsKnownAfterTheEndTheServiceTells) {
  using namespace dispatch::v1;
  auto late = Assigned(ASSIGNMENT_STATE_NO_SHOW, ASSIGNMENT_STATE_SIGNED_IN, "per_v");
  EXPECT_EQ(Told(late), (Lines{"helper_arrived → per_r", "no_show_came → area 310110009001"}));
  auto* task = late.mutable_assignment_changed()->mutable_task();
  *task->mutable_end_time() = ToTimestamp(kNow);
  EXPECT_EQ(Told(late), Lines{"no_show_came → area 310110009001"});
}

TEST(Notices, OfSigningOut) {
  using namespace dispatch::v1;
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
  using namespace dispatch::v1;
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
  using namespace dispatch::v1;
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
  using namespace dispatch::v1;
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
  using namespace dispatch::v1;
  auto event = Assigned(ASSIGNMENT_STATE_ACCEPTED, ASSIGNMENT_STATE_ACCEPTED, actor);
  event.mutable_assignment_changed()->set_withdrawal(how);
  event.mutable_assignment_changed()->mutable_assignment()->set_reason("发烧");
  return event;
}

TEST(Notices, OfARequestToBeLetGo) {
  using namespace dispatch::v1;
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
  using namespace dispatch::v1;
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
  using namespace dispatch::v1;
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
  using namespace dispatch::v1;
  auto filled = Assigned(ASSIGNMENT_STATE_OFFERED, ASSIGNMENT_STATE_RELEASED, "dispatch");
  filled.mutable_assignment_changed()->mutable_assignment()->set_end_cause(END_CAUSE_ENOUGH_PEOPLE);
  EXPECT_EQ(Told(filled), Lines{"task_filled → per_v"});
}

TEST(Notices, AReleaseSaysWhy) {
  using namespace dispatch::v1;
  auto released = Assigned(ASSIGNMENT_STATE_ACCEPTED, ASSIGNMENT_STATE_RELEASED, "per_c");
  released.mutable_assignment_changed()->mutable_task()->set_state(TASK_STATE_CANCELLED);
  released.mutable_assignment_changed()->mutable_assignment()->set_reason("暴雨");
  EXPECT_EQ(Told(released), Lines{"task_cancelled → per_v"});
  EXPECT_EQ(NoticesOf(released)[0].record.params().at("reason"), "暴雨");
  released.mutable_assignment_changed()->mutable_task()->set_state(TASK_STATE_EXPIRED);
  EXPECT_EQ(Told(released), Lines{"task_expired → per_v"});
}

TEST(Notices, CoordinatorsHearWhenATaskIsStaffedAndWhenItFallsShort) {
  using namespace dispatch::v1;
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
  using namespace dispatch::v1;
  const auto accepted =
      NoticesOf(Assigned(ASSIGNMENT_STATE_UNSPECIFIED, ASSIGNMENT_STATE_ACCEPTED, "per_v"));
  ASSERT_TRUE(accepted[0].remind_at.has_value());
  EXPECT_EQ(*accepted[0].remind_at, kNow + std::chrono::hours(4));
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
  using namespace dispatch::v1;
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
  using namespace dispatch::v1;
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
  using namespace dispatch::v1;
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

TEST(Notices, EventsOfNoConcernTellNobody) {
  EXPECT_TRUE(NoticesOf(EventBy("x")).empty());
  events::v1::Event imported = EventBy("x");
  imported.mutable_areas_imported()->set_areas(3);
  EXPECT_TRUE(NoticesOf(imported).empty());
}

}  // namespace
}  // namespace baodao::inbox
