// Loose dates: what fits them, and what is refused.
#include "services/lists/domain/wishes.h"

#include <gtest/gtest.h>

#include "common/clock/time_text.h"
#include "common/status/status.h"
#include "common/testing/matchers.h"
#include "services/lists/domain/need_deadlines.h"
#include "services/lists/domain/need_rules.h"
#include "services/lists/domain/need_update.h"
#include "services/lists/domain/publication.h"
#include "tests/unit/lists/needs.h"

namespace baodao::lists {
namespace {

using std::chrono::hours;

Time Local(const std::string& text) { return *FromLocalTime(text); }

// Weekday afternoons of two weeks, from kNow on: a Sunday, 08:00 in China.
v1::TimeWishes WeekdayAfternoons(int minutes = 120) {
  v1::TimeWishes wishes;
  *wishes.mutable_range() = WindowAt(Local("2025-06-01 00:00"), hours(24 * 14));
  for (int weekday = 1; weekday <= 5; ++weekday) {
    auto& afternoon = *wishes.add_times();
    afternoon.set_weekday(weekday);
    afternoon.set_start_minute(13 * 60);
    afternoon.set_end_minute(18 * 60);
  }
  wishes.set_duration_minutes(minutes);
  return wishes;
}

std::vector<std::string> StartsOf(const std::vector<common::v1::TimeWindow>& windows) {
  std::vector<std::string> starts;
  for (const auto& window : windows) starts.push_back(LocalTime(ToTime(window.start())));
  return starts;
}

TEST(Wishes, ProposeWhatFitsOneAfterTheOther) {
  const v1::TimeWishes wishes = WeekdayAfternoons();
  EXPECT_EQ(StartsOf(FittingWindows(wishes, kNow, 3)),
            (std::vector<std::string>{"2025-06-02 13:00", "2025-06-02 15:00", "2025-06-03 13:00"}));
  EXPECT_EQ(StartsOf(FittingWindows(wishes, Local("2025-06-06 13:01"), 2)),
            (std::vector<std::string>{"2025-06-06 15:00", "2025-06-09 13:00"}))
      << "not at the weekend";
  EXPECT_EQ(FittingWindows(wishes, kNow, 100).size(), 20u);
  for (const auto& window : FittingWindows(wishes, kNow, 100)) EXPECT_TRUE(Fits(wishes, window));
  EXPECT_TRUE(FittingWindows(wishes, Local("2025-06-14 18:00"), 9).empty());
}

TEST(Wishes, HoldTheWholeWindow) {
  const v1::TimeWishes wishes = WeekdayAfternoons();
  const auto fits = [&](const std::string& start, Millis length = hours(2)) {
    return Fits(wishes, WindowAt(Local(start), length));
  };
  EXPECT_TRUE(fits("2025-06-02 14:30")) << "also between what is proposed";
  EXPECT_TRUE(fits("2025-06-02 13:00", hours(5))) << "or longer";
  EXPECT_FALSE(fits("2025-06-02 13:00", hours(1))) << "too short";
  EXPECT_FALSE(fits("2025-06-02 12:59"));
  EXPECT_FALSE(fits("2025-06-02 16:01"));
  EXPECT_FALSE(fits("2025-06-07 14:00")) << "a Saturday";
  EXPECT_FALSE(fits("2025-06-16 14:00")) << "after the range";
  EXPECT_FALSE(fits("2025-05-30 14:00")) << "before it";
}

TEST(Wishes, AreRefusedByFieldOrWhereNothingFits) {
  const auto field_of = [](const v1::TimeWishes& wishes) {
    const auto violations = ViolationsOf(CheckWishes(wishes, {}, kNow));
    return violations.empty() ? "" : violations[0].field;
  };
  EXPECT_THAT(CheckWishes(WeekdayAfternoons(), {}, kNow), testing::IsOk());
  EXPECT_THAT(CheckWishes(WeekdayAfternoons(301), {}, kNow),
              testing::IsRefusal(Reason::WISHES_UNFULFILLABLE));
  v1::TimeWishes wishes = WeekdayAfternoons();
  wishes.mutable_times(2)->set_end_minute(13 * 60);
  EXPECT_EQ(field_of(wishes), "wishes.times[2].end_minute");
  wishes = WeekdayAfternoons();
  *wishes.add_times() = wishes.times(0);
  EXPECT_EQ(field_of(wishes), "wishes.times[0].start_minute") << "twice";
  wishes = WeekdayAfternoons();
  *wishes.mutable_range() = WindowAt(kNow - hours(48), hours(48));
  EXPECT_EQ(field_of(wishes), "wishes.range.end") << "over";
  *wishes.mutable_range() = WindowAt(kNow, kLongestRange);
  EXPECT_EQ(field_of(wishes), "");
  *wishes.mutable_range() = WindowAt(kNow, kLongestRange + Millis(1));
  EXPECT_EQ(field_of(wishes), "wishes.range.end") << "too long";
  wishes.mutable_range()->mutable_end()->set_seconds(0);
  EXPECT_EQ(field_of(wishes), "wishes.range.end");
  wishes = WeekdayAfternoons();
  for (auto& day : *wishes.mutable_times()) {
    day.set_start_minute(0);
    day.set_end_minute(24 * 60);
  }
  wishes.set_duration_minutes(9 * 60);
  EXPECT_THAT(CheckWishes(wishes, {}, kNow), testing::IsRefusal(Reason::DAILY_HOURS_EXCEEDED));
}

TEST(Wishes, ANeedHasAWindowOrWishes) {
  v1::CreateNeedRequest request;
  const auto field_of = [&] {
    const auto need = NewNeed(request, "per_x", {}, kNow);
    return need.ok() ? "" : ViolationsOf(need.status()).at(0).field;
  };
  EXPECT_EQ(field_of(), "window");
  *request.mutable_wishes() = WeekdayAfternoons();
  EXPECT_EQ(field_of(), "");
  *request.mutable_window() = WindowAt(kNow + hours(24));
  EXPECT_EQ(field_of(), "wishes");
}

v1::NeedRecord Loose() {
  v1::NeedRecord record = NeedIn(v1::NEED_STATE_ACCEPTED);
  record.mutable_need()->clear_window();
  *record.mutable_need()->mutable_wishes() = WeekdayAfternoons();
  return record;
}

absl::Status PublishAt(v1::NeedRecord* record, const std::string& start, Time now = kNow) {
  v1::PublishNeedRequest request;
  if (!start.empty()) *request.mutable_window() = WindowAt(Local(start));
  return BeginPublication(record, request, {}, Point(31, 121), now);
}

TEST(Wishes, ThePublisherPicksAWindowThatFits) {
  v1::NeedRecord need = Loose();
  const absl::Status none = PublishAt(&need, "");
  ASSERT_EQ(ViolationsOf(none).size(), 1u);
  EXPECT_EQ(ViolationsOf(none)[0].field, "window");
  const absl::Status unfit = PublishAt(&need, "2025-06-07 13:00");
  ASSERT_THAT(unfit, testing::IsRefusal(Reason::WISHES_NOT_MET));
  EXPECT_EQ(MetadataOf(unfit)["start"], "2025-06-02T05:00:00Z");
  EXPECT_EQ(MetadataOf(unfit)["end"], "2025-06-02T07:00:00Z");
  EXPECT_FALSE(need.publishing());
  ASSERT_THAT(PublishAt(&need, "2025-06-03 14:00"), testing::IsOk());
  EXPECT_EQ(ToTime(need.publish_request().window().start()), Local("2025-06-03 14:00"));
}

TEST(Wishes, ThatHavePassedLeaveADayToPublishForAnyWindow) {
  v1::NeedRecord need = Loose();
  const Time end = Local("2025-06-15 00:00");
  EXPECT_EQ(DeadlineOf(need), end + kNeedGrace);
  EXPECT_THAT(PublishAt(&need, "2025-06-17 20:00", end), testing::IsOk());
}

TEST(Wishes, AreEditedAndReviewedAgain) {
  v1::NeedRecord need = NeedIn(v1::NEED_STATE_ACCEPTED);
  v1::UpdateNeedRequest request;
  *request.mutable_wishes() = WeekdayAfternoons();
  request.mutable_update_mask()->add_paths("wishes");
  ASSERT_THAT(Update(&need, request, true, {}, kNow), testing::IsOk());
  EXPECT_EQ(need.need().state(), v1::NEED_STATE_SUBMITTED);
  EXPECT_FALSE(need.need().has_window());
  request.mutable_update_mask()->add_paths("window");
  *request.mutable_window() = WindowAt(kNow + hours(24));
  EXPECT_EQ(ViolationsOf(Update(&need, request, true, {}, kNow)).at(0).field, "wishes");
  request.mutable_update_mask()->clear_paths();
  request.mutable_update_mask()->add_paths("window");
  ASSERT_THAT(Update(&need, request, true, {}, kNow), testing::IsOk());
  EXPECT_FALSE(need.need().has_wishes());
}

TEST(Beneficiary, ConsentIsGivenBeforeItIsTold) {
  v1::Beneficiary beneficiary;
  *beneficiary.mutable_consent_time() = ToTimestamp(kNow);
  EXPECT_THAT(CheckBeneficiary(beneficiary, kNow), testing::IsOk());
  *beneficiary.mutable_consent_time() = ToTimestamp(kNow + Millis(1));
  EXPECT_EQ(ViolationsOf(CheckBeneficiary(beneficiary, kNow)).at(0).field,
            "beneficiary.consent_time");
}

TEST(Beneficiary, WhoIsChangedIsReviewedAgain) {
  v1::NeedRecord need = NeedIn(v1::NEED_STATE_ACCEPTED);
  v1::UpdateNeedRequest request;
  request.mutable_update_mask()->add_paths("beneficiary");
  ASSERT_THAT(Update(&need, request, true, {}, kNow), testing::IsOk());
  EXPECT_EQ(need.need().state(), v1::NEED_STATE_SUBMITTED);
}

}  // namespace
}  // namespace baodao::lists
