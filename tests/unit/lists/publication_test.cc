#include "services/lists/domain/publication.h"

#include <gtest/gtest.h>

#include "common/status/status.h"
#include "common/testing/matchers.h"
#include "services/lists/domain/need_deadlines.h"
#include "services/lists/domain/need_rules.h"
#include "tests/unit/lists/needs.h"

namespace baodao::lists {
namespace {

using enum dispatch::v1::TaskState;

const Publisher kPublisher{"per_boss", "per_boss", "r1", 42};

v1::NeedRecord Begun() {
  v1::NeedRecord record = NeedIn(v1::NEED_STATE_ACCEPTED);
  EXPECT_THAT(BeginPublication(&record, {}, kPublisher, Point(31, 121), kNow), testing::IsOk());
  return record;
}

v1::NeedRecord Published(const std::string& task = "tsk_1") {
  v1::NeedRecord record = Begun();
  EXPECT_TRUE(CompletePublication(&record, {task, TASK_STATE_OPEN, 1}, kNow));
  return record;
}

TEST(BeginPublication, WritesTheTaskDownWithItsNumber) {
  const v1::NeedRecord record = Begun();
  EXPECT_TRUE(record.publishing());
  EXPECT_EQ(record.need().state(), v1::NEED_STATE_ACCEPTED);
  EXPECT_EQ(record.publish_attempt(), 1);
  const auto& task = record.publish_request();
  EXPECT_EQ(task.need_id(), record.need().need_id());
  EXPECT_EQ(task.need_attempt(), 1);
  EXPECT_EQ(task.requester_id(), record.need().requester_id());
  EXPECT_EQ(task.publisher_id(), "per_boss");
  EXPECT_EQ(task.slots_min(), 2);
  EXPECT_EQ(task.slots_max(), 2);
  EXPECT_EQ(task.place().latitude(), 31);
  EXPECT_EQ(task.skills(0), "first_aid");
  EXPECT_EQ(task.credentials(0), "nurse");
  EXPECT_EQ(task.window().SerializeAsString(), record.need().window().SerializeAsString());
  EXPECT_FALSE(task.has_contact());
  EXPECT_TRUE(IsPublishedBy(record, kPublisher));
}

TEST(BeginPublication, AnUrgentNeedCallsCoordinatorsSooner) {
  const auto sla_of = [](v1::NeedUrgency urgency, int asked) {
    v1::NeedRecord record = NeedIn(v1::NEED_STATE_ACCEPTED);
    record.mutable_need()->set_urgency(urgency);
    v1::PublishNeedRequest request;
    request.set_sla_seconds(asked);
    EXPECT_THAT(BeginPublication(&record, request, kPublisher, Point(31, 121), kNow),
                testing::IsOk());
    return record.publish_request().sla_seconds();
  };
  EXPECT_EQ(sla_of(v1::NEED_URGENCY_NORMAL, 0), 0) << "dispatch's default";
  EXPECT_EQ(sla_of(v1::NEED_URGENCY_SOON, 0), 7200);
  EXPECT_EQ(sla_of(v1::NEED_URGENCY_URGENT, 0), 1800);
  EXPECT_EQ(sla_of(v1::NEED_URGENCY_URGENT, 600), 600) << "the publisher knows better";
}

TEST(BeginPublication, TheWindowOfTheRequestWins) {
  v1::NeedRecord record = NeedIn(v1::NEED_STATE_ACCEPTED);
  v1::PublishNeedRequest request;
  *request.mutable_window() = WindowAt(kNow + std::chrono::hours(3));
  ASSERT_THAT(BeginPublication(&record, request, kPublisher, Point(31, 121), kNow),
              testing::IsOk());
  EXPECT_EQ(ToTime(record.publish_request().window().start()), kNow + std::chrono::hours(3));
}

TEST(BeginPublication, WhetherTeammatesAreShownAndPeopleCheckInIsForThePublisherToSay) {
  for (const bool show : {false, true}) {
    v1::NeedRecord record = NeedIn(v1::NEED_STATE_ACCEPTED);
    v1::PublishNeedRequest request;
    request.set_show_teammates(show);
    request.set_check_in_minutes(show ? 30 : 0);
    ASSERT_THAT(BeginPublication(&record, request, kPublisher, Point(31, 121), kNow),
                testing::IsOk());
    EXPECT_EQ(record.publish_request().show_teammates(), show);
    EXPECT_EQ(record.publish_request().check_in_minutes(), show ? 30 : 0);
  }
}

TEST(BeginPublication, Slots) {
  struct Case {
    int min, max, want_min, want_max;
  };
  for (const Case& c : {Case{0, 0, 2, 2}, Case{1, 0, 1, 2}, Case{5, 0, 5, 5}, Case{0, 1, 1, 1},
                        Case{0, 9, 2, 9}, Case{3, 7, 3, 7}}) {
    v1::NeedRecord record = NeedIn(v1::NEED_STATE_ACCEPTED);
    v1::PublishNeedRequest request;
    request.set_slots_min(c.min);
    request.set_slots_max(c.max);
    ASSERT_THAT(BeginPublication(&record, request, kPublisher, {}, kNow), testing::IsOk());
    EXPECT_EQ(record.publish_request().slots_min(), c.want_min);
    EXPECT_EQ(record.publish_request().slots_max(), c.want_max);
  }
  v1::NeedRecord record = NeedIn(v1::NEED_STATE_ACCEPTED);
  v1::PublishNeedRequest request;
  request.set_slots_min(3);
  request.set_slots_max(2);
  EXPECT_THAT(BeginPublication(&record, request, kPublisher, {}, kNow),
              testing::IsRefusal(Reason::SLOTS_INVALID));
  EXPECT_FALSE(record.publishing());
}

TEST(BeginPublication, OnlyOfAnAcceptedOrLinkedNeedWithoutTask) {
  for (int s = 1; s < v1::NeedState_ARRAYSIZE; ++s) {
    const auto state = static_cast<v1::NeedState>(s);
    v1::NeedRecord record = NeedIn(state);
    const absl::Status status = BeginPublication(&record, {}, kPublisher, {}, kNow);
    const bool fine = state == v1::NEED_STATE_ACCEPTED || state == v1::NEED_STATE_MATCHED;
    EXPECT_EQ(status.ok(), fine) << s;
    EXPECT_EQ(Is(status, Reason::NEED_NOT_ACCEPTED), !fine);
  }
  v1::NeedRecord running = Begun();
  EXPECT_THAT(BeginPublication(&running, {}, {"x", "x", "r2", 1}, {}, kNow),
              testing::IsRefusal(Reason::NEED_ALREADY_PUBLISHED));
  EXPECT_FALSE(IsPublishedBy(running, {"x", "x", "r2", 1}));
  v1::NeedRecord published = Published();
  EXPECT_THAT(BeginPublication(&published, {}, kPublisher, {}, kNow),
              testing::IsRefusal(Reason::NEED_ALREADY_PUBLISHED));
}

TEST(CompletePublication, MatchesTheNeedOnce) {
  v1::NeedRecord record = Published();
  EXPECT_EQ(record.need().state(), v1::NEED_STATE_MATCHED);
  EXPECT_EQ(record.need().task_id(), "tsk_1");
  EXPECT_FALSE(record.publishing());
  EXPECT_FALSE(record.has_publish_request());
  EXPECT_TRUE(record.publish_caller().empty());
  EXPECT_FALSE(CompletePublication(&record, {"tsk_2", TASK_STATE_OPEN, 1}, kNow));
  EXPECT_EQ(record.need().task_id(), "tsk_1");
}

TEST(CompletePublication, TakesOverATaskThatHasMovedOnMeanwhile) {
  v1::NeedRecord record = Begun();
  ASSERT_TRUE(CompletePublication(&record, {"tsk_1", TASK_STATE_SERVED, 9}, kNow));
  EXPECT_EQ(record.need().state(), v1::NEED_STATE_RESOLVED);
  EXPECT_EQ(record.task_version(), 9u);
}

TEST(AbandonPublication, LeavesTheNeedAcceptedForAnother) {
  v1::NeedRecord record = Begun();
  EXPECT_FALSE(AbandonPublication(&record, 2, kNow));
  EXPECT_TRUE(record.publishing());
  ASSERT_TRUE(AbandonPublication(&record, 1, kNow));
  EXPECT_EQ(record.need().state(), v1::NEED_STATE_ACCEPTED);
  EXPECT_FALSE(record.publishing());
  ASSERT_THAT(BeginPublication(&record, {}, kPublisher, {}, kNow), testing::IsOk());
  EXPECT_EQ(record.publish_attempt(), 2);
  EXPECT_EQ(record.publish_request().need_attempt(), 2);
}

TEST(FollowTask, WalksTheNeedToItsEnd) {
  v1::NeedRecord record = Published();
  EXPECT_FALSE(FollowTask(&record, {"tsk_1", TASK_STATE_STAFFED, 4}, kNow));
  ASSERT_TRUE(FollowTask(&record, {"tsk_1", TASK_STATE_IN_SERVICE, 5}, kNow));
  EXPECT_EQ(record.need().state(), v1::NEED_STATE_IN_PROGRESS);
  ASSERT_TRUE(FollowTask(&record, {"tsk_1", TASK_STATE_SERVED, 6}, kNow));
  EXPECT_EQ(record.need().state(), v1::NEED_STATE_RESOLVED);
  EXPECT_FALSE(FollowTask(&record, {"tsk_1", TASK_STATE_EVALUATED, 7}, kNow));
  EXPECT_EQ(record.need().state(), v1::NEED_STATE_RESOLVED);
  ASSERT_TRUE(FollowTask(&record, {"tsk_1", TASK_STATE_CLOSED, 8}, kNow));
  EXPECT_EQ(record.need().state(), v1::NEED_STATE_CLOSED);
}

TEST(FollowTask, RedeliveryAndDisorderDoNothing) {
  v1::NeedRecord record = Published();
  ASSERT_TRUE(FollowTask(&record, {"tsk_1", TASK_STATE_SERVED, 6}, kNow));
  const std::string before = record.SerializeAsString();
  EXPECT_FALSE(FollowTask(&record, {"tsk_1", TASK_STATE_SERVED, 6}, kNow));
  EXPECT_FALSE(FollowTask(&record, {"tsk_1", TASK_STATE_IN_SERVICE, 5}, kNow));
  EXPECT_FALSE(FollowTask(&record, {"tsk_1", TASK_STATE_CANCELLED, 6}, kNow));
  EXPECT_FALSE(FollowTask(&record, {"tsk_other", TASK_STATE_CLOSED, 60}, kNow));
  EXPECT_EQ(record.SerializeAsString(), before);
}

TEST(FollowTask, ALostTaskFreesTheNeedAndIsForgotten) {
  for (const auto lost : {TASK_STATE_CANCELLED, TASK_STATE_EXPIRED}) {
    v1::NeedRecord record = Published();
    ASSERT_TRUE(FollowTask(&record, {"tsk_1", lost, 5}, kNow));
    EXPECT_EQ(record.need().state(), v1::NEED_STATE_ACCEPTED);
    EXPECT_TRUE(record.need().task_id().empty());
    ASSERT_THAT(BeginPublication(&record, {}, kPublisher, {}, kNow), testing::IsOk());
    // The old task speaks again while the new publication runs.
    EXPECT_FALSE(FollowTask(&record, {"tsk_1", TASK_STATE_SERVED, 6}, kNow));
    EXPECT_TRUE(record.publishing());
    ASSERT_TRUE(CompletePublication(&record, {"tsk_2", TASK_STATE_OPEN, 1}, kNow));
    EXPECT_FALSE(FollowTask(&record, {"tsk_1", TASK_STATE_CLOSED, 7}, kNow));
    ASSERT_TRUE(FollowTask(&record, {"tsk_2", TASK_STATE_IN_SERVICE, 2}, kNow));
    EXPECT_EQ(record.need().state(), v1::NEED_STATE_IN_PROGRESS);
  }
}

// A volunteer who had come without signing in left a need that nothing could resolve.
TEST(FollowTask, ServiceConfirmedAfterTheFactResolvesTheNeed) {
  for (const auto state : {v1::NEED_STATE_ACCEPTED, v1::NEED_STATE_EXPIRED, v1::NEED_STATE_RETURNED,
                           v1::NEED_STATE_SUBMITTED}) {
    v1::NeedRecord record = Published();
    ASSERT_TRUE(FollowTask(&record, {"tsk_1", TASK_STATE_EXPIRED, 5}, kNow));
    record.mutable_need()->set_state(state);
    ASSERT_TRUE(FollowTask(&record, {"tsk_1", TASK_STATE_SERVED, 6}, kNow));
    EXPECT_EQ(record.need().state(), v1::NEED_STATE_RESOLVED);
    EXPECT_EQ(record.need().task_id(), "tsk_1");
    EXPECT_EQ(record.need().past_task_ids_size(), 0);
    // Old news changes nothing, and new news is followed.
    EXPECT_FALSE(FollowTask(&record, {"tsk_1", TASK_STATE_EXPIRED, 5}, kNow));
    EXPECT_FALSE(FollowTask(&record, {"tsk_1", TASK_STATE_SERVED, 6}, kNow));
    ASSERT_TRUE(FollowTask(&record, {"tsk_1", TASK_STATE_CLOSED, 8}, kNow));
    EXPECT_EQ(record.need().state(), v1::NEED_STATE_CLOSED);
  }
}

// It was confirmed while another publication ran, or another task served the need for a while.
TEST(FollowTask, ALostTaskThatIsClosedByNowWasServed) {
  v1::NeedRecord record = Published();
  ASSERT_TRUE(FollowTask(&record, {"tsk_1", TASK_STATE_EXPIRED, 5}, kNow));
  ASSERT_TRUE(FollowTask(&record, {"tsk_1", TASK_STATE_CLOSED, 8}, kNow));
  EXPECT_EQ(record.need().state(), v1::NEED_STATE_RESOLVED);
  EXPECT_EQ(record.need().task_id(), "tsk_1");
  EXPECT_EQ(record.need().past_task_ids_size(), 0);
  EXPECT_EQ(DeadlineOf(record), kNow + kNeedAutoClose) << "nothing else would close it";
}

TEST(FollowTask, OnlyServiceOfALostTaskWaitsForTheRunningPublication) {
  v1::NeedRecord record = Published();
  ASSERT_TRUE(FollowTask(&record, {"tsk_1", TASK_STATE_EXPIRED, 5}, kNow));
  const TaskSnapshot served{"tsk_1", TASK_STATE_SERVED, 6};
  EXPECT_FALSE(WaitsForPublication(record, served)) << "none runs";
  ASSERT_THAT(BeginPublication(&record, {}, kPublisher, {}, kNow), testing::IsOk());
  EXPECT_TRUE(WaitsForPublication(record, served));
  EXPECT_TRUE(WaitsForPublication(record, {"tsk_1", TASK_STATE_CLOSED, 8}));
  EXPECT_FALSE(WaitsForPublication(record, {"tsk_1", TASK_STATE_EXPIRED, 5}));
  EXPECT_FALSE(WaitsForPublication(record, {"tsk_2", TASK_STATE_SERVED, 9}))
      << "the running publication's own task completes it";
  ASSERT_TRUE(AbandonPublication(&record, 2, kNow));
  ASSERT_TRUE(FollowTask(&record, served, kNow));
  EXPECT_EQ(record.need().state(), v1::NEED_STATE_RESOLVED);
}

TEST(FollowTask, ServiceOfALostTaskLeavesANeedAloneThatHasAnother) {
  v1::NeedRecord record = Published();
  ASSERT_TRUE(FollowTask(&record, {"tsk_1", TASK_STATE_EXPIRED, 5}, kNow));
  ASSERT_THAT(BeginPublication(&record, {}, kPublisher, {}, kNow), testing::IsOk());
  ASSERT_TRUE(CompletePublication(&record, {"tsk_2", TASK_STATE_OPEN, 1}, kNow));
  EXPECT_FALSE(FollowTask(&record, {"tsk_1", TASK_STATE_SERVED, 6}, kNow));
  EXPECT_EQ(record.need().task_id(), "tsk_2");
  EXPECT_EQ(record.need().state(), v1::NEED_STATE_MATCHED);
}

// Its requester heard that help was being arranged anew, and nothing more for ever.
TEST(FollowTask, ANeedWhoseTimeHasPassedExpiresWithItsTask) {
  v1::NeedRecord record = Published();
  const Time end = ToTime(record.need().window().end());
  v1::NeedRecord early = record;
  ASSERT_TRUE(FollowTask(&early, {"tsk_1", TASK_STATE_EXPIRED, 5}, end - Millis(1)));
  EXPECT_EQ(early.need().state(), v1::NEED_STATE_ACCEPTED);
  ASSERT_TRUE(FollowTask(&record, {"tsk_1", TASK_STATE_EXPIRED, 5}, end));
  EXPECT_EQ(record.need().state(), v1::NEED_STATE_EXPIRED);
  EXPECT_TRUE(record.need().task_id().empty());
  EXPECT_EQ(record.need().past_task_ids(0), "tsk_1");
}

TEST(FollowTask, ANeedArrangedForLaterIsWantedUntilThen) {
  v1::NeedRecord record = NeedIn(v1::NEED_STATE_ACCEPTED);
  v1::PublishNeedRequest request;
  *request.mutable_window() = WindowAt(kNow + std::chrono::hours(72));
  ASSERT_THAT(BeginPublication(&record, request, kPublisher, Point(31, 121), kNow),
              testing::IsOk());
  ASSERT_TRUE(CompletePublication(&record, {"tsk_1", TASK_STATE_OPEN, 1}, kNow));
  const TaskSnapshot cancelled{"tsk_1", TASK_STATE_CANCELLED, 2, dispatch::v1::NEED_OUTCOME_KEEP,
                               ""};
  ASSERT_TRUE(FollowTask(&record, cancelled, kNow + std::chrono::hours(60)));
  EXPECT_EQ(record.need().state(), v1::NEED_STATE_ACCEPTED);
  EXPECT_EQ(ToTime(record.arranged_until()), kNow + std::chrono::hours(74));
}

// It was ACCEPTED again, though the coordinator had said that nobody needed it any more.
TEST(FollowTask, ANeedIsCancelledWithItsTaskWhereThatWasSaid) {
  for (const bool linked : {false, true}) {
    v1::NeedRecord record = Published();
    if (linked) record.add_matches()->set_answer_id("res_1");
    ASSERT_TRUE(FollowTask(
        &record,
        {"tsk_1", TASK_STATE_CANCELLED, 5, dispatch::v1::NEED_OUTCOME_CANCEL, "女儿回来了"}, kNow));
    EXPECT_EQ(record.need().state(), v1::NEED_STATE_CANCELLED);
    EXPECT_EQ(record.need().cancel_reason(), "女儿回来了");
    EXPECT_TRUE(record.need().task_id().empty());
  }
}

TEST(CheckFindable, APhoneAndSomewhereToGo) {
  v1::NeedDetails details;
  EXPECT_EQ(MetadataOf(CheckFindable(details))["missing"], "place, contact.address, contact.phone");
  details.mutable_contact()->set_phone("13800001234");
  EXPECT_EQ(MetadataOf(CheckFindable(details))["missing"], "place, contact.address");
  *details.mutable_place() = Point(31.26, 121.53);
  EXPECT_THAT(CheckFindable(details), testing::IsOk());
  details.clear_place();
  details.mutable_contact()->set_address("平凉路1号");
  EXPECT_THAT(CheckFindable(details), testing::IsOk());
  details.mutable_contact()->clear_phone();
  const absl::Status silent = CheckFindable(details);
  EXPECT_THAT(silent, testing::IsRefusal(Reason::NEED_INCOMPLETE));
  EXPECT_EQ(MetadataOf(silent)["missing"], "contact.phone");
}

// It became ACCEPTED, where it could neither be resolved nor linked with the same answer again.
TEST(FollowTask, ALinkedNeedStaysMatchedWhenItsTaskIsLost) {
  for (const auto state : {TASK_STATE_OPEN, TASK_STATE_IN_SERVICE}) {
    v1::NeedRecord record = NeedIn(v1::NEED_STATE_ACCEPTED);
    v1::Match match;
    match.set_answer_id("res_1");
    ASSERT_THAT(Link(&record, match, kNow), testing::IsOk());
    ASSERT_THAT(BeginPublication(&record, {}, kPublisher, Point(31, 121), kNow), testing::IsOk());
    ASSERT_TRUE(CompletePublication(&record, {"tsk_1", state, 1}, kNow));
    ASSERT_TRUE(FollowTask(&record, {"tsk_1", TASK_STATE_EXPIRED, 5}, kNow));
    EXPECT_EQ(record.need().state(), v1::NEED_STATE_MATCHED);
    EXPECT_TRUE(record.need().task_id().empty());
    EXPECT_EQ(record.need().past_task_ids_size(), 1);
    v1::NeedRecord again = record;
    EXPECT_THAT(BeginPublication(&again, {}, kPublisher, Point(31, 121), kNow), testing::IsOk());
    EXPECT_THAT(Resolve(&record, kNow), testing::IsOk());
  }
}

TEST(FollowTask, AnEventCompletesAPublicationWhoseAnswerWasLost) {
  v1::NeedRecord record = Begun();
  ASSERT_TRUE(FollowTask(&record, {"tsk_1", TASK_STATE_OPEN, 1}, kNow));
  EXPECT_EQ(record.need().state(), v1::NEED_STATE_MATCHED);
  EXPECT_EQ(record.need().task_id(), "tsk_1");
  EXPECT_FALSE(record.publishing());
}

}  // namespace
}  // namespace baodao::lists
