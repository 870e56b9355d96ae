// Needs that recur: the rules' calendar against one counted day by day, and the series' states.
#include "services/lists/domain/need_series.h"

#include <absl/time/civil_time.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "common/clock/time_text.h"
#include "common/status/status.h"
#include "common/testing/machine.h"
#include "common/testing/matchers.h"
#include "services/lists/domain/recurrence.h"
#include "tests/unit/lists/needs.h"

namespace baodao::lists {
namespace {

using std::chrono::hours;

Time LocalAt(const std::string& text) { return *FromLocalTime(text); }

std::vector<std::string> Starts(const std::string& rrule, const std::string& first) {
  std::vector<std::string> starts;
  const auto times = OccurrencesOf(rrule, LocalAt(first));
  if (!times.ok()) return {"refused"};
  for (const Time time : *times) starts.push_back(LocalTime(time));
  return starts;
}

using Texts = std::vector<std::string>;

TEST(Recurrence, CrossesLeapDaysAndTheEndsOfYears) {
  EXPECT_EQ(Starts("FREQ=DAILY;COUNT=3", "2028-02-28 09:00"),
            (Texts{"2028-02-28 09:00", "2028-02-29 09:00", "2028-03-01 09:00"}));
  EXPECT_EQ(Starts("FREQ=WEEKLY;BYDAY=TH;COUNT=2", "2026-12-31 23:30"),
            (Texts{"2026-12-31 23:30", "2027-01-07 23:30"}));
  EXPECT_EQ(Starts("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "2027-12-31 08:00"),
            (Texts{"2027-12-31 08:00", "2028-01-31 08:00", "2028-02-29 08:00"}));
  EXPECT_EQ(Starts("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3", "2027-12-31 08:00"),
            (Texts{"2027-12-31 08:00", "2028-01-31 08:00", "2028-03-31 08:00"}));
  EXPECT_EQ(Starts("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", "2028-01-28 08:00"),
            (Texts{"2028-01-28 08:00", "2028-02-25 08:00"}));
}

// Midnight in China is another day in UTC.
TEST(Recurrence, EndsWhereTheRuleSaysInChina) {
  const Texts three = {"2025-06-02 00:30", "2025-06-03 00:30", "2025-06-04 00:30"};
  EXPECT_EQ(Starts("FREQ=DAILY;UNTIL=20250604", "2025-06-02 00:30"), three) << "the whole day";
  EXPECT_EQ(Starts("FREQ=DAILY;UNTIL=20250604T003000", "2025-06-02 00:30"), three);
  EXPECT_EQ(Starts("FREQ=DAILY;UNTIL=20250603T163000Z", "2025-06-02 00:30"), three) << "in UTC";
  EXPECT_EQ(Starts("FREQ=DAILY;UNTIL=20250603T162959Z", "2025-06-02 00:30").size(), 2u);
}

TEST(Recurrence, RefusesRulesWithoutEndBeginOrSense) {
  for (const char* rule :
       {"", "X", "FREQ=DAILY", "FREQ=YEARLY;COUNT=2", "FREQ=HOURLY;COUNT=2", "FREQ=DAILY;COUNT=1",
        "FREQ=DAILY;COUNT=368", "FREQ=DAILY;UNTIL=20270101", "FREQ=WEEKLY;BYDAY=TU;COUNT=5",
        "FREQ=WEEKLY;COUNT=3;BYHOUR=9,10", "FREQ=MONTHLY;BYDAY=MO;BYMONTHDAY=1;COUNT=3",
        "FREQ=MONTHLY;BYDAY=6MO;COUNT=3", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=2",
        "FREQ=MONTHLY;INTERVAL=12;COUNT=2", "FREQ=DAILY;COUNT=2;UNTIL=20250701",
        "FREQ=DAILY;INTERVAL=0;COUNT=2", "RSCALE=CHINESE;FREQ=MONTHLY;COUNT=3"}) {
    EXPECT_EQ(Starts(rule, "2025-06-02 09:00"), Texts{"refused"}) << rule;  // a Monday
  }
  EXPECT_EQ(Starts("FREQ=DAILY;COUNT=367", "2025-06-02 09:00").size(), 367u);
}

// The days by the rules, one by one: the calendar is absl's.
struct Plain {
  std::string rule;
  std::function<bool(absl::CivilDay first, absl::CivilDay day)> names;
};

int Weekday(absl::CivilDay day) { return static_cast<int>(absl::GetWeekday(day)); }  // Monday is 0
int MonthsBetween(absl::CivilDay a, absl::CivilDay b) {
  return static_cast<int>((b.year() - a.year()) * 12 + b.month() - a.month());
}
absl::CivilDay LastOf(absl::CivilDay day) { return absl::CivilDay(absl::CivilMonth(day) + 1) - 1; }

Plain RandomRule(std::mt19937& random, absl::CivilDay first) {
  static constexpr const char* kDays[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
  const int interval = 1 + static_cast<int>(random() % 4);
  const std::string every = ";INTERVAL=" + std::to_string(interval);
  switch (random() % 4) {
    case 0:
      return {"FREQ=DAILY" + every, [=](auto a, auto day) { return (day - a) % interval == 0; }};
    case 1: {
      const int other = static_cast<int>(random() % 7);
      std::string days = kDays[Weekday(first)];
      if (other != Weekday(first)) days += std::string(",") + kDays[other];
      return {"FREQ=WEEKLY;WKST=MO;BYDAY=" + days + every, [=](auto a, auto day) {
                const auto weeks = ((day - Weekday(day)) - (a - Weekday(a))) / 7;
                return weeks % interval == 0 &&
                       (Weekday(day) == Weekday(a) || Weekday(day) == other);
              }};
    }
    case 2:
      return {"FREQ=MONTHLY;BYMONTHDAY=" + std::to_string(first.day()) + every,
              [=](auto a, auto day) {
                return day.day() == a.day() && MonthsBetween(a, day) % interval == 0;
              }};
    default: {
      const auto from_end = static_cast<int>((LastOf(first) - first) / 7 + 1);
      return {"FREQ=MONTHLY;BYDAY=-" + std::to_string(from_end) + kDays[Weekday(first)] + every,
              [=](auto a, auto day) {
                return Weekday(day) == Weekday(a) && (LastOf(day) - day) / 7 + 1 == from_end &&
                       MonthsBetween(a, day) % interval == 0;
              }};
    }
  }
}

TEST(Recurrence, NamesTheDaysThatCountingThemNames) {
  std::mt19937 random(20250601);
  int checked = 0;
  for (int round = 0; round < 2'000; ++round) {
    // Around leap days and the ends of years, of a century that has one, too.
    const int year = 1996 + static_cast<int>(random() % 60);
    const absl::CivilDay near =
        random() % 2 == 0 ? absl::CivilDay(year, 2, 25) : absl::CivilDay(year, 12, 27);
    const absl::CivilDay first = near + static_cast<int>(random() % 9);
    const Plain plain = RandomRule(random, first);
    const auto count = static_cast<int>(2 + random() % 8);
    std::vector<std::string> expected;
    for (absl::CivilDay day = first; static_cast<int>(expected.size()) < count; ++day) {
      if (plain.names(first, day)) expected.push_back(absl::FormatCivilTime(day) + " 07:15");
    }
    const bool too_long = LocalAt(expected.back()) - LocalAt(expected[0]) > kLongestSeries;
    const std::string rule = plain.rule + ";COUNT=" + std::to_string(count);
    EXPECT_EQ(Starts(rule, expected[0]), too_long ? Texts{"refused"} : expected) << rule;
    checked += !too_long;
  }
  EXPECT_GT(checked, 1'000);
}

TEST(NeedSeries, EveryPair) {
  using enum v1::NeedSeriesState;
  using enum NeedSeriesEvent;
  const std::map<std::pair<v1::NeedSeriesState, NeedSeriesEvent>, v1::NeedSeriesState> expected = {
      {{NEED_SERIES_STATE_SUBMITTED, kAccept}, NEED_SERIES_STATE_ACTIVE},
      {{NEED_SERIES_STATE_SUBMITTED, kReject}, NEED_SERIES_STATE_REJECTED},
      {{NEED_SERIES_STATE_SUBMITTED, kEnd}, NEED_SERIES_STATE_ENDED},
      {{NEED_SERIES_STATE_ACTIVE, kEnd}, NEED_SERIES_STATE_ENDED}};
  testing::CheckEveryPair(kNeedSeriesMachine, expected, kEnd);
}

// Every day from tomorrow on, `count` times.
v1::NeedSeriesRecord Daily(int count) {
  v1::CreateNeedSeriesRequest request;
  request.set_rrule("FREQ=DAILY;COUNT=" + std::to_string(count));
  v1::NeedRecord need = NeedIn(v1::NEED_STATE_ACCEPTED);
  need.mutable_need()->set_task_id("tsk_1");
  return *NewNeedSeries(request, need.need(), kNow);
}

v1::NeedSeriesRecord Accepted(int count) {
  v1::NeedSeriesRecord record = Daily(count);
  v1::ReviewNeedSeriesRequest request;
  request.set_verdict(v1::NEED_SERIES_VERDICT_ACCEPT);
  EXPECT_THAT(Review(&record, request, kNow), testing::IsOk());
  return record;
}

constexpr Time kFirst = kNow + hours(24);

TEST(NeedSeries, RepeatsWhatTheNeedSays) {
  v1::NeedSeriesRecord record = Accepted(3);
  EXPECT_EQ(record.series().occurrences_size(), 2) << "the first is the need itself";
  EXPECT_EQ(DeadlineOf(record), kFirst + hours(24) - kMadeBefore);
  const auto need = PassTime(&record, kNow);
  ASSERT_TRUE(need);
  EXPECT_EQ(need->title(), "陪诊");
  EXPECT_EQ(need->state(), v1::NEED_STATE_ACCEPTED);
  EXPECT_EQ(ToTime(need->window().start()), kFirst + hours(24));
  EXPECT_EQ(ToTime(need->window().end()), kFirst + hours(26));
  EXPECT_EQ(need->task_id(), "");
  EXPECT_EQ(need->need_id(), "");
  EXPECT_EQ(record.series().state(), v1::NEED_SERIES_STATE_ACTIVE);
  ASSERT_TRUE(PassTime(&record, kNow));
  EXPECT_EQ(record.series().state(), v1::NEED_SERIES_STATE_ENDED) << "that was the last one";
  EXPECT_EQ(DeadlineOf(record), std::nullopt);
}

TEST(NeedSeries, MakesNothingOfWhatHasPassed) {
  v1::NeedSeriesRecord record = Accepted(30);
  const auto need = PassTime(&record, kFirst + hours(24 * 5));
  ASSERT_TRUE(need);
  EXPECT_EQ(ToTime(need->window().start()), kFirst + hours(24 * 6));
  v1::NeedSeriesRecord late = Accepted(3);
  EXPECT_FALSE(PassTime(&late, kFirst + hours(24 * 2)));
  EXPECT_EQ(late.series().state(), v1::NEED_SERIES_STATE_ENDED);
}

TEST(NeedSeries, NobodyReviewsItInTime) {
  v1::NeedSeriesRecord record = Daily(3);
  const Time last = kFirst + hours(24 * 2);
  EXPECT_EQ(DeadlineOf(record), last);
  v1::NeedSeriesRecord late = record;
  v1::ReviewNeedSeriesRequest request;
  request.set_verdict(v1::NEED_SERIES_VERDICT_ACCEPT);
  EXPECT_THAT(Review(&late, request, last), testing::IsRefusal(Reason::TOO_LATE));
  EXPECT_FALSE(PassTime(&record, last));
  EXPECT_EQ(record.series().state(), v1::NEED_SERIES_STATE_ENDED);
}

TEST(NeedSeries, LeavesOneOut) {
  v1::NeedSeriesRecord record = Accepted(3);
  EXPECT_THAT(Skip(&record, kFirst, kNow), testing::IsRefusal(Reason::NO_SUCH_OCCURRENCE));
  EXPECT_THAT(Skip(&record, kFirst + hours(24), kFirst + hours(24)),
              testing::IsRefusal(Reason::NO_SUCH_OCCURRENCE))
      << "it has begun";
  ASSERT_THAT(Skip(&record, kFirst + hours(24), kNow), testing::IsOk());
  EXPECT_EQ(ToTime(record.series().occurrences(0)), kFirst + hours(48));
  ASSERT_THAT(Skip(&record, kFirst + hours(48), kNow), testing::IsOk());
  EXPECT_EQ(record.series().state(), v1::NEED_SERIES_STATE_ENDED);
  EXPECT_THAT(Skip(&record, kFirst + hours(48), kNow), testing::IsRefusal(Reason::WRONG_STATE));
}

TEST(NeedSeries, IsRejectedWithAReasonOnly) {
  v1::NeedSeriesRecord record = Daily(3);
  v1::ReviewNeedSeriesRequest request;
  request.set_verdict(v1::NEED_SERIES_VERDICT_REJECT);
  EXPECT_EQ(ViolationsOf(Review(&record, request, kNow)).at(0).field, "comment");
  request.set_comment("请先走访");
  ASSERT_THAT(Review(&record, request, kNow), testing::IsOk());
  EXPECT_EQ(record.series().state(), v1::NEED_SERIES_STATE_REJECTED);
}

TEST(NeedSeries, IsOfANeedThatMayStillBeServedAndHasAWindow) {
  v1::CreateNeedSeriesRequest request;
  request.set_rrule("FREQ=WEEKLY;COUNT=3");
  for (const auto state : {v1::NEED_STATE_RETURNED, v1::NEED_STATE_REJECTED, v1::NEED_STATE_MERGED,
                           v1::NEED_STATE_CLOSED, v1::NEED_STATE_EXPIRED}) {
    EXPECT_THAT(NewNeedSeries(request, NeedIn(state).need(), kNow),
                testing::IsRefusal(Reason::WRONG_STATE));
  }
  v1::Need need = NeedIn(v1::NEED_STATE_RESOLVED).need();
  EXPECT_THAT(NewNeedSeries(request, need, kFirst + hours(24 * 14)),
              testing::IsRefusal(Reason::RRULE_INVALID))
      << "all have passed";
  EXPECT_THAT(NewNeedSeries(request, need, kFirst), testing::IsOk());
  need.clear_window();
  EXPECT_THAT(NewNeedSeries(request, need, kNow), testing::IsRefusal(Reason::NEED_WITHOUT_WINDOW));
}

TEST(NeedSeries, AreFiveOfAPersonAtOnce) {
  v1::OpenNeedSeries open;
  for (int i = 0; i < kMaxOpenSeries; ++i) {
    EXPECT_THAT(CountIn(&open, "nsr_" + std::to_string(i)), testing::IsOk());
  }
  EXPECT_THAT(CountIn(&open, "nsr_x"), testing::IsRefusal(Reason::TOO_MANY_SERIES));
  CountOut(&open, "nsr_2");
  EXPECT_THAT(CountIn(&open, "nsr_x"), testing::IsOk());
}

}  // namespace
}  // namespace baodao::lists
