#include "services/lists/domain/need_rules.h"

#include <gtest/gtest.h>

#include "common/status/status.h"
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

std::string FieldOf(const absl::Status& status) {
  const auto violations = ViolationsOf(status);
  return violations.empty() ? "" : violations[0].field;
}

TEST(NewNeed, TakesTheRequestAndCountsOnePersonWhenNoneIsNamed) {
  v1::CreateNeedRequest request = Wanted(WindowAt(kNow + hours(1)));
  request.mutable_contact()->set_phone("13800001234");
  const auto need = NewNeed(request, "per_x", kNow);
  ASSERT_TRUE(need.ok());
  EXPECT_EQ(need->state(), v1::NEED_STATE_SUBMITTED);
  EXPECT_EQ(need->people_wanted(), 1);
  EXPECT_EQ(need->requester_id(), "per_x");
  EXPECT_EQ(ToTime(need->create_time()), kNow);
  EXPECT_FALSE(need->has_contact());
}

// Dispatch would refuse a task at these times: the requester must hear it now, not the coordinator
// when the need is published.
TEST(NewNeed, RefusesWindowsThatNoTaskCanHave) {
  const auto check = [](Time start, Millis length) {
    return NewNeed(Wanted(WindowAt(start, length)), "per_x", kNow).status();
  };
  const Time year = kNow + hours(24 * 365);
  EXPECT_TRUE(check(kNow + Millis(1), hours(24)).ok());
  EXPECT_TRUE(check(year - hours(2), hours(2)).ok());
  EXPECT_TRUE(Is(check(kNow - hours(1), hours(2)), Reason::WINDOW_INVALID));
  EXPECT_TRUE(Is(check(kNow, hours(2)), Reason::WINDOW_INVALID)) << "already started";
  EXPECT_TRUE(Is(check(kNow + hours(1), hours(-1)), Reason::WINDOW_INVALID));
  EXPECT_TRUE(Is(check(kNow + hours(1), Millis(0)), Reason::WINDOW_INVALID));
  EXPECT_TRUE(Is(check(kNow + hours(1), hours(24) + Millis(1)), Reason::WINDOW_INVALID));
  EXPECT_TRUE(Is(check(year - hours(2), hours(2) + Millis(1)), Reason::WINDOW_INVALID));
}

TEST(NewNeed, KeepsThePlaceRoundedOnly) {
  v1::CreateNeedRequest request = Wanted(WindowAt(kNow + hours(1)));
  *request.mutable_place() = Point(31.2598712, 121.5261234);
  const auto need = NewNeed(request, "per_x", kNow);
  ASSERT_TRUE(need.ok());
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
    v1::Need need = NeedIn(v1::NEED_STATE_SUBMITTED).need();
    v1::Need target = NeedIn(v1::NEED_STATE_ACCEPTED).need();
    target.set_need_id("ned_other");
    v1::ReviewNeedRequest request;
    request.set_verdict(verdict);
    request.set_comment("好");
    request.set_merged_into_id("ned_other");
    ASSERT_TRUE(Review(&need, request, target, kNow).ok());
    EXPECT_EQ(need.state(), state);
    EXPECT_EQ(need.review_comment(), "好");
    EXPECT_EQ(need.merged_into_id(), verdict == v1::NEED_VERDICT_MERGE ? "ned_other" : "");
  }
}

TEST(Review, ReturningAndRejectingNeedWords) {
  for (const auto verdict : {v1::NEED_VERDICT_RETURN, v1::NEED_VERDICT_REJECT}) {
    v1::Need need = NeedIn(v1::NEED_STATE_SUBMITTED).need();
    v1::ReviewNeedRequest request;
    request.set_verdict(verdict);
    EXPECT_EQ(FieldOf(Review(&need, request, std::nullopt, kNow)), "comment");
    EXPECT_EQ(need.state(), v1::NEED_STATE_SUBMITTED);
  }
}

