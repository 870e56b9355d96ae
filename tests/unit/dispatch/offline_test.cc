#include "services/dispatch/domain/offline.h"

#include "common/testing/matchers.h"
#include "services/dispatch/domain/close.h"
#include "services/dispatch/domain/credit_request.h"
#include "services/dispatch/domain/deadlines.h"
#include "services/dispatch/domain/service_photos.h"
#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

// per_a and per_b have accepted both slots; the work is from kStart to kEnd.
class OfflineTest : public TaskFixture {
 protected:
  OfflineTest() {
    Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
    Add("per_b", v1::ASSIGNMENT_STATE_ACCEPTED);
    State(v1::TASK_STATE_STAFFED);
  }
  absl::StatusOr<Effects> Send(std::optional<Time> in, std::optional<Time> out, Time now) {
    OfflineCommand command;
    command.person_id = "per_a";
    command.sign_in = in;
    command.sign_out = out;
    command.reservation = 9;
    return DecideOffline(aggregate(), command, now);
  }
  const v1::Assignment& Mine() { return aggregate().Find("per_a")->assignment(); }
  void Miss() { DecideNoShow(aggregate(), kStart + minutes(30), kStart + minutes(30)); }

  static constexpr Time kStart = kNow + hours(4);
  static constexpr Time kEnd = kNow + hours(6);
};

TEST_F(OfflineTest, BothSignsCountAsOfTheirTime) {
  const auto sent = Send(kStart + minutes(5), kStart + minutes(65), kStart + minutes(80));
  ASSERT_THAT(sent, testing::IsOk());
  EXPECT_EQ(Mine().state(), v1::ASSIGNMENT_STATE_SIGNED_OUT);
  EXPECT_EQ(Mine().credited_minutes(), 60);
  EXPECT_EQ(Mine().sign_in_method(), v1::SIGN_METHOD_CODE);
  EXPECT_EQ(ToTime(Mine().sign_in_detail().receive_time()), kStart + minutes(80));
  ASSERT_EQ(sent->events.size(), 2u) << "each is told";
  EXPECT_EQ(sent->events[0].assignment_changed().assignment().state(),
            v1::ASSIGNMENT_STATE_SIGNED_IN);
  EXPECT_EQ(sent->events[1].assignment_changed().before(), v1::ASSIGNMENT_STATE_SIGNED_IN);
}

TEST_F(OfflineTest, WhatIsOnRecordIsPassedOver) {
  ASSERT_THAT(Send(kStart, std::nullopt, kStart + minutes(10)), testing::IsOk());
  EXPECT_TRUE(Send(kStart, std::nullopt, kStart + minutes(20))->events.empty());
  // The phone has no answer for its sign-in, and sends it with the sign-out.
  ASSERT_THAT(Send(kStart, kStart + hours(1), kEnd), testing::IsOk());
  EXPECT_EQ(Mine().credited_minutes(), 60);
  EXPECT_TRUE(Send(kStart, kStart + hours(1), kEnd)->events.empty());
}

TEST_F(OfflineTest, RefusesWhatCannotBe) {
  EXPECT_EQ(Refusal(Send(std::nullopt, kStart + hours(1), kEnd)), "WRONG_STATE");
  EXPECT_EQ(Refusal(Send(kStart + hours(1), kStart, kEnd)), "SERVED_TIME_INVALID");
  EXPECT_EQ(Refusal(Send(kStart - minutes(31), std::nullopt, kEnd)), "TOO_EARLY");
  EXPECT_EQ(Refusal(Send(kEnd, std::nullopt, kEnd + minutes(1))), "TOO_LATE");
  EXPECT_EQ(Refusal(Send(kStart, kEnd, kEnd + kOfflineUntil)), "TOO_LATE");
  ASSERT_THAT(Send(kStart + minutes(5), std::nullopt, kStart + minutes(10)), testing::IsOk());
  EXPECT_EQ(Refusal(Send(std::nullopt, kStart + minutes(4), kEnd)), "SERVED_TIME_INVALID");
}

