// Messages, ratings and complaints: what may be said, by whom, and who hears it.
#include <algorithm>

#include "common/testing/machine.h"
#include "services/dispatch/domain/complaint.h"
#include "services/dispatch/domain/message.h"
#include "services/dispatch/domain/rating.h"
#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

using ::testing::ElementsAre;

class TalkRulesTest : public TaskFixture {
 protected:
  // Whom a message reaches, or why it is refused.
  std::vector<std::string> Told(std::set<v1::AssignmentState> states, Time now = kNow) {
    const absl::StatusOr<Effects> effects =
        DecideMessage(aggregate(), {"per_boss", "集合", std::move(states)}, &message_, now);
    if (!effects.ok()) return {Refusal(effects)};
    std::vector<std::string> told;
    for (const events::v1::Event& event : effects->events) {
      const auto& people = event.task_message_sent().person_ids();
      told.insert(told.end(), people.begin(), people.end());
    }
    return told;
  }
  absl::StatusOr<Effects> Rate(RatingSide side, const std::string& rater, int stars,
                               const std::string& person = "per_a") {
    RatingCommand command{side, person, {}};
    command.rating.set_rater_id(rater);
    command.rating.set_rating(stars);
    command.rating.set_comment("很好");
    return DecideRate(aggregate(), command, kNow + hours(7));
  }

  v1::TaskMessage message_;
};

TEST_F(TalkRulesTest, AMessageIsForThoseInTheStatesAskedFor) {
  Add("per_a", v1::ASSIGNMENT_STATE_ACCEPTED);
  Add("per_boss", v1::ASSIGNMENT_STATE_ACCEPTED);
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  Add("per_gone", v1::ASSIGNMENT_STATE_WITHDRAWN);
  EXPECT_THAT(Told({}), ElementsAre("per_a", "per_w")) << "not who sends it";
  EXPECT_THAT(Told({v1::ASSIGNMENT_STATE_WAITLISTED}), ElementsAre("per_w"));
  EXPECT_EQ(message_.number(), 2u);
  EXPECT_EQ(message_.recipient_count(), 1);
  EXPECT_THAT(Told({v1::ASSIGNMENT_STATE_OFFERED}), ElementsAre("NOBODY_TO_TELL"));
  for (int i = 2; i < kMessagesPerDay; ++i) EXPECT_THAT(Told({}), ElementsAre("per_a", "per_w"));
  EXPECT_THAT(Told({}), ElementsAre("RATE_LIMITED"));
  EXPECT_THAT(Told({}, kNow + hours(24)), ElementsAre("per_a", "per_w"));
}

TEST_F(TalkRulesTest, RatingsAreOfThoseWhoServedUntilTheTaskIsClosed) {
  record_.mutable_task()->set_requester_id("per_req");
  Add("per_a", v1::ASSIGNMENT_STATE_CREDITED);
  Add("per_b", v1::ASSIGNMENT_STATE_NO_SHOW);
  State(v1::TASK_STATE_EVALUATED);
  const auto rated = Rate(RatingSide::kOfVolunteer, "per_req", 2);
  ASSERT_EQ(Refusal(rated), "OK");
  ASSERT_EQ(rated->events.size(), 1u);
  EXPECT_EQ(rated->events[0].service_rated().rating(), 2);
  EXPECT_FALSE(rated->events[0].service_rated().by_volunteer());
  EXPECT_EQ(Refusal(Rate(RatingSide::kOfService, "per_a", 4)), "OK");
  const v1::ServiceRatings both = RatingsOf(*aggregate().Find("per_a"));
  EXPECT_EQ(both.of_volunteer().rater_id(), "per_req");
  EXPECT_EQ(both.of_service().rating(), 4);

  EXPECT_EQ(Refusal(Rate(RatingSide::kOfVolunteer, "per_boss", 5)), "REQUESTER_RATES");
  EXPECT_EQ(Refusal(Rate(RatingSide::kOfVolunteer, "per_a", 5)), "OWN_SERVICE");
  EXPECT_EQ(Refusal(Rate(RatingSide::kOfVolunteer, "per_req", 5, "per_b")), "WRONG_STATE");
  EXPECT_EQ(Refusal(Rate(RatingSide::kOfVolunteer, "per_req", 5, "per_c")), "NOT_ASSIGNED");
  aggregate().task().set_state(v1::TASK_STATE_CLOSED);
  EXPECT_EQ(Refusal(Rate(RatingSide::kOfVolunteer, "per_req", 5)), "WRONG_STATE");
}

