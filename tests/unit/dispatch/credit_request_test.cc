#include "services/dispatch/domain/credit_request.h"

#include "common/testing/matchers.h"
#include "services/dispatch/domain/close.h"
#include "services/dispatch/domain/confirm.h"
#include "services/dispatch/domain/deadlines.h"
#include "services/dispatch/domain/standing.h"
#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

class CreditRequestTest : public TaskFixture {
 protected:
  static constexpr Time kStart = kNow + hours(4);
  static constexpr Time kEnd = kNow + hours(6);
  static constexpr Time kLater = kEnd + hours(3);

  CreditRequestTest() { record_.mutable_task()->set_requester_id("per_r"); }

  void Missed() {
    Add("per_a", v1::ASSIGNMENT_STATE_NO_SHOW);
    State(v1::TASK_STATE_EXPIRED);
  }
  static CreditCommand Command(const std::string& person = "per_a") {
    return {person, kStart, kStart + minutes(90), "sealed", 2};
  }
  std::string Request(Time now = kLater, const std::string& person = "per_a") {
    asked_at_ = now;
    return Refusal(DecideRequestCredit(aggregate(), Command(person), now));
  }
  std::string Reject(const std::string& by = "per_c") {
    return Refusal(DecideRejectCredit(aggregate(), {"per_a", asked_at_, by, "无法核实"}, kLater));
  }
  std::string Cancel() { return Refusal(DecideCancelCredit(aggregate(), "per_a", kLater)); }
  absl::StatusOr<Effects> Approve(const std::string& by = "per_c", bool on_request = true) {
    ConfirmCommand command;
    command.confirmer_id = by;
    command.reason = "照片属实";
    if (on_request) command.request_time = asked_at_;
    command.services.push_back({"per_a", kStart, kStart + minutes(60), "", 900});
    return DecideConfirm(aggregate(), command, kLater);
  }
  const v1::AssignmentRecord& Record() { return *aggregate().Find("per_a"); }
  const v1::CreditRequest& Credit() { return Record().assignment().credit_request(); }
  static std::string RequestTimer() { return Timer("creditrequest", "per_a"); }

  Time asked_at_ = kLater;
};

TEST_F(CreditRequestTest, ANoShowAppealsAndIsCredited) {
  Missed();
  const auto asked = DecideRequestCredit(aggregate(), Command(), kLater);
  ASSERT_THAT(asked, testing::IsOk());
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_NO_SHOW) << "until somebody agrees";
  EXPECT_EQ(Credit().state(), v1::CREDIT_REQUEST_STATE_PENDING);
  EXPECT_EQ(ToTime(Credit().served().end()), kStart + minutes(90));
  EXPECT_EQ(Credit().photo_count(), 2);
  EXPECT_EQ(ToTime(Credit().expire_time()), kLater + hours(24 * 14));
  EXPECT_EQ(Record().sealed_proof(), "sealed");
  EXPECT_EQ(Armed(*asked, RequestTimer()), kLater + hours(24 * 3));
  ASSERT_EQ(asked->events.size(), 1u);
  EXPECT_EQ(asked->events[0].credit_request_changed().before(),
            v1::CREDIT_REQUEST_STATE_UNSPECIFIED);
  EXPECT_EQ(asked->events[0].credit_request_changed().task().title(), "陪诊");
  EXPECT_EQ(asked->events[0].SerializeAsString().find("sealed"), std::string::npos);

  const auto approved = Approve();
  ASSERT_THAT(approved, testing::IsOk());
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_SIGNED_OUT);
  EXPECT_EQ(task().state(), v1::TASK_STATE_SERVED);
  EXPECT_EQ(Record().assignment().credited_minutes(), 60) << "as the coordinator says";
  EXPECT_EQ(Record().confirmation(), v1::CONFIRMATION_MANUAL_ON_PHOTOS);
  EXPECT_EQ(Record().confirmer_id(), "per_c");
  EXPECT_EQ(Record().sealed_proof(), "");
  EXPECT_EQ(Credit().state(), v1::CREDIT_REQUEST_STATE_APPROVED);
  EXPECT_EQ(Credit().answerer_id(), "per_c");
  EXPECT_EQ(Credit().reason(), "照片属实");
  EXPECT_TRUE(Cleared(*approved, RequestTimer()));
  EXPECT_TRUE(IsDue(aggregate().record(), Record()));
  ASSERT_EQ(approved->events.size(), 3u);
  EXPECT_EQ(approved->events[0].assignment_changed().before(), v1::ASSIGNMENT_STATE_NO_SHOW);
  EXPECT_EQ(approved->events[1].credit_request_changed().before(),
            v1::CREDIT_REQUEST_STATE_PENDING);
  EXPECT_EQ(Refusal(Approve()), "WRONG_STATE") << "once";
  EXPECT_EQ(Request(), "SERVICE_ON_RECORD");
}