TEST_F(OfflineTest, WhoWasTakenForANoShowIsNone) {
  Miss();
  ASSERT_EQ(Mine().state(), v1::ASSIGNMENT_STATE_NO_SHOW);
  ASSERT_THAT(Send(kStart + minutes(5), std::nullopt, kStart + minutes(50)), testing::IsOk());
  EXPECT_EQ(Mine().state(), v1::ASSIGNMENT_STATE_SIGNED_IN);
  EXPECT_EQ(task().state(), v1::TASK_STATE_IN_SERVICE);
  EXPECT_EQ(aggregate().Find("per_a")->reservation(), 9u);
}

TEST_F(OfflineTest, ButNotWhoCameOnceTheyWere) {
  Miss();
  EXPECT_EQ(Refusal(Send(kStart + minutes(30), std::nullopt, kStart + minutes(50))), "TOO_LATE");
  EXPECT_EQ(Refusal(Send(kStart + minutes(29), std::nullopt, kStart + minutes(50))), "OK");
}

TEST_F(OfflineTest, NobodyCameBeforeTheyWereOnTheTask) {
  v1::Assignment& mine = *aggregate().Change("per_a").mutable_assignment();
  *mine.mutable_accept_time() = ToTimestamp(kStart + minutes(10));
  EXPECT_EQ(Refusal(Send(kStart + minutes(9), std::nullopt, kStart + minutes(20))), "TOO_EARLY");
  Miss();
  EXPECT_EQ(Refusal(Send(kStart + minutes(9), std::nullopt, kStart + minutes(50))), "TOO_EARLY");
  // A coordinator puts them on it again: they have been since they accepted.
  ASSERT_EQ(Refusal(Do(Command(TakeKind::kAssign, ProfileOf("per_a")), kStart + minutes(40))),
            "OK");
  EXPECT_EQ(Refusal(Send(kStart + minutes(35), std::nullopt, kStart + minutes(50))), "TOO_LATE")
      << "nobody saw them between";
  EXPECT_EQ(Refusal(Send(kStart + minutes(11), std::nullopt, kStart + minutes(50))), "OK");
}

TEST_F(OfflineTest, WhatTheyAskedForIsOnRecord) {
  const CreditCommand asked{"per_a", kStart, kStart + minutes(90), "sealed", 0};
  ASSERT_EQ(Refusal(DecideRequestCredit(aggregate(), asked, kEnd + minutes(10))), "OK");
  ASSERT_EQ(Mine().state(), v1::ASSIGNMENT_STATE_ACCEPTED);
  ASSERT_EQ(Refusal(Send(kStart, kStart + minutes(80), kEnd + minutes(20))), "OK");
  EXPECT_EQ(Mine().credit_request().state(), v1::CREDIT_REQUEST_STATE_CANCELLED);
  EXPECT_EQ(Mine().credited_minutes(), 80);
}

TEST_F(OfflineTest, SomeAreRefusedWhateverTheirCodesProve) {
  Add("per_r", v1::ASSIGNMENT_STATE_RELEASED);
  EXPECT_EQ(Refusal(CheckOfflineSender(aggregate(), "per_x", kEnd)), "NOT_ASSIGNED");
  EXPECT_EQ(Refusal(CheckOfflineSender(aggregate(), "per_r", kEnd)), "WRONG_STATE");
  EXPECT_EQ(Refusal(CheckOfflineSender(aggregate(), "per_a", kEnd)), "OK");
  EXPECT_EQ(Refusal(CheckOfflineSender(aggregate(), "per_a", kEnd + kOfflineUntil)), "TOO_LATE");
  aggregate().task().set_state(v1::TASK_STATE_CLOSED);
  EXPECT_EQ(Refusal(CheckOfflineSender(aggregate(), "per_a", kEnd)), "WRONG_STATE");
}