TEST(Rating, TagsAreOfOneSideAndNoneTwice) {
  google::protobuf::RepeatedField<int> tags;
  tags.Add(v1::RATING_TAG_KIND);
  EXPECT_EQ(Refusal(CheckTags(tags, RatingSide::kOfVolunteer)), "OK");
  EXPECT_EQ(Refusal(CheckTags(tags, RatingSide::kOfService)), "INVALID_ARGUMENT_FIELDS");
  tags.Add(v1::RATING_TAG_KIND);
  EXPECT_EQ(Refusal(CheckTags(tags, RatingSide::kOfVolunteer)), "INVALID_ARGUMENT_FIELDS");
}

TEST(Complaint, EveryPairOfStateAndEvent) {
  using enum v1::ComplaintState;
  testing::CheckEveryPair(
      kComplaintMachine,
      {{{COMPLAINT_STATE_PENDING, ComplaintEvent::kAnswer}, COMPLAINT_STATE_ANSWERED},
       {{COMPLAINT_STATE_PENDING, ComplaintEvent::kLapse}, COMPLAINT_STATE_LAPSED}},
      ComplaintEvent::kLapse);
}

TEST(Complaint, TheFirstAreaAnswersThatThePersonDoesNotCoordinate) {
  const std::vector<std::string> upwards = {"310110001001", "310110001", "310110"};
  std::set<std::string> held;
  const auto coordinated = [&](const std::string& area) { return held.contains(area); };
  EXPECT_EQ(AnsweringArea(upwards, coordinated), "310110001001");
  held = {"310110001001"};
  EXPECT_EQ(AnsweringArea(upwards, coordinated), "310110001");
  held.insert("310110001");
  EXPECT_EQ(AnsweringArea(upwards, coordinated), "310110");
  held.insert("310110");
  EXPECT_EQ(AnsweringArea(upwards, coordinated), "310110") << "others there answer";
}

TEST_F(TalkRulesTest, BothSidesOfAComplaintTookPart) {
  record_.mutable_task()->set_requester_id("per_req");
  record_.mutable_task()->set_publisher_id("per_boss");
  *Add("per_a", v1::ASSIGNMENT_STATE_NO_SHOW).mutable_accept_time() = ToTimestamp(kNow);
  Add("per_w", v1::ASSIGNMENT_STATE_WAITLISTED);
  const auto may = [&](const std::string& who, const std::string& about, Time now) {
    return Refusal(
        CheckMayComplain(task(), who, aggregate().Find(who), about, aggregate().Find(about), now));
  };
  EXPECT_EQ(may("per_a", "per_req", kNow), "OK");
  EXPECT_EQ(may("per_a", "per_boss", kNow), "OK");
  EXPECT_EQ(may("per_req", "per_a", kNow), "OK");
  EXPECT_EQ(may("per_req", "", kNow), "OK");
  EXPECT_EQ(may("per_a", "per_a", kNow), "SELF_COMPLAINT");
  EXPECT_EQ(may("per_w", "per_a", kNow), "NOT_A_PARTICIPANT");
  EXPECT_EQ(may("per_a", "per_w", kNow), "NOT_A_PARTICIPANT");
  EXPECT_EQ(may("per_boss", "per_a", kNow), "NOT_A_PARTICIPANT") << "coordinators have other means";
  EXPECT_EQ(may("per_a", "", EndOf(task()) + kComplainUntil), "TOO_LATE");
}

TEST(Complaint, TimeRemindsOfItAndEndsIt) {
  v1::ComplaintRecord record;
  record.mutable_complaint()->set_state(v1::COMPLAINT_STATE_PENDING);
  *record.mutable_complaint()->mutable_create_time() = ToTimestamp(kNow);
  EXPECT_EQ(DeadlineOf(record), kNow + kRemindOfComplaintAfter);
  PassTime(&record, kNow + kRemindOfComplaintAfter);
  EXPECT_EQ(record.complaint().state(), v1::COMPLAINT_STATE_PENDING);
  EXPECT_EQ(DeadlineOf(record), kNow + kAnswerComplaintWithin);
  PassTime(&record, kNow + kAnswerComplaintWithin);
  EXPECT_EQ(record.complaint().state(), v1::COMPLAINT_STATE_LAPSED);
  EXPECT_EQ(DeadlineOf(record), std::nullopt);
}

}  // namespace
}  // namespace baodao::dispatch
