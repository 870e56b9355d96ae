#include "services/inbox/domain/channels.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <set>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/status/status.h"
#include "services/inbox/domain/push.h"

namespace baodao::inbox {
namespace {

bool IsForgotten(const v1::DeviceRecord& record, Time now) {
  return ToTime(record.device().register_time()) + kDeviceLife <= now;
}

// Whether any device was dropped.
template <class Which>
bool DropDevicesWhere(v1::ChannelsRecord* channels, Which which) {
  auto* const devices = channels->mutable_devices();
  const auto kept = std::remove_if(devices->begin(), devices->end(), which);
  if (kept == devices->end()) return false;
  devices->erase(kept, devices->end());
  return true;
}

}  // namespace

void AddDevice(v1::ChannelsRecord* channels, v1::DeviceRecord device, Time now) {
  for (const v1::DeviceRecord& known : channels->devices()) {
    if (known.token_hash() == device.token_hash()) {
      device.mutable_device()->set_device_id(known.device().device_id());
    }
  }
  DropDevicesWhere(channels, [&](const v1::DeviceRecord& known) {
    return known.token_hash() == device.token_hash() || IsForgotten(known, now);
  });
  *channels->add_devices() = std::move(device);
  const int beyond = channels->devices_size() - kMaxDevices;
  if (beyond > 0) channels->mutable_devices()->DeleteSubrange(0, beyond);
}

bool DropDevice(v1::ChannelsRecord* channels, std::string_view device_id) {
  return DropDevicesWhere(channels, [&](const v1::DeviceRecord& known) {
    return known.device().device_id() == device_id;
  });
}

bool DropSession(v1::ChannelsRecord* channels, std::string_view session_id) {
  return DropDevicesWhere(channels, [&](const v1::DeviceRecord& known) {
    return !known.session_id().empty() && known.session_id() == session_id;
  });
}

bool HasDevices(v1::ChannelsRecord* channels, Time now) {
  DropDevicesWhere(channels,
                   [&](const v1::DeviceRecord& known) { return IsForgotten(known, now); });
  return !channels->devices().empty();
}

absl::Status CheckPreferences(const v1::Preferences& preferences) {
  std::set<int> named;
  for (int i = 0; i < preferences.choices_size(); ++i) {
    if (!named.insert(preferences.choices(i).group()).second) {
      return RefuseField(absl::StrCat("preferences.choices[", i, "].group"),
                         ViolationKind::DUPLICATE);
    }
  }
  return absl::OkStatus();
}

v1::Channels ChannelsOf(const v1::ChannelsRecord& channels, Time now) {
  v1::Channels shown;
  for (auto record = channels.devices().rbegin(); record != channels.devices().rend(); ++record) {
    if (!IsForgotten(*record, now)) *shown.add_devices() = record->device();
  }
  *shown.mutable_preferences() = channels.preferences();
  const auto& undelivered = channels.undelivered();
  for (auto push = undelivered.rbegin(); push != undelivered.rend(); ++push) {
    if (now - ToTime(push->time()) < kUndeliveredLife) *shown.add_undelivered() = *push;
  }
  return shown;
}

}  // namespace baodao::inbox
