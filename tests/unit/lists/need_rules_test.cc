#include "services/lists/domain/need_rules.h"

#include <gtest/gtest.h>

#include "common/status/status.h"
#include "common/testing/matchers.h"
#include "tests/unit/lists/needs.h"

namespace baodao::lists {
namespace {

using std::chrono::hours;

v1::CreateNeedRequest Wanted(const common::v1::TimeWindow& window) {
  v1::CreateNeedRequest request;
  request.set_title("陪诊");
  request.set_category("elderly_care");
  request.set_area_code("310110009001");
  *request.mutable_window() = window;
  return request;
}

v1::NeedRecord OtherNeedIn(v1::NeedState state) {
  v1::NeedRecord record = NeedIn(state);
  record.mutable_need()->set_need_id("ned_other");
  record.mutable_need()->set_requester_id("per_other");
  return record;
}

std::string FieldOf(const absl::Status& status) {
  const auto violations = ViolationsOf(status);
  return violations.empty() ? "" : violations[0].field;
}

TEST(NewNeed, TakesTheRequestAndCountsOnePersonWhenNoneIsNamed) {
  v1::CreateNeedRequest request = Wanted(WindowAt(kNow + hours(1)));
  request.mutable_contact()->set_phone("13800001234");
  request.add_credentials("nurse");
  const auto need = NewNeed(request, "per_x", work::Limits(), kNow);
  ASSERT_THAT(need, testing::IsOk());
  EXPECT_EQ(need->state(), v1::NEED_STATE_SUBMITTED);
  EXPECT_EQ(need->people_wanted(), 1);
  EXPECT_EQ(need->credentials(0), "nurse");
  EXPECT_EQ(need->requester_id(), "per_x");
  EXPECT_EQ(ToTime(need->create_time()), kNow);
  EXPECT_FALSE(need->has_contact());
  EXPECT_EQ(need->urgency(), v1::NEED_URGENCY_NORMAL) << "unless it says so";
  request.add_photos()->set_url("http://photos.example.org/1.jpg");
  EXPECT_EQ(FieldOf(NewNeed(request, "per_x", work::Limits(), kNow).status()), "photos[0].url");
}

// Dispatch would refuse a task at these times: the requester must hear it now, not the coordinator
// when the need is published.
TEST(NewNeed, RefusesWindowsThatNoTaskCanHave) {
  const auto check = [](Time start, Millis length) {
    return NewNeed(Wanted(WindowAt(start, length)), "per_x", work::Limits(), kNow).status();
  };
  const Time year = kNow + hours(24 * 365);
  EXPECT_THAT(check(kNow + Millis(1), hours(8)), testing::IsOk());
  EXPECT_THAT(check(year - hours(2), hours(2)), testing::IsOk());
  EXPECT_THAT(check(kNow - hours(1), hours(2)), testing::IsRefusal(Reason::WINDOW_INVALID));
  EXPECT_THAT(check(kNow, hours(2)), testing::IsRefusal(Reason::WINDOW_INVALID))
      << "already started";
  EXPECT_THAT(check(kNow + hours(1), hours(-1)), testing::IsRefusal(Reason::WINDOW_INVALID));
  EXPECT_THAT(check(kNow + hours(1), Millis(0)), testing::IsRefusal(Reason::WINDOW_INVALID));
  EXPECT_THAT(check(kNow + hours(1), hours(24) + Millis(1)),
              testing::IsRefusal(Reason::WINDOW_INVALID));
  EXPECT_THAT(check(year - hours(2), hours(2) + Millis(1)),
              testing::IsRefusal(Reason::WINDOW_INVALID));
}

// A need of ten hours was accepted and reviewed, and could not be published as it stood.
TEST(NewNeed, RefusesWhatNobodyMayServeInOnePiece) {
  const auto request = Wanted(WindowAt(kNow + hours(1), hours(8) + Millis(1)));
  EXPECT_THAT(NewNeed(request, "per_x", work::Limits(), kNow),
              testing::IsRefusal(Reason::DAILY_HOURS_EXCEEDED));
  EXPECT_THAT(NewNeed(request, "per_x", {hours(10), hours(10)}, kNow), testing::IsOk());
}

TEST(NewNeed, KeepsThePlaceRoundedOnly) {
  v1::CreateNeedRequest request = Wanted(WindowAt(kNow + hours(1)));
  *request.mutable_place() = Point(31.2598712, 121.5261234);
  const auto need = NewNeed(request, "per_x", work::Limits(), kNow);
  ASSERT_THAT(need, testing::IsOk());
  EXPECT_DOUBLE_EQ(need->place().latitude(), 31.260);
  EXPECT_DOUBLE_EQ(need->place().longitude(), 121.526);
}

TEST(Review, EachVerdictLeadsToItsState) {
  const std::pair<v1::NeedVerdict, v1::NeedState> cases[] = {
      {v1::NEED_VERDICT_ACCEPT, v1::NEED_STATE_ACCEPTED},
      {v1::NEED_VERDICT_RETURN, v1::NEED_STATE_RETURNED},
      {v1::NEED_VERDICT_REJECT, v1::NEED_STATE_REJECTED},
      {v1::NEED_VERDICT_MERGE, v1::NEED_STATE_MERGED},
  };
  for (const auto& [verdict, state] : cases) {
    v1::NeedRecord record = NeedIn(v1::NEED_STATE_SUBMITTED);
    v1::NeedRecord target = OtherNeedIn(v1::NEED_STATE_ACCEPTED);
    v1::ReviewNeedRequest request;
    request.set_verdict(verdict);
    request.set_comment("好");
    request.set_merged_into_id("ned_other");
    ASSERT_THAT(Review(&record, request, &target, kNow), testing::IsOk());
    EXPECT_EQ(record.need().state(), state);
    EXPECT_EQ(record.need().review_comment(), "好");
    const bool merge = verdict == v1::NEED_VERDICT_MERGE;
    EXPECT_EQ(record.need().merged_into_id(), merge ? "ned_other" : "");
    EXPECT_EQ(target.merged_size(), merge ? 1 : 0);
  }
}

TEST(Review, ReturningAndRejectingNeedWords) {
  for (const auto verdict : {v1::NEED_VERDICT_RETURN, v1::NEED_VERDICT_REJECT}) {
    v1::NeedRecord record = NeedIn(v1::NEED_STATE_SUBMITTED);
    v1::ReviewNeedRequest request;
    request.set_verdict(verdict);
    EXPECT_EQ(FieldOf(Review(&record, request, nullptr, kNow)), "comment");
    EXPECT_EQ(record.need().state(), v1::NEED_STATE_SUBMITTED);
  }
}

v1::ReviewNeedRequest MergeIntoOther() {
  v1::ReviewNeedRequest request;
  request.set_verdict(v1::NEED_VERDICT_MERGE);
  request.set_merged_into_id("ned_other");
  return request;
}

TEST(Review, MergingNeedsAnotherNeed) {
  v1::NeedRecord record = NeedIn(v1::NEED_STATE_SUBMITTED);
  v1::ReviewNeedRequest request = MergeIntoOther();
  request.clear_merged_into_id();
  EXPECT_EQ(FieldOf(Review(&record, request, nullptr, kNow)), "merged_into_id");
  request.set_merged_into_id(record.need().need_id());
  EXPECT_THAT(Review(&record, request, nullptr, kNow),
              testing::IsRefusal(Reason::MERGE_WITH_ITSELF));
  EXPECT_THAT(Review(&record, MergeIntoOther(), nullptr, kNow),
              testing::IsRefusal(Reason::NOT_FOUND));
  EXPECT_EQ(record.need().state(), v1::NEED_STATE_SUBMITTED);
}

// A need could once be merged into one that was over, which then told its requester nothing.
TEST(Review, MergingNeedsOneWhoseOutcomeIsStillToCome) {
  for (int s = 1; s < v1::NeedState_ARRAYSIZE; ++s) {
    const auto state = static_cast<v1::NeedState>(s);
    v1::NeedRecord record = NeedIn(v1::NEED_STATE_SUBMITTED);
    v1::NeedRecord target = OtherNeedIn(state);
    const absl::Status status = Review(&record, MergeIntoOther(), &target, kNow);
    switch (state) {
      case v1::NEED_STATE_SUBMITTED:
      case v1::NEED_STATE_ACCEPTED:
      case v1::NEED_STATE_MATCHED:
      case v1::NEED_STATE_IN_PROGRESS:
        EXPECT_THAT(status, testing::IsOk()) << s << status;
        continue;
      case v1::NEED_STATE_MERGED:
        EXPECT_THAT(status, testing::IsRefusal(Reason::MERGE_CYCLE)) << status;
        break;
      default:
        EXPECT_THAT(status, testing::IsRefusal(Reason::WRONG_STATE)) << s << status;
    }
    EXPECT_EQ(record.need().state(), v1::NEED_STATE_SUBMITTED);
    EXPECT_EQ(target.merged_size(), 0);
  }
}

TEST(Review, WhoWaitsForAMergedNeedWaitsForTheOther) {
  v1::NeedRecord record = NeedIn(v1::NEED_STATE_SUBMITTED);
  v1::NeedRecord target = OtherNeedIn(v1::NEED_STATE_ACCEPTED);
  const auto wait = [&](const std::string& need, const std::string& requester) {
    v1::Need* merged = record.add_merged();
    merged->set_need_id(need);
    merged->set_requester_id(requester);
  };
  wait("ned_1", "per_1");
  wait("ned_2", target.need().requester_id());  // hears of it anyway
  wait("ned_3", record.need().requester_id());  // so does the requester
  wait("ned_4", "");
  ASSERT_THAT(Review(&record, MergeIntoOther(), &target, kNow), testing::IsOk());
  ASSERT_EQ(target.merged_size(), 2);
  EXPECT_EQ(target.merged(0).need_id(), record.need().need_id());
  EXPECT_EQ(target.merged(0).title(), record.need().title());
  EXPECT_FALSE(target.merged(0).has_window());
  EXPECT_EQ(target.merged(1).need_id(), "ned_1");
  EXPECT_EQ(record.merged_size(), 0);
}

TEST(Review, SoManyAreMergedIntoOneAndNoMore) {
  v1::NeedRecord target = OtherNeedIn(v1::NEED_STATE_ACCEPTED);
  for (int i = 0; i <= kMaxMerged; ++i) {
    v1::NeedRecord record = NeedIn(v1::NEED_STATE_SUBMITTED);
    record.mutable_need()->set_requester_id("per_" + std::to_string(i));
    v1::NeedRecord after = target;
    const absl::Status status = Review(&record, MergeIntoOther(), &after, kNow);
    ASSERT_EQ(status.ok(), i < kMaxMerged) << i << status;
    if (status.ok()) target = after;
    if (!status.ok()) EXPECT_THAT(status, testing::IsRefusal(Reason::TOO_MANY_MERGED)) << status;
  }
  EXPECT_EQ(target.merged_size(), kMaxMerged);
}

TEST(Resubmit, OnlyWhatWasReturned) {
  v1::Need need = NeedIn(v1::NEED_STATE_RETURNED).need();
  ASSERT_THAT(Resubmit(&need, kNow), testing::IsOk());
  EXPECT_EQ(need.state(), v1::NEED_STATE_SUBMITTED);
  EXPECT_THAT(Resubmit(&need, kNow), testing::IsRefusal(Reason::WRONG_STATE));
}

TEST(Review, AnAcceptedNeedCanStillBeReturnedButNotRejected) {
  v1::ReviewNeedRequest request;
  request.set_verdict(v1::NEED_VERDICT_RETURN);
  request.set_comment("请补充电话");
  v1::NeedRecord record = NeedIn(v1::NEED_STATE_ACCEPTED);
  record.set_publishing(true);
  EXPECT_THAT(Review(&record, request, nullptr, kNow),
              testing::IsRefusal(Reason::NEED_ALREADY_PUBLISHED));
  record.set_publishing(false);
  ASSERT_THAT(Review(&record, request, nullptr, kNow), testing::IsOk());
  EXPECT_EQ(record.need().state(), v1::NEED_STATE_RETURNED);
  request.set_verdict(v1::NEED_VERDICT_REJECT);
  record = NeedIn(v1::NEED_STATE_ACCEPTED);
  EXPECT_THAT(Review(&record, request, nullptr, kNow), testing::IsRefusal(Reason::WRONG_STATE));
}

// Nobody could once end a need that was submitted or accepted.
TEST(Cancel, AnyNeedBeforeService) {
  for (int s = 1; s < v1::NeedState_ARRAYSIZE; ++s) {
    const auto state = static_cast<v1::NeedState>(s);
    v1::Need need = NeedIn(state).need();
    const absl::Status status = Cancel(&need, "不需要了", kNow);
    const bool before_service = state == v1::NEED_STATE_SUBMITTED ||
                                state == v1::NEED_STATE_RETURNED ||
                                state == v1::NEED_STATE_ACCEPTED || state == v1::NEED_STATE_MATCHED;
    EXPECT_EQ(status.ok(), before_service) << s;
    EXPECT_EQ(need.state(), before_service ? v1::NEED_STATE_CANCELLED : state);
    EXPECT_EQ(need.cancel_reason(), before_service ? "不需要了" : "");
    if (before_service) continue;
    const bool runs = state == v1::NEED_STATE_IN_PROGRESS;
    EXPECT_TRUE(Is(status, runs ? Reason::NEED_IN_SERVICE : Reason::WRONG_STATE)) << status;
  }
}

TEST(Link, MatchesOnceAndOnlySoOften) {
  v1::NeedRecord record = NeedIn(v1::NEED_STATE_ACCEPTED);
  v1::Match match;
  match.set_match_id("mat_1");
  match.set_answer_id("res_1");
  ASSERT_THAT(Link(&record, match, kNow), testing::IsOk());
  EXPECT_EQ(record.need().state(), v1::NEED_STATE_MATCHED);
  const absl::Status again = Link(&record, match, kNow);
  EXPECT_THAT(again, testing::IsRefusal(Reason::ALREADY_EXISTS));
  EXPECT_EQ(MetadataOf(again)["id"], "mat_1");
  for (int i = 2; i <= kMaxMatches; ++i) {
    match.set_answer_id("res_" + std::to_string(i));
    ASSERT_THAT(Link(&record, match, kNow), testing::IsOk());
  }
  match.set_answer_id("res_more");
  EXPECT_THAT(Link(&record, match, kNow), testing::IsRefusal(Reason::TOO_MANY_MATCHES));
  EXPECT_EQ(record.matches_size(), kMaxMatches);
}

TEST(Resolve, OnlyWhereNoTaskServes) {
  v1::NeedRecord record = NeedIn(v1::NEED_STATE_MATCHED);
  record.set_publishing(true);
  EXPECT_THAT(Resolve(&record, kNow), testing::IsRefusal(Reason::NEED_ALREADY_PUBLISHED));
  record.set_publishing(false);
  record.mutable_need()->set_task_id("tsk_1");
  EXPECT_THAT(Resolve(&record, kNow), testing::IsRefusal(Reason::NEED_ALREADY_PUBLISHED));
  record.mutable_need()->clear_task_id();
  ASSERT_THAT(Resolve(&record, kNow), testing::IsOk());
  EXPECT_EQ(record.need().state(), v1::NEED_STATE_RESOLVED);
}

TEST(PublicView, RoundsThePlaceAndDropsContactAndPhotos) {
  v1::Need need = NeedIn(v1::NEED_STATE_ACCEPTED).need();
  *need.mutable_place() = Point(31.2598712, 121.5261234);
  need.mutable_contact()->set_phone("13800001234");
  need.add_photos()->set_url("https://photos.example.org/1.jpg");
  const v1::Need view = PublicView(need);
  EXPECT_FALSE(view.has_contact());
  EXPECT_EQ(view.photos_size(), 0);
  EXPECT_DOUBLE_EQ(view.place().latitude(), 31.260);
  EXPECT_DOUBLE_EQ(view.place().longitude(), 121.526);
}

}  // namespace
}  // namespace baodao::lists
