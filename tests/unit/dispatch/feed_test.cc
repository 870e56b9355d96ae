// Calendar feeds: what they show and remember, and how they are written.
#include "services/dispatch/domain/feed.h"

#include <absl/strings/str_replace.h>
#include <absl/strings/str_split.h>
#include <gmock/gmock.h>

#include "common/clock/timestamp.h"
#include "services/dispatch/app/ics.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// 2026-11-28 18:00 in China.
const Time kFeedNow = Time(Millis(1'795'860'000'000));

FeedEvent EventNamed(const std::string& task, FeedStatus status, Millis from_now = hours(5)) {
  FeedEvent event;
  event.task_id = task;
  event.title = "陪同就医";
  event.area_name = "平凉路街道";
  event.start = kFeedNow + from_now;
  event.end = event.start + hours(2);
  event.status = status;
  return event;
}

std::vector<FeedEvent> RememberAt(v1::CalendarFeedRecord* record, std::vector<FeedEvent> events,
                                  Time now, bool changes) {
  EXPECT_EQ(Remember(&events, record, now), changes);
  return events;
}

TEST(FeedTest, ASequenceGrowsWithWhatIsShownAndWithNothingElse) {
  v1::CalendarFeedRecord record;
  const FeedEvent accepted = EventNamed("tsk_1", FeedStatus::kConfirmed);
  auto events = RememberAt(&record, {accepted}, kFeedNow, true);
  EXPECT_EQ(events.at(0).sequence, 0);
  events = RememberAt(&record, {accepted}, kFeedNow + hours(1), false);
  EXPECT_EQ(events.at(0).sequence, 0);
  EXPECT_EQ(events.at(0).modified, kFeedNow);
  FeedEvent moved = accepted;
  moved.start += minutes(30);
  events = RememberAt(&record, {moved}, kFeedNow + hours(2), true);
  EXPECT_EQ(events.at(0).sequence, 1);
  EXPECT_EQ(events.at(0).modified, kFeedNow + hours(2));
  moved.status = FeedStatus::kCancelled;
  EXPECT_EQ(RememberAt(&record, {moved}, kFeedNow + hours(3), true).at(0).sequence, 2);
}

TEST(FeedTest, WhatWasNeverShownIsNotCancelledAndWhatIsLongOverIsForgotten) {
  v1::CalendarFeedRecord record;
  EXPECT_THAT(RememberAt(&record, {EventNamed("tsk_1", FeedStatus::kCancelled)}, kFeedNow, false),
              IsEmpty());
  const FeedEvent accepted = EventNamed("tsk_2", FeedStatus::kConfirmed);
  RememberAt(&record, {accepted}, kFeedNow, true);
  EXPECT_THAT(RememberAt(&record, {accepted}, accepted.end + kFeedPast, false), SizeIs(1));
  EXPECT_THAT(RememberAt(&record, {accepted}, accepted.end + kFeedPast + minutes(1), true),
              IsEmpty());
  EXPECT_EQ(record.shown_size(), 0);
}

TEST(FeedTest, TheTasksThatEndLastAreRead) {
  v1::CalendarRecord calendar;
  for (int i = 0; i < 300; ++i) {
    auto& entry = *calendar.add_entries();
    entry.set_task_id("tsk_" + std::to_string(i));
    entry.set_end_ms((kFeedNow + hours(i) - hours(24 * 31)).time_since_epoch().count());
  }
  v1::CalendarFeedRecord feed;
  const auto tasks = FeedTasks(calendar, {}, feed, kFeedNow);
  ASSERT_THAT(tasks, SizeIs(kMaxFeedEvents));
  EXPECT_EQ(tasks.front(), "tsk_299");
  const auto old = FeedTasks(calendar, {}, feed, kFeedNow + hours(275));
  EXPECT_THAT(old, ElementsAre("tsk_299"));
  auto& shown = *feed.add_shown();
  shown.set_task_id("tsk_gone");
  shown.set_end_ms((kFeedNow + hours(400)).time_since_epoch().count());
  EXPECT_EQ(FeedTasks(calendar, {}, feed, kFeedNow).front(), "tsk_gone");
}

