#include "services/matching/domain/calendar.h"

#include <gtest/gtest.h>

#include <array>
#include <initializer_list>
#include <vector>

#include "services/matching/domain/window.h"

namespace baodao::matching {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// Monday 2025-06-02 00:00 in China.
constexpr Time kMonday{Millis(1'748'793'600'000)};

Window At(Millis start, Millis length) { return {kMonday + start, kMonday + start + length}; }

TEST(CalendarTest, OverlapIsHalfOpen) {
  Calendar calendar;
  calendar.Put("a", At(hours(9), hours(2)));
  const work::Limits limits;
  EXPECT_EQ(calendar.Check(At(hours(10), hours(2)), limits), Fit::kOverlap);
  EXPECT_EQ(calendar.Check(At(hours(8), hours(4)), limits), Fit::kOverlap);
  EXPECT_EQ(calendar.Check(At(hours(11), hours(1)), limits), Fit::kFits);
  EXPECT_EQ(calendar.Check(At(hours(8), hours(1)), limits), Fit::kFits);
}

TEST(CalendarTest, HoursCountInAnyDay) {
  Calendar calendar;
  calendar.Put("a", At(hours(8), hours(6)));
  const work::Limits limits;
  EXPECT_EQ(calendar.Check(At(hours(15), hours(2)), limits), Fit::kFits);
  EXPECT_EQ(calendar.Check(At(hours(15), hours(2) + minutes(1)), limits), Fit::kDailyHours);
  // Midnight makes no difference, a whole day does.
  EXPECT_EQ(calendar.Check(At(hours(20), hours(3)), limits), Fit::kDailyHours);
  EXPECT_EQ(calendar.Check(At(hours(24 + 8), hours(8)), limits), Fit::kFits);
}

TEST(CalendarTest, NobodyWorksLongerThanADay) {
  EXPECT_EQ(Calendar().Check(At(hours(8), hours(9)), work::Limits()), Fit::kDailyHours);
  EXPECT_EQ(Calendar().Check(At(hours(8), hours(8)), work::Limits()), Fit::kFits);
}

TEST(CalendarTest, RestBetweenStretches) {
  Calendar calendar;
  calendar.Put("late", At(hours(19), hours(3)));  // until 22:00
  const work::Limits limits;
  EXPECT_EQ(calendar.Check(At(hours(24 + 7), hours(3)), limits), Fit::kRest);
  EXPECT_EQ(calendar.Check(At(hours(24 + 8), hours(1)), limits), Fit::kFits);
  EXPECT_EQ(calendar.Check(At(hours(9), hours(2)), limits), Fit::kFits);
  EXPECT_EQ(calendar.Check(At(hours(7), hours(2)), limits), Fit::kFits);
  EXPECT_EQ(calendar.Check(At(-hours(2), hours(2)), limits), Fit::kFits);
  EXPECT_EQ(calendar.Check(At(hours(22), hours(1)), limits), Fit::kFits);
}

TEST(CalendarTest, WorkIsCutToTheSpan) {
  Calendar calendar;
  calendar.Put("a", At(hours(23), hours(2)));
  EXPECT_EQ(calendar.WorkBetween(kMonday, kMonday + hours(24)), hours(1));
  EXPECT_EQ(calendar.WorkBetween(kMonday + hours(24), kMonday + hours(48)), hours(1));
}

TEST(CalendarTest, PutMovesRemoveAndDropForget) {
  Calendar calendar;
  calendar.Put("b", At(hours(12), hours(1)));
  calendar.Put("a", At(hours(9), hours(1)));
  calendar.Put("b", At(hours(8), hours(1)));
  ASSERT_EQ(calendar.entries().size(), 2u);
  EXPECT_EQ(calendar.entries()[0].task_id, "b");
  calendar.DropBefore(kMonday + hours(9) + minutes(30));
  ASSERT_EQ(calendar.entries().size(), 1u);
  calendar.Remove("a");
  EXPECT_TRUE(calendar.empty());
}

std::vector<common::v1::WeeklySlot> Slots(std::initializer_list<std::array<int, 3>> rows) {
  std::vector<common::v1::WeeklySlot> slots;
  for (const auto& [weekday, start, end] : rows) {
    slots.emplace_back();
    slots.back().set_weekday(weekday);
    slots.back().set_start_minute(start);
    slots.back().set_end_minute(end);
  }
  return slots;
}

TEST(WeeklyHoursTest, CoversOnlyWhatWasStated) {
  const WeeklyHours hours_free(Slots({{1, 540, 720}}));  // Mondays 9–12
  EXPECT_TRUE(hours_free.Cover(At(hours(9), hours(3))));
  EXPECT_TRUE(hours_free.Cover(At(hours(24 * 7 + 10), hours(1))));
  EXPECT_FALSE(hours_free.Cover(At(hours(8) + minutes(59), hours(1))));
  EXPECT_FALSE(hours_free.Cover(At(hours(11), hours(1) + Millis(1))));
  EXPECT_FALSE(hours_free.Cover(At(hours(24 + 9), hours(1))));
}

TEST(WeeklyHoursTest, NothingStatedIsAnyTime) {
  EXPECT_TRUE(WeeklyHours().Cover(At(hours(3), hours(20))));
}

TEST(WeeklyHoursTest, AdjacentSlotsJoinAcrossMidnightAndSunday) {
  const WeeklyHours night(Slots({{1, 1320, 1440}, {2, 0, 120}}));
  EXPECT_TRUE(night.Cover(At(hours(22), hours(4))));
  EXPECT_FALSE(night.Cover(At(hours(22), hours(4) + minutes(1))));
  const WeeklyHours sunday(Slots({{7, 1320, 1440}, {1, 0, 120}}));
  EXPECT_TRUE(sunday.Cover(At(hours(6 * 24 + 22), hours(4))));
  EXPECT_TRUE(sunday.Cover(At(hours(1), hours(1))));
}

TEST(WindowTest, LocalDaysBeginAtMidnightInChina) {
  EXPECT_EQ(LocalDay(kMonday), LocalDay(kMonday - Millis(1)) + 1);
  EXPECT_EQ(StartOfLocalDay(LocalDay(kMonday + hours(23))), kMonday);
}

}  // namespace
}  // namespace baodao::matching