TEST(Review, MergingNeedsAnotherLiveNeed) {
  const v1::Need need = NeedIn(v1::NEED_STATE_SUBMITTED).need();
  v1::ReviewNeedRequest request;
  request.set_verdict(v1::NEED_VERDICT_MERGE);
  v1::Need copy = need;
  EXPECT_EQ(FieldOf(Review(&copy, request, std::nullopt, kNow)), "merged_into_id");
  request.set_merged_into_id(need.need_id());
  EXPECT_TRUE(Is(Review(&copy, request, need, kNow), Reason::MERGE_WITH_ITSELF));
  request.set_merged_into_id("ned_other");
  EXPECT_TRUE(Is(Review(&copy, request, std::nullopt, kNow), Reason::NOT_FOUND));
  v1::Need target = NeedIn(v1::NEED_STATE_MERGED).need();
  EXPECT_TRUE(Is(Review(&copy, request, target, kNow), Reason::MERGE_CYCLE));
  target.set_state(v1::NEED_STATE_REJECTED);
  EXPECT_TRUE(Is(Review(&copy, request, target, kNow), Reason::WRONG_STATE));
  EXPECT_EQ(copy.state(), v1::NEED_STATE_SUBMITTED);
}

TEST(Resubmit, TakesNewWordsAndKeepsTheWindowUnlessGiven) {
  v1::Need need = NeedIn(v1::NEED_STATE_RETURNED).need();
  const auto window = need.window();
  v1::ResubmitNeedRequest request;
  request.set_title("陪诊两次");
  ASSERT_TRUE(Resubmit(&need, request, kNow).ok());
  EXPECT_EQ(need.state(), v1::NEED_STATE_SUBMITTED);
  EXPECT_EQ(need.title(), "陪诊两次");
  EXPECT_EQ(need.window().SerializeAsString(), window.SerializeAsString());
  need.set_state(v1::NEED_STATE_RETURNED);
  *request.mutable_window() = WindowAt(kNow - hours(5));
  EXPECT_TRUE(Is(Resubmit(&need, request, kNow), Reason::WINDOW_INVALID));
}

TEST(Link, MatchesOnceAndOnlySoOften) {
  v1::NeedRecord record = NeedIn(v1::NEED_STATE_ACCEPTED);
  v1::Match match;
  match.set_match_id("mat_1");
  match.set_answer_id("res_1");
  ASSERT_TRUE(Link(&record, match, kNow).ok());
  EXPECT_EQ(record.need().state(), v1::NEED_STATE_MATCHED);
  const absl::Status again = Link(&record, match, kNow);
  EXPECT_TRUE(Is(again, Reason::ALREADY_EXISTS));
  EXPECT_EQ(MetadataOf(again)["id"], "mat_1");
  for (int i = 2; i <= kMaxMatches; ++i) {
    match.set_answer_id("res_" + std::to_string(i));
    ASSERT_TRUE(Link(&record, match, kNow).ok());
  }
  match.set_answer_id("res_more");
  EXPECT_TRUE(Is(Link(&record, match, kNow), Reason::TOO_MANY_MATCHES));
  EXPECT_EQ(record.matches_size(), kMaxMatches);
}

TEST(Resolve, OnlyWhereNoTaskServes) {
  v1::NeedRecord record = NeedIn(v1::NEED_STATE_MATCHED);
  record.set_publishing(true);
  EXPECT_TRUE(Is(Resolve(&record, kNow), Reason::NEED_ALREADY_PUBLISHED));
  record.set_publishing(false);
  record.mutable_need()->set_task_id("tsk_1");
  EXPECT_TRUE(Is(Resolve(&record, kNow), Reason::NEED_ALREADY_PUBLISHED));
  record.mutable_need()->clear_task_id();
  ASSERT_TRUE(Resolve(&record, kNow).ok());
  EXPECT_EQ(record.need().state(), v1::NEED_STATE_RESOLVED);
}

TEST(PublicView, RoundsThePlaceAndDropsTheContact) {
  v1::Need need = NeedIn(v1::NEED_STATE_ACCEPTED).need();
  *need.mutable_place() = Point(31.2598712, 121.5261234);
  need.mutable_contact()->set_phone("13800001234");
  const v1::Need view = PublicView(need);
  EXPECT_FALSE(view.has_contact());
  EXPECT_DOUBLE_EQ(view.place().latitude(), 31.260);
  EXPECT_DOUBLE_EQ(view.place().longitude(), 121.526);
}

}  // namespace
}  // namespace baodao::lists