TEST(FeedTest, TheStatusFollowsThePartInTheTask) {
  v1::Assignment assignment;
  const auto status = [&](v1::AssignmentState state) {
    assignment.set_state(state);
    return FeedStatusOf(assignment, kFeedNow);
  };
  *assignment.mutable_offer_expire_time() = ToTimestamp(kFeedNow + minutes(1));
  EXPECT_EQ(status(v1::ASSIGNMENT_STATE_OFFERED), FeedStatus::kTentative);
  *assignment.mutable_offer_expire_time() = ToTimestamp(kFeedNow);
  EXPECT_EQ(status(v1::ASSIGNMENT_STATE_OFFERED), FeedStatus::kCancelled);
  EXPECT_EQ(status(v1::ASSIGNMENT_STATE_WAITLISTED), FeedStatus::kTentative);
  EXPECT_EQ(status(v1::ASSIGNMENT_STATE_ACCEPTED), FeedStatus::kConfirmed);
  EXPECT_EQ(status(v1::ASSIGNMENT_STATE_CREDITED), FeedStatus::kConfirmed);
  EXPECT_EQ(status(v1::ASSIGNMENT_STATE_WITHDRAWN), FeedStatus::kCancelled);
  EXPECT_EQ(status(v1::ASSIGNMENT_STATE_RELEASED), FeedStatus::kCancelled);
}

TEST(IcsTest, AnEventSaysWhenWhereAndHowItStands) {
  FeedEvent event = EventNamed("tsk_1", FeedStatus::kCancelled);
  event.sequence = 3;
  event.modified = kFeedNow;
  const std::string text = RenderCalendar({event}, "per_1", Locale::kZh);
  for (const char* line :
       {"BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\n", "\r\nTZOFFSETTO:+0800\r\n",
        "\r\nUID:tsk_1.per_1@baodao\r\n", "\r\nSEQUENCE:3\r\n", "\r\nSTATUS:CANCELLED\r\n",
        "\r\nDTSTART;TZID=Asia/Shanghai:20261128T230000\r\n",
        "\r\nDTEND;TZID=Asia/Shanghai:20261129T010000\r\n", "\r\nDTSTAMP:20261128T100000Z\r\n",
        "\r\nLAST-MODIFIED:20261128T100000Z\r\n", "\r\nSUMMARY:陪同就医\r\n",
        "\r\nLOCATION:平凉路街道\r\n", "\r\nDESCRIPTION:您不再参加此任务\r\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(RenderCalendar({event}, "per_1", Locale::kEn),
              HasSubstr("DESCRIPTION:You are not on this task any more."));
}

TEST(IcsTest, TextsOfOthersMakeNoLinesAndLongOnesAreFolded) {
  FeedEvent event = EventNamed("tsk_1", FeedStatus::kConfirmed);
  event.title = "搬家\r\nATTACH:http://x.example/;,\\";
  for (int i = 0; i < 30; ++i) event.title += "陪伴老人";
  const std::string text = RenderCalendar({event}, "per_1", Locale::kZh);
  EXPECT_THAT(text, Not(HasSubstr("\nATTACH")));
  const std::vector<std::string> lines = absl::StrSplit(text, "\r\n");
  for (const std::string& line : lines) {
    EXPECT_LE(line.size(), 75u) << line;
    EXPECT_EQ(line.find_first_of("\r\n"), std::string::npos) << line;
    // No character is cut in two.
    const bool folded = line.starts_with(' ');
    EXPECT_FALSE(folded && (static_cast<unsigned char>(line[1]) & 0xC0) == 0x80) << line;
  }
  const std::string unfolded = absl::StrReplaceAll(text, {{"\r\n ", ""}});
  EXPECT_THAT(unfolded, HasSubstr("SUMMARY:搬家\\nATTACH:http://x.example/\\;\\,\\\\陪伴老人"));
}

}  // namespace
}  // namespace baodao::dispatch