TEST_F(CreditRequestTest, OnlyWhoWasExpectedAndIsNotOnRecordAsks) {
  using namespace v1;  // NOLINT
  const std::map<AssignmentState, std::string> answers = {
      {ASSIGNMENT_STATE_ACCEPTED, "OK"},
      {ASSIGNMENT_STATE_NO_SHOW, "OK"},
      {ASSIGNMENT_STATE_SIGNED_IN, "WRONG_STATE"},
      {ASSIGNMENT_STATE_SIGNED_OUT, "SERVICE_ON_RECORD"},
      {ASSIGNMENT_STATE_CREDITED, "SERVICE_ON_RECORD"},
      {ASSIGNMENT_STATE_OFFERED, "WRONG_STATE"},
      {ASSIGNMENT_STATE_DECLINED, "WRONG_STATE"},
      {ASSIGNMENT_STATE_LAPSED, "WRONG_STATE"},
      {ASSIGNMENT_STATE_WAITLISTED, "WRONG_STATE"},
      {ASSIGNMENT_STATE_WITHDRAWN, "WRONG_STATE"},
      {ASSIGNMENT_STATE_RELEASED, "WRONG_STATE"}};
  ASSERT_EQ(static_cast<int>(answers.size()), AssignmentState_descriptor()->value_count() - 1);
  for (const auto& [state, answer] : answers) Add("per_" + AssignmentState_Name(state), state);
  for (const auto& [state, answer] : answers) {
    EXPECT_EQ(Request(kEnd, "per_" + AssignmentState_Name(state)), answer)
        << AssignmentState_Name(state);
  }
  EXPECT_EQ(Request(kEnd, "per_never"), "NOT_ASSIGNED");
}

TEST_F(CreditRequestTest, FromTheEndAndAsLongAsThereIsAWeekToAnswer) {
  Missed();
  EXPECT_EQ(Request(kEnd - Millis(1)), "TOO_EARLY");
  EXPECT_EQ(Request(kEnd + hours(24 * 23)), "TOO_LATE");
  CreditCommand outside = Command();
  outside.end = kEnd + Millis(1);
  EXPECT_EQ(Refusal(DecideRequestCredit(aggregate(), outside, kLater)), "SERVED_TIME_INVALID");
  EXPECT_EQ(Request(kEnd + hours(24 * 23) - Millis(1)), "OK");
  EXPECT_EQ(ToTime(Credit().expire_time()), kEnd + hours(24 * 30)) << "nobody can confirm it then";
  static_assert(kRemindOfCreditAfter < kConfirmUntil - kRequestCreditUntil);
  static_assert(kRemindOfCreditAfter < kAnswerCreditWithin);
}

TEST_F(CreditRequestTest, OneAtATimeAndNoneAfterANo) {
  Missed();
  EXPECT_EQ(Cancel(), "CREDIT_NOT_REQUESTED");
  EXPECT_EQ(Refusal(Approve()), "CREDIT_NOT_REQUESTED");
  EXPECT_EQ(Refusal(DecideCancelCredit(aggregate(), "per_never", kLater)), "NOT_ASSIGNED");
  ASSERT_EQ(Request(), "OK");
  EXPECT_EQ(Request(), "CREDIT_REQUESTED");
  ASSERT_EQ(Cancel(), "OK");
  EXPECT_EQ(Record().sealed_proof(), "");
  EXPECT_EQ(Cancel(), "WRONG_STATE");
  EXPECT_EQ(Reject(), "WRONG_STATE");
  ASSERT_EQ(Request(), "OK");
  ASSERT_EQ(Reject(), "OK");
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_NO_SHOW);
  EXPECT_EQ(Record().assignment().credited_minutes(), 0);
  EXPECT_EQ(Record().sealed_proof(), "");
  EXPECT_EQ(Credit().reason(), "无法核实");
  EXPECT_EQ(Request(), "WRONG_STATE");
  EXPECT_EQ(Refusal(Approve("per_c", false)), "OK") << "a coordinator may learn better";
  EXPECT_EQ(Credit().state(), v1::CREDIT_REQUEST_STATE_REJECTED);
}

// More hours, say, than whoever answers has read.
TEST_F(CreditRequestTest, OneMadeAnewSinceIsAnother) {
  Missed();
  ASSERT_EQ(Request(), "OK");
  ASSERT_EQ(Cancel(), "OK");
  ASSERT_EQ(Request(kLater + minutes(1)), "OK");
  asked_at_ = kLater;
  EXPECT_EQ(Reject(), "STALE_VERSION");
  EXPECT_EQ(Refusal(Approve()), "STALE_VERSION");
  asked_at_ = kLater + minutes(1);
  EXPECT_EQ(Reject(), "OK");
}

