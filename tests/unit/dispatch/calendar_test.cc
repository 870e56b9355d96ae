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
  work::Limits limits_;
};

TEST_F(CalendarTest, EmptyAllows) { EXPECT_EQ(Check(At(0, 9), At(0, 11)), "OK"); }

TEST_F(CalendarTest, EveryOverlapIsNamedOnceAndLimitsWhereThereIsNone) {
  Busy("tsk_a", At(0, 9), At(0, 11));
  Busy("tsk_b", At(0, 12), At(0, 14));
  Busy("tsk_b", At(0, 12), At(0, 14));
  Busy("tsk_new", At(0, 9), At(0, 14));
  const auto conflicts = [&](int from, int to) {
    std::vector<std::string> found;
    for (const absl::Status& one :
         Conflicts(calendar_, {"tsk_new", At(0, from), At(0, to)}, limits_)) {
      const std::string task = MetadataOf(one)["task"];
      found.push_back(task.empty() ? Refusal(one) : task);
    }
    return found;
  };
  EXPECT_THAT(conflicts(10, 13), ::testing::ElementsAre("tsk_a", "tsk_b"));
  EXPECT_THAT(conflicts(11, 12), ::testing::IsEmpty());
  EXPECT_THAT(conflicts(14, 19), ::testing::ElementsAre("DAILY_HOURS_EXCEEDED"));
}

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

TEST_F(CalendarTest, SeveralReservationsOfOneTaskCountOnce) {
  Busy("tsk_a", At(0, 8), At(0, 12), Time(), 1);
  Busy("tsk_a", At(0, 8), At(0, 12), Time(), 2);
  EXPECT_EQ(Check(At(0, 13), At(0, 17)), "OK");
}

TEST_F(CalendarTest, HoursAndRestAreThoseOfAllNearWork) {
  Busy("tsk_a", At(0, 18), At(0, 24));
  EXPECT_EQ(Check(At(1, 0), At(1, 4)), "DAILY_HOURS_EXCEEDED");
  EXPECT_EQ(Check(At(1, 0), At(1, 2)), "OK");
  EXPECT_EQ(Check(At(1, 8), At(1, 9)), "REST_TOO_SHORT");
  EXPECT_EQ(Check(At(1, 10), At(1, 12)), "OK");
}

// Past work is only asked whether the person was elsewhere at the same time.
TEST_F(CalendarTest, OverlapAlone) {
  Busy("tsk_a", At(0, 8), At(0, 16));
  EXPECT_EQ(Refusal(CheckOverlap(calendar_, {"tsk_new", At(0, 16), At(0, 20)})), "OK");
  EXPECT_EQ(Refusal(CheckOverlap(calendar_, {"tsk_new", At(0, 15), At(0, 20)})),
            "OVERLAPPING_TASK");
  EXPECT_EQ(Refusal(CheckOverlap(calendar_, {"tsk_a", At(0, 15), At(0, 20)})), "OK");
}

TEST_F(CalendarTest, ReserveDropsWhatEndedLongAgoOnly) {
  const Time now = At(40, 12);
  Busy("tsk_old", At(9, 8), At(9, 11, 59));
  Busy("tsk_recent", At(9, 10), At(9, 12));
  Reserve(calendar_, {"tsk_new", At(41, 8), At(41, 9)}, now, 9);
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

// An entry that the rule can see and nobody verifies refuses work for nothing; one that it cannot
// see need not be asked for.
TEST_F(CalendarTest, WhatTheRuleSeesIsVerifiedUpToBothEdges) {
  const Work work{"tsk_new", At(5, 12), At(5, 14)};
  Busy("tsk_before", At(4, 11), At(4, 12), Time(), 1);
  Busy("tsk_just_after_it", At(4, 11), At(4, 12) + Millis(1), Time(), 2);
  Busy("tsk_just_before_it", At(6, 14) - Millis(1), At(6, 15), Time(), 3);
  Busy("tsk_behind", At(6, 14), At(6, 15), Time(), 4);
  std::vector<std::string> found;
  for (const auto& entry : WorthVerifying(calendar_, work, At(0, 0))) {
    found.push_back(entry.task_id());
  }
  EXPECT_THAT(found, ::testing::ElementsAre("tsk_just_after_it", "tsk_just_before_it"));
}

// The farthest entry on either side that decides: without it the work fits.
TEST_F(CalendarTest, WhatDecidesIsWorthVerifying) {
  const Work work{"tsk_new", At(5, 12), At(5, 12, 1)};
  // In the 24 hours up to 12:01: one minute at their beginning, 7:58:30 in between, one minute.
  Busy("tsk_far", At(4, 11), At(4, 12, 2));
  Busy("tsk_between", At(4, 12, 2), At(4, 20) + std::chrono::seconds(30));
  EXPECT_EQ(Check(work.start, work.end), "DAILY_HOURS_EXCEEDED");
  const auto found = WorthVerifying(calendar_, work, At(0, 0));
  ASSERT_EQ(found.size(), 2u);
  Release(calendar_, "tsk_far", 1);
  EXPECT_EQ(Check(work.start, work.end), "OK");
  calendar_.clear_entries();
  Busy("tsk_far", At(6, 11, 59), At(6, 13));
  Busy("tsk_between", At(6, 4) + std::chrono::seconds(30), At(6, 11, 59));
  EXPECT_EQ(Check(work.start, work.end), "DAILY_HOURS_EXCEEDED");
  ASSERT_EQ(WorthVerifying(calendar_, work, At(0, 0)).size(), 2u);
  Release(calendar_, "tsk_far", 1);
  EXPECT_EQ(Check(work.start, work.end), "OK");
}

}  // namespace
}  // namespace baodao::dispatch
