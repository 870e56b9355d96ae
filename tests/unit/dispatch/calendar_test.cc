#include "services/dispatch/domain/calendar.h"

#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

// Local time of 2025-06-01 (UTC+8); day 0 is that date.
Time At(int day, int hour, int minute = 0) {
  constexpr Time kMidnight{Millis(1'748'707'200'000)};
  return kMidnight + hours(24 * day + hour) + minutes(minute);
}

class CalendarTest : public ::testing::Test {
 protected:
  void Busy(const std::string& task, Time start, Time end, Time reserved = Time(),
            uint64_t token = 1) {
    auto* entry = calendar_.add_entries();
    entry->set_task_id(task);
    entry->set_start_ms(start.time_since_epoch().count());
    entry->set_end_ms(end.time_since_epoch().count());
    entry->set_reserved_ms(reserved.time_since_epoch().count());
    entry->set_token(token);
  }
  std::string Check(Time start, Time end) {
    return Refusal(CheckCalendar(calendar_, {"tsk_new", start, end}, limits_));
  }

  v1::CalendarRecord calendar_;
  WorkLimits limits_;
};

TEST_F(CalendarTest, EmptyAllows) { EXPECT_EQ(Check(At(0, 9), At(0, 11)), "OK"); }

TEST_F(CalendarTest, OverlapIsRefusedOnEverySide) {
  Busy("tsk_a", At(0, 10), At(0, 12));
  EXPECT_EQ(Check(At(0, 9), At(0, 10, 1)), "OVERLAPPING_TASK");
  EXPECT_EQ(Check(At(0, 11, 59), At(0, 13)), "OVERLAPPING_TASK");
  EXPECT_EQ(Check(At(0, 10, 30), At(0, 11)), "OVERLAPPING_TASK");
  EXPECT_EQ(Check(At(0, 9), At(0, 13)), "OVERLAPPING_TASK");
  EXPECT_EQ(Check(At(0, 10), At(0, 12)), "OVERLAPPING_TASK");
}

TEST_F(CalendarTest, TouchingIsAllowed) {
  Busy("tsk_a", At(0, 10), At(0, 12));
  EXPECT_EQ(Check(At(0, 8), At(0, 10)), "OK");
  EXPECT_EQ(Check(At(0, 12), At(0, 14)), "OK");
}

TEST_F(CalendarTest, OwnEntriesDoNotConflict) {
  Busy("tsk_new", At(0, 10), At(0, 12));
  Busy("tsk_new", At(0, 10), At(0, 12));
  EXPECT_EQ(Check(At(0, 10), At(0, 12)), "OK");
}

TEST_F(CalendarTest, EightHoursADay) {
  Busy("tsk_a", At(0, 8), At(0, 12));
  EXPECT_EQ(Check(At(0, 13), At(0, 17)), "OK");
  EXPECT_EQ(Check(At(0, 13), At(0, 17, 1)), "DAILY_HOURS_EXCEEDED");
  calendar_.clear_entries();
  EXPECT_EQ(Check(At(0, 8), At(0, 16)), "OK");
  EXPECT_EQ(Check(At(0, 8), At(0, 16, 1)), "DAILY_HOURS_EXCEEDED");
}

TEST_F(CalendarTest, SeveralReservationsOfOneTaskCountOnce) {
  Busy("tsk_a", At(0, 8), At(0, 12), Time(), 1);
  Busy("tsk_a", At(0, 8), At(0, 12), Time(), 2);
  EXPECT_EQ(Check(At(0, 13), At(0, 17)), "OK");
}

TEST_F(CalendarTest, WorkAcrossMidnightIsSplitBetweenItsDays) {
  // 20:00–04:00: four hours on each day.
  Busy("tsk_night", At(0, 20), At(1, 4));
  EXPECT_EQ(Check(At(0, 15), At(0, 19)), "OK");
  EXPECT_EQ(Check(At(0, 14, 59), At(0, 19)), "DAILY_HOURS_EXCEEDED");
  EXPECT_EQ(Check(At(1, 14), At(1, 18)), "OK");
  EXPECT_EQ(Check(At(1, 14), At(1, 18, 1)), "DAILY_HOURS_EXCEEDED");
  calendar_.clear_entries();
  // Ten hours in one night are six and four.
  EXPECT_EQ(Check(At(0, 18), At(1, 4)), "OK");
  EXPECT_EQ(Check(At(0, 16), At(1, 8)), "OK");
  EXPECT_EQ(Check(At(0, 15, 59), At(1, 8)), "DAILY_HOURS_EXCEEDED");
}

