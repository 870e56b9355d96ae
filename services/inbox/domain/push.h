// Which notifications are pushed to a person's devices, and when. Pushes that are not done yet
// stand in the person's ChannelsRecord.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "baodao/inbox/v1/channel.pb.h"
#include "baodao/inbox/v1/records.pb.h"
#include "common/clock/clock.h"

namespace baodao::inbox {

// Planned to be sent at once in an hour, beside urgent ones; those beyond are told of together at
// the end of the hour.
inline constexpr uint32_t kPushesAnHour = 20;
// A notification that is found later than this after it came is not pushed any more.
inline constexpr Millis kPushedWithin = std::chrono::hours(24);
// A push is given up after so many failures, which takes six to eight hours.
inline constexpr uint32_t kMostFailures = 14;
// One that waits between two tries waits so long at most.
inline constexpr Millis kLongestPause = std::chrono::hours(1);
// Beyond them the oldest is given up.
inline constexpr int kMaxPushes = 50;
inline constexpr int kMaxUndelivered = 10;
inline constexpr Millis kUndeliveredLife = std::chrono::hours(24 * 30);

v1::NotificationGroup GroupOf(std::string_view kind);

// When a notification that came at `came` is to be pushed; nullopt: not at all. By the choice for
// its group, and not in quiet hours, which urgent ones break through unless their group is NONE.
std::optional<Time> PushTime(const v1::Preferences& preferences, std::string_view kind, Time came);

// Plans the push of a notification that came after all that were planned before. Several that wait
// for the same moment are one push. Whether another was given up for it.
bool PlanPush(v1::ChannelsRecord* channels, const v1::NotificationRecord& notification, Time now);

// The push to be sent now; nullptr where none is due.
const v1::PushRecord* DuePush(const v1::ChannelsRecord& channels, Time now);
// When the next one is due; nullopt where none waits.
std::optional<Time> NextPush(const v1::ChannelsRecord& channels);

// It was sent.
void Delivered(v1::ChannelsRecord* channels, uint64_t number);
// A try failed: it is tried again after a pause that doubles from ten seconds on and is not shorter
// than `retry_after`; `jitter`, of [0, 1), spreads those that failed together. One that failed too
// often, or is `refused`, is given up. Whether it was.
bool Failed(v1::ChannelsRecord* channels, uint64_t number, bool refused,
            std::optional<Millis> retry_after, double jitter, Time now);

}  // namespace baodao::inbox
