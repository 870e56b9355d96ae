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
// A push is given up after so many failures, which takes five to eight hours.
inline constexpr uint32_t kMaxFailures = 14;
// The pause between two tries, by itself or as the gateway asks for it, is no longer than this;
// half of it may be added, so that those that failed together come apart.
inline constexpr Millis kLongestPause = std::chrono::hours(1);
// Beyond them the oldest that waits is given up.
inline constexpr int kMaxPushes = 50;
inline constexpr int kMaxUndelivered = 10;
inline constexpr Millis kUndeliveredLife = std::chrono::hours(24 * 30);

v1::NotificationGroup GroupOf(std::string_view kind);

// When a notification that is found at `now` is to be pushed; nullopt: not at all. By the choice
// for its group, and not in quiet hours. Urgent ones wait neither for their end nor for a digest;
// NONE holds of them, too.
std::optional<Time> PushTime(const v1::Preferences& preferences, std::string_view kind, Time now);

// Plans the push of a notification that came after all that were planned before. Those that are
// found together, or wait for the same moment, are one push; urgent ones are by themselves. Whether
// another push was given up for it.
bool PlanPush(v1::ChannelsRecord* channels, const v1::NotificationRecord& notification, Time now);
// Drops pushes of what the person has read up to `read`, or does not want to hear of any more; puts
// off until the end of quiet hours what became due in them. Not the one that is being sent.
void ReviewPushes(v1::ChannelsRecord* channels, uint64_t read, Time now);

// The push to be sent now; nullptr where none is due.
const v1::PushRecord* DuePush(const v1::ChannelsRecord& channels, Time now);
// When the next one is due; nullopt where none waits.
std::optional<Time> NextPush(const v1::ChannelsRecord& channels);

// It was sent.
void Delivered(v1::ChannelsRecord* channels, uint64_t number);
// A try failed: it is tried again after a pause that doubles from ten seconds on, or `retry_after`
// where that is longer; `jitter` is of [0, 1). One that failed too often, or is `refused`, is given
// up. Whether it was.
bool Failed(v1::ChannelsRecord* channels, uint64_t number, bool refused,
            std::optional<Millis> retry_after, double jitter, Time now);

}  // namespace baodao::inbox