TEST_F(CalendarTest, DaysAreThoseOfChina) {
  // 23:00 and 01:00 in China are the same day in UTC.
  EXPECT_EQ(LocalDay(At(0, 23)) + 1, LocalDay(At(1, 1)));
  EXPECT_EQ(LocalDay(At(0, 0)), LocalDay(At(0, 23, 59)));
  Busy("tsk_a", At(0, 16), At(0, 24));
  EXPECT_EQ(Check(At(1, 10), At(1, 18)), "OK");
}

TEST_F(CalendarTest, WorkUntilMidnightLeavesTheNextDayAlone) {
  EXPECT_EQ(Check(At(0, 16), At(0, 24)), "OK");
  EXPECT_EQ(Check(At(1, 0), At(1, 8)), "OK");
}

TEST_F(CalendarTest, TenHoursOfRestBetweenDays) {
  Busy("tsk_a", At(0, 18), At(0, 22));
  EXPECT_EQ(Check(At(1, 8), At(1, 10)), "OK");
  EXPECT_EQ(Check(At(1, 7, 59), At(1, 10)), "REST_TOO_SHORT");
  // And looking forward.
  calendar_.clear_entries();
  Busy("tsk_b", At(1, 7), At(1, 9));
  EXPECT_EQ(Check(At(0, 19), At(0, 21)), "OK");
  EXPECT_EQ(Check(At(0, 19), At(0, 21, 1)), "REST_TOO_SHORT");
}

TEST_F(CalendarTest, NoRestNeededWithinADay) {
  Busy("tsk_a", At(0, 8), At(0, 10));
  EXPECT_EQ(Check(At(0, 10), At(0, 12)), "OK");
  EXPECT_EQ(Check(At(0, 6), At(0, 8)), "OK");
}

TEST_F(CalendarTest, RestAfterANightShift) {
  Busy("tsk_night", At(0, 22), At(1, 2));
  EXPECT_EQ(Check(At(1, 11), At(1, 13)), "REST_TOO_SHORT");
  EXPECT_EQ(Check(At(1, 12), At(1, 14)), "OK");
}

TEST_F(CalendarTest, ReserveDropsWhatEndedLongAgoOnly) {
  const Time now = At(10, 12);
  Busy("tsk_old", At(7, 8), At(7, 11, 59));
  Busy("tsk_recent", At(7, 12), At(7, 13));
  Reserve(calendar_, {"tsk_new", At(11, 8), At(11, 9)}, now, 9);
  ASSERT_EQ(calendar_.entries_size(), 2);
  EXPECT_EQ(calendar_.entries(0).task_id(), "tsk_recent");
  EXPECT_EQ(calendar_.entries(1).task_id(), "tsk_new");
  EXPECT_EQ(calendar_.entries(1).token(), 9u);
  EXPECT_EQ(calendar_.entries(1).reserved_ms(), now.time_since_epoch().count());
}

TEST_F(CalendarTest, ReleaseTakesOnlyItsOwnToken) {
  Busy("tsk_a", At(0, 8), At(0, 9), Time(), 1);
  Busy("tsk_a", At(0, 8), At(0, 9), Time(), 2);
  EXPECT_TRUE(Release(calendar_, "tsk_a", 1));
  ASSERT_EQ(calendar_.entries_size(), 1);
  EXPECT_EQ(calendar_.entries(0).token(), 2u);
  EXPECT_FALSE(Release(calendar_, "tsk_a", 1));
  EXPECT_FALSE(Release(calendar_, "tsk_b", 2));
}

TEST_F(CalendarTest, OnlyOldEntriesNearTheWorkAreWorthVerifying) {
  const Time now = At(0, 12);
  Busy("tsk_young", At(0, 14), At(0, 15), now - std::chrono::seconds(29));
  Busy("tsk_old", At(0, 15), At(0, 16), now - std::chrono::seconds(30));
  Busy("tsk_far", At(9, 15), At(9, 16), now - std::chrono::seconds(60));
  const auto found = WorthVerifying(calendar_, {"tsk_new", At(0, 14), At(0, 16)}, now);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].task_id(), "tsk_old");
}

}  // namespace
}  // namespace baodao::dispatch
