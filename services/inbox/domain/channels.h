// The devices and preferences of a person.
#pragma once

#include <absl/status/status.h>

#include <chrono>
#include <string_view>

#include "baodao/inbox/v1/channel.pb.h"
#include "baodao/inbox/v1/records.pb.h"
#include "common/clock/clock.h"

namespace baodao::inbox {

inline constexpr int kMaxDevices = 10;
// A device is forgotten this long after it was registered last.
inline constexpr Millis kDeviceLife = std::chrono::hours(24 * 90);

// Adds a device that is registered now. One with the same token, wherever it stands, keeps its id
// and is this one; those past their life, and then the oldest beyond kMaxDevices, are dropped.
void AddDevice(v1::ChannelsRecord* channels, v1::DeviceRecord device, Time now);
// Whether the person has such a device; it is dropped.
bool DropDevice(v1::ChannelsRecord* channels, std::string_view device_id);
// Whether devices end with this session; they are dropped.
bool DropSession(v1::ChannelsRecord* channels, std::string_view session_id);

// Drops devices past their life. Whether there are others.
bool HasDevices(v1::ChannelsRecord* channels, Time now);

// Refuses preferences that name a group twice.
absl::Status CheckPreferences(const v1::Preferences& preferences);

// The channels as the person sees them, without devices and undelivered pushes past their life.
v1::Channels ChannelsOf(const v1::ChannelsRecord& channels, Time now);

}  // namespace baodao::inbox
