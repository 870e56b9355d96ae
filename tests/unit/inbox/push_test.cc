// Which notifications are pushed, when, and what becomes of pushes that fail.
#include "services/inbox/domain/push.h"

#include <absl/strings/str_cat.h>
#include <gtest/gtest.h>

#include <set>

#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "services/inbox/domain/channels.h"
#include "services/inbox/domain/kinds.h"
#include "services/inbox/domain/push_message.h"
#include "services/inbox/domain/render.h"

namespace baodao::inbox {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

Time At(const std::string& text) { return *FromLocalTime(text); }

v1::NotificationRecord NotificationOf(const std::string& kind, uint64_t number, Time time) {
  v1::NotificationRecord record;
  record.set_kind(kind);
  record.set_number(number);
  record.set_subject_id(absl::StrCat("tsk_", number));
  *record.mutable_time() = ToTimestamp(time);
  return record;
}

v1::Preferences Quiet(int start, int end) {
  v1::Preferences preferences;
  preferences.set_quiet_start_minute(start);
  preferences.set_quiet_end_minute(end);
  return preferences;
}

v1::Preferences Choosing(v1::NotificationGroup group, v1::PushChoice choice, int digest_hour = 0) {
  v1::Preferences preferences;
  preferences.add_choices()->set_group(group);
  preferences.mutable_choices(0)->set_choice(choice);
  preferences.set_digest_hour(digest_hour);
  return preferences;
}

std::string Due(const v1::Preferences& preferences, const std::string& kind,
                const std::string& now) {
  const auto due = PushTime(preferences, kind, At(now));
  return due ? LocalTime(*due) : "never";
}

TEST(PushTest, SomebodyWhoHasChosenNothingHearsOfEverythingAtOnce) {
  EXPECT_EQ(Due({}, "task_accepted", "2026-11-29 03:00"), "2026-11-29 03:00");
}

TEST(PushTest, QuietHoursPutOffWhatIsNotUrgentUntilTheirEnd) {
  const v1::Preferences night = Quiet(22 * 60, 7 * 60 + 30);
  EXPECT_EQ(Due(night, "task_accepted", "2026-11-29 21:59"), "2026-11-29 21:59");
  EXPECT_EQ(Due(night, "task_accepted", "2026-11-29 22:00"), "2026-11-30 07:30");
  EXPECT_EQ(Due(night, "task_accepted", "2026-11-30 07:29"), "2026-11-30 07:30");
  EXPECT_EQ(Due(night, "task_accepted", "2026-11-30 07:30"), "2026-11-30 07:30");
  EXPECT_EQ(Due(night, "low_rating", "2026-11-29 23:00"), "2026-11-29 23:00") << "urgent";
  const v1::Preferences noon = Quiet(12 * 60, 14 * 60);
  EXPECT_EQ(Due(noon, "task_accepted", "2026-12-31 13:00"), "2026-12-31 14:00");
  EXPECT_EQ(Due(noon, "task_accepted", "2026-12-31 11:59"), "2026-12-31 11:59");
  EXPECT_EQ(Due(Quiet(60, 60), "task_accepted", "2026-11-29 01:00"), "2026-11-29 01:00");
}

TEST(PushTest, AGroupIsToldOfOnceADayOrNotAtAll) {
  const v1::Preferences digest = Choosing(v1::NOTIFICATION_GROUP_HOURS, v1::PUSH_CHOICE_DIGEST, 18);
  EXPECT_EQ(Due(digest, "hours_credited", "2026-11-29 17:59"), "2026-11-29 18:00");
  EXPECT_EQ(Due(digest, "hours_credited", "2026-11-29 18:00"), "2026-11-30 18:00");
  EXPECT_EQ(Due(digest, "task_accepted", "2026-11-29 17:59"), "2026-11-29 17:59");
  const v1::Preferences none = Choosing(v1::NOTIFICATION_GROUP_WORK, v1::PUSH_CHOICE_NONE);
  EXPECT_EQ(Due(none, "low_rating", "2026-11-29 17:59"), "never") << "urgent ones, too";
}

TEST(PushTest, EveryKindIsOfOneGroupAndEveryGroupHasKinds) {
  std::set<int> groups;
  for (const std::string_view kind : Kinds()) groups.insert(GroupOf(kind));
  EXPECT_EQ(groups.size(), 5u);
  EXPECT_EQ(GroupOf("verification_unanswered"), v1::NOTIFICATION_GROUP_STANDING);
  EXPECT_EQ(GroupOf("unit_hours_credited"), v1::NOTIFICATION_GROUP_HOURS);
  EXPECT_EQ(GroupOf("no_show"), v1::NOTIFICATION_GROUP_WORK);
}

TEST(PushTest, WhatWaitsForTheSameMomentIsOnePush) {
  v1::ChannelsRecord channels;
  *channels.mutable_preferences() = Quiet(22 * 60, 7 * 60);
  const Time night = At("2026-11-29 23:00");
  for (uint64_t number = 1; number <= 3; ++number) {
    PlanPush(&channels, NotificationOf("task_accepted", number, night + minutes(number)),
             night + minutes(number));
  }
  ASSERT_EQ(channels.pushes_size(), 1);
  EXPECT_EQ(channels.pushes(0).number(), 1u);
  EXPECT_EQ(channels.pushes(0).count(), 3u);
  EXPECT_EQ(channels.pushes(0).latest().number(), 3u);
  EXPECT_EQ(channels.seen(), 3u);
  EXPECT_EQ(DuePush(channels, At("2026-11-30 06:59")), nullptr);
  const Time morning = At("2026-11-30 07:00");
  ASSERT_NE(DuePush(channels, morning), nullptr);
  channels.set_sending(1);
  PlanPush(&channels, NotificationOf("task_accepted", 4, morning), morning);
  EXPECT_EQ(channels.pushes_size(), 2) << "nothing is added to one that is on its way";
  Delivered(&channels, 1);
  ASSERT_EQ(channels.pushes_size(), 1);
  EXPECT_EQ(channels.pushes(0).number(), 4u);
}

TEST(PushTest, WhatIsFoundTogetherIsOnePushAndUrgentOnesAreByThemselves) {
  v1::ChannelsRecord channels;
  const Time now = At("2026-11-29 10:00");
  PlanPush(&channels, NotificationOf("task_accepted", 1, now - minutes(5)), now);
  PlanPush(&channels, NotificationOf("low_rating", 2, now - minutes(4)), now);
  PlanPush(&channels, NotificationOf("task_accepted", 3, now), now);
  ASSERT_EQ(channels.pushes_size(), 2);
  EXPECT_EQ(channels.pushes(0).count(), 2u);
  EXPECT_EQ(channels.pushes(1).latest().kind(), "low_rating");
}

TEST(PushTest, WhatBecomesDueInQuietHoursWaitsForTheirEnd) {
  v1::ChannelsRecord channels;
  *channels.mutable_preferences() = Quiet(22 * 60, 7 * 60);
  const Time evening = At("2026-11-29 21:59");
  PlanPush(&channels, NotificationOf("task_accepted", 1, evening), evening);
  PlanPush(&channels, NotificationOf("low_rating", 2, evening), evening);
  Failed(&channels, 1, false, hours(1), 0, evening);
  Failed(&channels, 2, false, hours(1), 0, evening);
  const Time night = At("2026-11-29 23:00");
  ReviewPushes(&channels, 0, night);
  ASSERT_NE(DuePush(channels, night), nullptr);
  EXPECT_EQ(DuePush(channels, night)->number(), 2u) << "urgent";
  Delivered(&channels, 2);
  EXPECT_EQ(LocalTime(*NextPush(channels)), "2026-11-30 07:00");
}

TEST(PushTest, WhatWasReadOrIsNotWantedAnyMoreIsNotPushed) {
  v1::ChannelsRecord channels;
  *channels.mutable_preferences() = Quiet(22 * 60, 7 * 60);
  const Time night = At("2026-11-29 23:00");
  PlanPush(&channels, NotificationOf("low_rating", 1, night), night);
  channels.set_sending(1);
  PlanPush(&channels, NotificationOf("task_accepted", 2, night), night);
  PlanPush(&channels, NotificationOf("task_accepted", 3, night), night);
  ReviewPushes(&channels, 2, night);
  EXPECT_EQ(channels.pushes_size(), 2) << "the latest of it is unread";
  ReviewPushes(&channels, 3, night);
  ASSERT_EQ(channels.pushes_size(), 1);
  EXPECT_EQ(channels.pushes(0).number(), 1u) << "it is on its way";
  channels.clear_sending();
  *channels.mutable_preferences() = Choosing(v1::NOTIFICATION_GROUP_WORK, v1::PUSH_CHOICE_NONE);
  ReviewPushes(&channels, 0, night);
  EXPECT_EQ(channels.pushes_size(), 0);
}

TEST(PushTest, ARushIsToldOfTogetherAtTheEndOfTheHour) {
  v1::ChannelsRecord channels;
  const Time start = At("2026-11-29 10:00");
  for (uint64_t number = 1; number <= kPushesAnHour + 10; ++number) {
    const Time came = start + seconds(number);
    PlanPush(&channels, NotificationOf("task_accepted", number, came), came);
  }
  ASSERT_EQ(channels.pushes_size(), static_cast<int>(kPushesAnHour) + 1);
  const v1::PushRecord& last = channels.pushes(kPushesAnHour);
  EXPECT_EQ(last.count(), 10u);
  EXPECT_EQ(LocalTime(Time(Millis(last.due_ms()))), "2026-11-29 11:00");
  PlanPush(&channels, NotificationOf("low_rating", 99, start + minutes(5)), start + minutes(5));
  EXPECT_EQ(channels.pushes(kPushesAnHour + 1).due_ms(),
            (start + minutes(5)).time_since_epoch().count())
      << "urgent ones do not wait";
}

TEST(PushTest, OldNewsIsNotPushed) {
  v1::ChannelsRecord channels;
  const Time now = At("2026-11-29 10:00");
  PlanPush(&channels, NotificationOf("task_accepted", 7, now - kPushedWithin - Millis(1)), now);
  EXPECT_EQ(channels.pushes_size(), 0);
  EXPECT_EQ(channels.seen(), 7u);
}

TEST(PushTest, PausesDoubleUpToAnHourAndThenItIsGivenUp) {
  v1::ChannelsRecord channels;
  Time now = At("2026-11-29 10:00");
  PlanPush(&channels, NotificationOf("task_accepted", 1, now), now);
  Millis longest{0}, all{0};
  for (uint32_t failure = 1; failure < kMaxFailures; ++failure) {
    ASSERT_FALSE(Failed(&channels, 1, false, std::nullopt, 0, now)) << failure;
    const Millis pause = *NextPush(channels) - now;
    if (failure <= 3) EXPECT_EQ(pause, seconds(10) * (1 << (failure - 1)));
    longest = std::max(longest, pause);
    all += pause;
    now += pause;
  }
  EXPECT_EQ(longest, kLongestPause);
  EXPECT_GT(all, hours(5));
  EXPECT_TRUE(Failed(&channels, 1, false, std::nullopt, 0, now));
  EXPECT_FALSE(NextPush(channels));
  const v1::Channels shown = ChannelsOf(channels, now);
  ASSERT_EQ(shown.undelivered_size(), 1);
  EXPECT_EQ(shown.undelivered(0).kind(), v1::NOTIFICATION_KIND_TASK_ACCEPTED);
  EXPECT_EQ(shown.undelivered(0).subject_id(), "tsk_1");
  EXPECT_EQ(ChannelsOf(channels, now + kUndeliveredLife).undelivered_size(), 0);
}

TEST(PushTest, AServerSaysWhenToComeAgainWithinAnHour) {
  v1::ChannelsRecord channels;
  const Time now = At("2026-11-29 10:00");
  PlanPush(&channels, NotificationOf("task_accepted", 1, now), now);
  Failed(&channels, 1, false, seconds(90), 0, now);
  EXPECT_EQ(*NextPush(channels) - now, seconds(90));
  Failed(&channels, 1, false, hours(24), 0, now);
  EXPECT_EQ(*NextPush(channels) - now, kLongestPause);
  Failed(&channels, 1, false, seconds(100), 0.5, now);
  EXPECT_EQ(*NextPush(channels) - now, seconds(125)) << "spread";
}

TEST(PushTest, WhatIsRefusedIsGivenUpAtOnceAndTenAreKept) {
  v1::ChannelsRecord channels;
  const Time now = At("2026-11-29 10:00");
  for (uint64_t number = 1; number <= 12; ++number) {
    PlanPush(&channels, NotificationOf("task_accepted", number, now), now);
    ASSERT_EQ(channels.pushes_size(), 1);
    EXPECT_TRUE(Failed(&channels, number, true, std::nullopt, 0, now));
  }
  EXPECT_EQ(channels.undelivered_size(), kMaxUndelivered);
  EXPECT_EQ(ChannelsOf(channels, now).undelivered(0).subject_id(), "tsk_12");
  EXPECT_FALSE(Failed(&channels, 1, true, std::nullopt, 0, now)) << "settled before";
}

TEST(PushTest, AWaitingPushTooManyEndsTheOldest) {
  v1::ChannelsRecord channels;
  Time now = At("2026-11-29 10:00");
  int given_up = 0;
  for (uint64_t number = 1; number <= kMaxPushes + 2; ++number) {
    given_up += PlanPush(&channels, NotificationOf("low_rating", number, now), now);
    now += seconds(1);
  }
  EXPECT_EQ(given_up, 2);
  EXPECT_EQ(channels.pushes_size(), kMaxPushes);
  EXPECT_EQ(channels.pushes(0).number(), 3u);
}

TEST(PushTest, EachDeviceIsToldInItsLanguage) {
  v1::PushRecord push;
  *push.mutable_latest() = NotificationOf("low_rating", 5, At("2026-11-29 10:00"));
  push.set_number(4);
  push.set_count(2);
  std::vector<Target> targets(2);
  targets[0].push_token = "t0";
  targets[0].device.set_device_id("dev_0");
  targets[1].device.set_language(v1::DEVICE_LANGUAGE_EN);
  const AreaNames names = [](const std::string& code) { return code; };
  v1::Push message = MessageOf("per_1", push, targets, names);
  EXPECT_EQ(message.push_id(), "per_1-4");
  EXPECT_EQ(message.count(), 2);
  EXPECT_TRUE(message.urgent());
  EXPECT_EQ(message.devices(0).device_id(), "dev_0");
  EXPECT_EQ(message.devices(0).push_token(), "t0");
  EXPECT_EQ(message.devices(0).title(), "您有 2 条新消息");
  EXPECT_EQ(message.devices(1).title(), "2 new notifications");
  push.set_count(1);
  message = MessageOf("per_1", push, targets, names);
  EXPECT_EQ(message.devices(0).title(), Render(push.latest(), Locale::kZh, names).title);
}

}  // namespace
}  // namespace baodao::inbox