TEST_F(CreditRequestTest, NobodyAnswersTheirOwn) {
  Missed();
  ASSERT_EQ(Request(), "OK");
  EXPECT_EQ(Reject("per_a"), "OWN_SERVICE");
  EXPECT_EQ(Refusal(Approve("per_a")), "OWN_SERVICE");
  EXPECT_EQ(Credit().state(), v1::CREDIT_REQUEST_STATE_PENDING);
}

TEST_F(CreditRequestTest, ServiceConfirmedWithoutLookingAtTheProofEndsIt) {
  Missed();
  ASSERT_EQ(Request(), "OK");
  const auto confirmed = Approve("per_r", false);
  ASSERT_THAT(confirmed, testing::IsOk());
  EXPECT_EQ(Credit().state(), v1::CREDIT_REQUEST_STATE_APPROVED);
  EXPECT_EQ(Record().confirmation(), v1::CONFIRMATION_UNSPECIFIED) << "plainly MANUAL";
  EXPECT_TRUE(Cleared(*confirmed, RequestTimer()));
}

TEST_F(CreditRequestTest, AStatementAloneIsNoPhoto) {
  Missed();
  CreditCommand command = Command();
  command.photo_count = 0;
  ASSERT_THAT(DecideRequestCredit(aggregate(), command, kLater), testing::IsOk());
  ASSERT_THAT(Approve(), testing::IsOk());
  EXPECT_EQ(Record().confirmation(), v1::CONFIRMATION_MANUAL_ON_STATEMENT);
}

TEST_F(CreditRequestTest, CoordinatorsAreRemindedOnceThenItLapses) {
  Missed();
  ASSERT_EQ(Request(), "OK");
  const Time remind = kLater + hours(24 * 3), lapse = kLater + hours(24 * 14);
  const Effects early = DecideUnanswered(aggregate(), "per_a", remind - Millis(1));
  EXPECT_TRUE(early.events.empty());
  EXPECT_EQ(Armed(early, RequestTimer()), remind);

  const Effects reminded = DecideUnanswered(aggregate(), "per_a", remind);
  ASSERT_EQ(reminded.events.size(), 1u);
  const auto& still = reminded.events[0].credit_request_changed();
  EXPECT_EQ(still.before(), v1::CREDIT_REQUEST_STATE_PENDING);
  EXPECT_EQ(still.assignment().credit_request().state(), v1::CREDIT_REQUEST_STATE_PENDING);
  EXPECT_EQ(Armed(reminded, RequestTimer()), lapse);
  const Effects twice = DecideUnanswered(aggregate(), "per_a", remind);
  EXPECT_TRUE(twice.events.empty());
  EXPECT_EQ(Armed(twice, RequestTimer()), lapse);

  const Effects lapsed = DecideUnanswered(aggregate(), "per_a", lapse);
  EXPECT_EQ(Credit().state(), v1::CREDIT_REQUEST_STATE_LAPSED);
  EXPECT_EQ(Record().sealed_proof(), "");
  EXPECT_TRUE(Cleared(lapsed, RequestTimer()));
  EXPECT_EQ(Refusal(Approve()), "WRONG_STATE");
  const Effects late = DecideUnanswered(aggregate(), "per_a", lapse);
  EXPECT_TRUE(late.events.empty());
  EXPECT_TRUE(Cleared(late, RequestTimer()));
  ASSERT_EQ(Request(), "OK") << "nobody has said no";
  EXPECT_FALSE(Record().credit_reminded());
}

// Between the end and the timer an hour later people are ACCEPTED, and may lose their standing.
TEST_F(CreditRequestTest, WhatWasAskedForOutlivesWhatHappensToTheAssignment) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  State(v1::TASK_STATE_STAFFED);
  ASSERT_EQ(Request(kEnd), "OK");
  const auto elsewhere = ProfileOf("per_a", "310110009");
  ASSERT_FALSE(DecideStanding(aggregate(), elsewhere, kRelations, kEnd).events.empty());
  ASSERT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_RELEASED);
  EXPECT_EQ(Credit().state(), v1::CREDIT_REQUEST_STATE_PENDING);
  ASSERT_THAT(Approve(), testing::IsOk());
  EXPECT_EQ(Credit().state(), v1::CREDIT_REQUEST_STATE_APPROVED);
  EXPECT_EQ(Record().confirmation(), v1::CONFIRMATION_MANUAL_ON_PHOTOS);
}

TEST_F(CreditRequestTest, WhoIsMarkedMissingMeanwhileIsHeardAllTheSame) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  State(v1::TASK_STATE_STAFFED);
  ASSERT_EQ(Request(kEnd), "OK");
  (void)DecideEnd(aggregate(), kEnd + kEndGrace);
  ASSERT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_NO_SHOW);
  ASSERT_THAT(Approve(), testing::IsOk());
  EXPECT_EQ(StateOf("per_a"), v1::ASSIGNMENT_STATE_SIGNED_OUT);
}

}  // namespace
}  // namespace baodao::dispatch
