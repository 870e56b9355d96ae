// Devices and preferences of a person.
#include "services/inbox/domain/channels.h"

#include <gtest/gtest.h>

#include <string>

#include "common/clock/timestamp.h"
#include "common/testing/matchers.h"

namespace baodao::inbox {
namespace {

constexpr Time kStartOfTest{Millis{1'748'736'000'000}};

v1::DeviceRecord DeviceNamed(const std::string& name, Time registered = kStartOfTest,
                             const std::string& session = "ses_1") {
  v1::DeviceRecord record;
  record.set_token_hash("hash of " + name);
  record.set_session_id(session);
  record.mutable_device()->set_device_id("dev_" + name);
  *record.mutable_device()->mutable_register_time() = ToTimestamp(registered);
  return record;
}

std::string ShownDevices(const v1::ChannelsRecord& channels, Time now = kStartOfTest) {
  std::string shown;
  const v1::Channels view = ChannelsOf(channels, now);
  for (const v1::Device& device : view.devices()) shown += device.device_id() + " ";
  return shown;
}

TEST(ChannelsTest, TheSameTokenAgainIsTheSameDeviceAndTheLatest) {
  v1::ChannelsRecord channels;
  AddDevice(&channels, DeviceNamed("a"), kStartOfTest);
  AddDevice(&channels, DeviceNamed("b"), kStartOfTest);
  v1::DeviceRecord again = DeviceNamed("a", kStartOfTest, "ses_2");
  again.mutable_device()->set_device_id("dev_fresh");
  again.mutable_device()->set_language(v1::DEVICE_LANGUAGE_EN);
  AddDevice(&channels, again, kStartOfTest);
  EXPECT_EQ(ShownDevices(channels), "dev_a dev_b ");
  EXPECT_EQ(channels.devices(1).device().language(), v1::DEVICE_LANGUAGE_EN);
  EXPECT_EQ(channels.devices(1).session_id(), "ses_2");
}

TEST(ChannelsTest, AnEleventhDeviceTakesThePlaceOfTheOldest) {
  v1::ChannelsRecord channels;
  for (int i = 0; i <= kMaxDevices; ++i) {
    AddDevice(&channels, DeviceNamed(std::to_string(i)), kStartOfTest);
  }
  ASSERT_EQ(channels.devices_size(), kMaxDevices);
  EXPECT_EQ(channels.devices(0).device().device_id(), "dev_1");
}

TEST(ChannelsTest, ADeviceNotRegisteredAgainIsForgotten) {
  v1::ChannelsRecord channels;
  AddDevice(&channels, DeviceNamed("a"), kStartOfTest);
  const Time end = kStartOfTest + kDeviceLife;
  EXPECT_EQ(ShownDevices(channels, end - Millis(1)), "dev_a ");
  EXPECT_EQ(ShownDevices(channels, end), "");
  AddDevice(&channels, DeviceNamed("b", end), end);
  EXPECT_EQ(channels.devices_size(), 1);
}

TEST(ChannelsTest, ASessionEndsItsDevicesAndNoOthers) {
  v1::ChannelsRecord channels;
  AddDevice(&channels, DeviceNamed("a", kStartOfTest, "ses_1"), kStartOfTest);
  AddDevice(&channels, DeviceNamed("b", kStartOfTest, "ses_2"), kStartOfTest);
  AddDevice(&channels, DeviceNamed("c", kStartOfTest, ""), kStartOfTest);
  EXPECT_FALSE(DropSession(&channels, "ses_3"));
  EXPECT_FALSE(DropSession(&channels, "")) << "a device without a session ends with none";
  EXPECT_TRUE(DropSession(&channels, "ses_1"));
  EXPECT_EQ(ShownDevices(channels), "dev_c dev_b ");
}

TEST(ChannelsTest, OnlyADeviceThatIsThereCanBeRemoved) {
  v1::ChannelsRecord channels;
  AddDevice(&channels, DeviceNamed("a"), kStartOfTest);
  EXPECT_FALSE(DropDevice(&channels, "dev_b"));
  EXPECT_TRUE(DropDevice(&channels, "dev_a"));
  EXPECT_FALSE(DropDevice(&channels, "dev_a"));
}

TEST(ChannelsTest, AGroupIsChosenForOnce) {
  v1::Preferences preferences;
  preferences.add_choices()->set_group(v1::NOTIFICATION_GROUP_NEED);
  preferences.add_choices()->set_group(v1::NOTIFICATION_GROUP_WORK);
  EXPECT_THAT(CheckPreferences(preferences), testing::IsOk());
  preferences.add_choices()->set_group(v1::NOTIFICATION_GROUP_NEED);
  const absl::Status refused = CheckPreferences(preferences);
  EXPECT_THAT(refused, testing::IsRefusal(Reason::INVALID_ARGUMENT_FIELDS));
}

}  // namespace
}  // namespace baodao::inbox