TEST_F(OfflineTest, UnlessAnotherHasTheirSlot) {
  record_.mutable_task()->set_slots_max(1);
  record_.mutable_task()->set_accepted_count(1);
  people_.erase("per_b");
  Miss();
  ASSERT_EQ(Refusal(Do(Command(TakeKind::kClaim, ProfileOf("per_c")), kStart + minutes(40))), "OK");
  EXPECT_EQ(Refusal(Send(kStart + minutes(5), std::nullopt, kStart + minutes(50))), "TASK_FULL");
}

TEST_F(OfflineTest, AnExpiredTaskWasServedAfterAll) {
  Miss();
  DecideEnd(aggregate(), kEnd + hours(1));
  ASSERT_EQ(task().state(), v1::TASK_STATE_EXPIRED);
  ASSERT_THAT(Send(kStart + minutes(5), kEnd - minutes(10), kEnd + hours(2)), testing::IsOk());
  EXPECT_EQ(task().state(), v1::TASK_STATE_SERVED);
  EXPECT_EQ(Mine().credited_minutes(), 105);
}

// The timer that would sign them out is gone.
TEST_F(OfflineTest, WhoComesInAfterTheTaskGoesOutWithIt) {
  Miss();
  DecideEnd(aggregate(), kEnd + hours(1));
  ASSERT_THAT(Send(kStart + minutes(5), std::nullopt, kEnd + hours(2)), testing::IsOk());
  EXPECT_EQ(Mine().state(), v1::ASSIGNMENT_STATE_SIGNED_OUT);
  EXPECT_EQ(Mine().sign_out_method(), v1::SIGN_METHOD_TIMER);
  EXPECT_EQ(Mine().credited_minutes(), 115);
}

TEST_F(OfflineTest, TheirSignOutReplacesTheTimers) {
  ASSERT_THAT(Send(kStart, std::nullopt, kStart + minutes(10)), testing::IsOk());
  DecideEnd(aggregate(), kEnd + hours(1));
  ASSERT_EQ(Mine().credited_minutes(), 120);
  ASSERT_THAT(Send(kStart, kStart + minutes(45), kEnd + hours(2)), testing::IsOk());
  EXPECT_EQ(Mine().credited_minutes(), 45);
  EXPECT_EQ(Mine().sign_out_method(), v1::SIGN_METHOD_CODE);
}

TEST_F(OfflineTest, ButNotOnceTheHoursMayBeCredited) {
  ASSERT_THAT(Send(kStart, std::nullopt, kStart + minutes(10)), testing::IsOk());
  DecideEnd(aggregate(), kEnd + hours(1));
  aggregate().record().set_confirmation(v1::CONFIRMATION_EVALUATION);
  EXPECT_TRUE(Send(kStart, kStart + minutes(45), kEnd + hours(2))->events.empty());
  EXPECT_EQ(Mine().credited_minutes(), 120);
}

TEST_F(OfflineTest, PhotosAreGivenByThoseWhoWereThere) {
  const auto give = [this](const std::string& person, bool any, bool by_coordinator = false) {
    return Refusal(DecidePhotos(aggregate(), {person, by_coordinator, any}, kStart));
  };
  EXPECT_EQ(give("per_a", true), "WRONG_STATE");
  EXPECT_EQ(give("per_x", true), "NOT_ASSIGNED");
  ASSERT_THAT(Send(kStart, std::nullopt, kStart), testing::IsOk());
  EXPECT_EQ(give("per_a", true), "OK");
  EXPECT_EQ(give("per_a", true), "OK");
  EXPECT_EQ(aggregate().record().photographer_ids_size(), 1);
  EXPECT_EQ(give("per_a", false, true), "OK");
  EXPECT_EQ(aggregate().record().photographer_ids_size(), 0);
  for (int i = 0; i < kMaxPhotographers; ++i) {
    aggregate().record().add_photographer_ids("per_" + std::to_string(i));
  }
  EXPECT_EQ(give("per_a", true), "TOO_MANY_PHOTOS");
  aggregate().task().set_state(v1::TASK_STATE_CLOSED);
  EXPECT_EQ(give("per_a", true), "WRONG_STATE");
}

}  // namespace
}  // namespace baodao::dispatch
