#include "services/inbox/domain/push.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "services/inbox/domain/kinds.h"

namespace baodao::inbox {
namespace {

constexpr Millis kFirstPause = std::chrono::seconds(10);
constexpr Millis kDay = std::chrono::hours(24);
constexpr Millis kHour = std::chrono::hours(1);

struct Group {
  std::string_view prefix;
  v1::NotificationGroup group;
};

constexpr Group kGroups[] = {
    {"registration_", v1::NOTIFICATION_GROUP_STANDING},
    {"role_", v1::NOTIFICATION_GROUP_STANDING},
    {"credential_", v1::NOTIFICATION_GROUP_STANDING},
    {"verification_", v1::NOTIFICATION_GROUP_STANDING},
    {"category_", v1::NOTIFICATION_GROUP_STANDING},
    {"new_sign_in", v1::NOTIFICATION_GROUP_STANDING},
    {"account_", v1::NOTIFICATION_GROUP_STANDING},
    {"need_", v1::NOTIFICATION_GROUP_NEED},
    {"request_cancelled", v1::NOTIFICATION_GROUP_NEED},
    {"resource_", v1::NOTIFICATION_GROUP_PROJECT},
    {"booking_", v1::NOTIFICATION_GROUP_PROJECT},
    {"project_", v1::NOTIFICATION_GROUP_PROJECT},
    {"hours_", v1::NOTIFICATION_GROUP_HOURS},
    {"credit_", v1::NOTIFICATION_GROUP_HOURS},
    {"unit_hours_", v1::NOTIFICATION_GROUP_HOURS},
};

v1::PushChoice ChoiceFor(const v1::Preferences& preferences, std::string_view kind) {
  const auto& choices = preferences.choices();
  const auto chosen = std::ranges::find(choices, GroupOf(kind), &v1::GroupChoice::group);
  return chosen == choices.end() ? v1::PUSH_CHOICE_PUSH : chosen->choice();
}

Millis TimeOfDay(Time time) { return time - LocalMidnight(time); }

// The next time after `time` that clocks show this time of day.
Time NextTimeOfDay(Time time, Millis time_of_day) {
  const Millis ahead = time_of_day - TimeOfDay(time);
  return time + (ahead > Millis(0) ? ahead : ahead + kDay);
}

bool IsQuiet(const v1::Preferences& preferences, Time time) {
  const Millis start = std::chrono::minutes(preferences.quiet_start_minute());
  const Millis end = std::chrono::minutes(preferences.quiet_end_minute());
  const Millis now = TimeOfDay(time);
  if (start <= end) return start <= now && now < end;
  return start <= now || now < end;
}

Time EndOfQuiet(const v1::Preferences& preferences, Time now) {
  return NextTimeOfDay(now, std::chrono::minutes(preferences.quiet_end_minute()));
}

int64_t ToMillis(Time time) { return time.time_since_epoch().count(); }
Time DueTime(const v1::PushRecord& push) { return Time(Millis(push.due_ms())); }

// One for that moment that no try was made of yet.
v1::PushRecord* FindWaiting(v1::ChannelsRecord* channels, Time due) {
  for (v1::PushRecord& push : *channels->mutable_pushes()) {
    const bool untried = push.failures() == 0 && push.number() != channels->sending();
    if (untried && push.due_ms() == ToMillis(due) && !IsUrgent(push.latest().kind())) return &push;
  }
  return nullptr;
}

void Add(const v1::NotificationRecord& notification, v1::PushRecord* push) {
  *push->mutable_latest() = notification;
  push->set_count(push->count() + 1);
}

// The end of the hour that the push would be one too many in; `time` for all others.
Time AfterFullHour(v1::ChannelsRecord* channels, Time time) {
  if (time - Time(Millis(channels->hour_ms())) >= kHour) {
    channels->set_hour_ms(ToMillis(time));
    channels->set_planned_in_hour(0);
  }
  if (channels->planned_in_hour() >= kPushesAnHour) {
    return Time(Millis(channels->hour_ms())) + kHour;
  }
  channels->set_planned_in_hour(channels->planned_in_hour() + 1);
  return time;
}

auto FindPush(v1::ChannelsRecord* channels, uint64_t number) {
  return std::ranges::find(*channels->mutable_pushes(), number, &v1::PushRecord::number);
}

void GiveUp(v1::ChannelsRecord* channels, const v1::PushRecord& push, Time now) {
  auto* const undelivered = channels->mutable_undelivered();
  v1::UndeliveredPush& given_up = *undelivered->Add();
  given_up.set_kind(KindNamed(push.latest().kind()));
  given_up.set_subject_id(push.latest().subject_id());
  given_up.set_count(static_cast<int>(push.count()));
  *given_up.mutable_time() = ToTimestamp(now);
  const int beyond = undelivered->size() - kMaxUndelivered;
  if (beyond > 0) undelivered->DeleteSubrange(0, beyond);
}

// The one that is being sent stays.
bool GiveUpBeyondMost(v1::ChannelsRecord* channels, Time now) {
  auto& pushes = *channels->mutable_pushes();
  if (pushes.size() <= kMaxPushes) return false;
  const auto oldest =
      pushes[0].number() == channels->sending() ? pushes.begin() + 1 : pushes.begin();
  GiveUp(channels, *oldest, now);
  pushes.erase(oldest);
  return true;
}

}  // namespace

v1::NotificationGroup GroupOf(std::string_view kind) {
  const auto found = std::ranges::find_if(
      kGroups, [&](const Group& group) { return kind.starts_with(group.prefix); });
  return found == std::end(kGroups) ? v1::NOTIFICATION_GROUP_WORK : found->group;
}

std::optional<Time> PushTime(const v1::Preferences& preferences, std::string_view kind, Time now) {
  const v1::PushChoice choice = ChoiceFor(preferences, kind);
  if (choice == v1::PUSH_CHOICE_NONE) return std::nullopt;
  if (IsUrgent(kind)) return now;
  if (choice == v1::PUSH_CHOICE_DIGEST) {
    return NextTimeOfDay(now, std::chrono::hours(preferences.digest_hour()));
  }
  return IsQuiet(preferences, now) ? EndOfQuiet(preferences, now) : now;
}

bool PlanPush(v1::ChannelsRecord* channels, const v1::NotificationRecord& notification, Time now) {
  channels->set_seen(notification.number());
  if (now - ToTime(notification.time()) > kPushedWithin) return false;
  const bool urgent = IsUrgent(notification.kind());
  std::optional<Time> due = PushTime(channels->preferences(), notification.kind(), now);
  if (!due) return false;
  if (v1::PushRecord* const waiting = urgent ? nullptr : FindWaiting(channels, *due)) {
    Add(notification, waiting);
    return false;
  }
  if (*due == now && !urgent) due = AfterFullHour(channels, now);
  v1::PushRecord* push = urgent ? nullptr : FindWaiting(channels, *due);
  if (push == nullptr) {
    push = channels->add_pushes();
    push->set_number(notification.number());
    push->set_due_ms(ToMillis(*due));
  }
  Add(notification, push);
  return GiveUpBeyondMost(channels, now);
}

void ReviewPushes(v1::ChannelsRecord* channels, uint64_t read, Time now) {
  const v1::Preferences& preferences = channels->preferences();
  auto& pushes = *channels->mutable_pushes();
  const auto kept = std::remove_if(pushes.begin(), pushes.end(), [&](const v1::PushRecord& push) {
    if (push.number() == channels->sending()) return false;
    const v1::NotificationRecord& latest = push.latest();
    return latest.number() <= read || ChoiceFor(preferences, latest.kind()) == v1::PUSH_CHOICE_NONE;
  });
  pushes.erase(kept, pushes.end());
  if (!IsQuiet(preferences, now)) return;
  for (v1::PushRecord& push : pushes) {
    if (push.number() == channels->sending() || IsUrgent(push.latest().kind())) continue;
    if (DueTime(push) <= now) push.set_due_ms(ToMillis(EndOfQuiet(preferences, now)));
  }
}

const v1::PushRecord* DuePush(const v1::ChannelsRecord& channels, Time now) {
  const auto next = std::ranges::min_element(channels.pushes(), {}, &v1::PushRecord::due_ms);
  return next == channels.pushes().end() || DueTime(*next) > now ? nullptr : &*next;
}

std::optional<Time> NextPush(const v1::ChannelsRecord& channels) {
  const auto next = std::ranges::min_element(channels.pushes(), {}, &v1::PushRecord::due_ms);
  if (next == channels.pushes().end()) return std::nullopt;
  return DueTime(*next);
}

void Delivered(v1::ChannelsRecord* channels, uint64_t number) {
  const auto push = FindPush(channels, number);
  if (push != channels->mutable_pushes()->end()) channels->mutable_pushes()->erase(push);
}

bool Failed(v1::ChannelsRecord* channels, uint64_t number, bool refused,
            std::optional<Millis> retry_after, double jitter, Time now) {
  const auto push = FindPush(channels, number);
  if (push == channels->mutable_pushes()->end()) return false;
  push->set_failures(push->failures() + 1);
  if (refused || push->failures() >= kMaxFailures) {
    GiveUp(channels, *push, now);
    channels->mutable_pushes()->erase(push);
    return true;
  }
  const Millis doubled = kFirstPause * (1 << std::min(push->failures() - 1, 10u));
  Millis pause = std::max(std::min(doubled, kLongestPause), retry_after.value_or(Millis(0)));
  pause = std::min(pause, kLongestPause);
  pause += std::chrono::duration_cast<Millis>(pause * jitter / 2);
  push->set_due_ms(ToMillis(now + pause));
  return false;
}

}  // namespace baodao::inbox
