// The devices and preferences of a person, over gRPC.
#include <gmock/gmock.h>

#include <set>

#include "common/testing/matchers.h"
#include "tests/integration/inbox/world.h"

namespace baodao::inbox {
namespace {

using Channels = rpc::AsyncOf<v1::ChannelService>;

class ChannelsTest : public InboxTest {
 protected:
  std::string InSession(const std::string& session) {
    return tokens_.signer().Sign(auth::Principal::Person(reader_id_, {}, session), clock_.Now(),
                                 std::chrono::hours(1));
  }
  v1::RegisterDeviceRequest Device(const std::string& push_token) {
    v1::RegisterDeviceRequest request;
    request.set_request_id(NextRequest());
    request.set_person_id(reader_id_);
    request.set_platform(v1::DEVICE_PLATFORM_HARMONY);
    request.set_push_token(push_token);
    return request;
  }
  absl::StatusOr<v1::Channels> Register(const std::string& token, v1::RegisterDeviceRequest request,
                                        int replica = 0) {
    return ServiceFixture::Call<v1::ChannelService>(&Channels::RegisterDevice, token,
                                                    std::move(request), replica);
  }
  absl::StatusOr<v1::Channels> Remove(const std::string& token, const std::string& device_id) {
    v1::RemoveDeviceRequest request;
    request.set_request_id(NextRequest());
    request.set_person_id(reader_id_);
    request.set_device_id(device_id);
    return ServiceFixture::Call<v1::ChannelService>(&Channels::RemoveDevice, token, request);
  }
  absl::StatusOr<v1::Channels> Get(const std::string& token, int replica = 0) {
    v1::GetChannelsRequest request;
    request.set_person_id(reader_id_);
    return ServiceFixture::Call<v1::ChannelService>(&Channels::GetChannels, token, request,
                                                    replica);
  }
  absl::Status SessionEnds(const std::string& session) {
    events::Delivery delivery;
    delivery.service = "registration";
    delivery.id = "1748736000000-1";
    delivery.event.mutable_session_ended()->set_person_id(reader_id_);
    delivery.event.mutable_session_ended()->set_session_id(session);
    return Deliver(delivery);
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, ChannelsTest, ::testing::Values(Backend::kMemory, Backend::kRedis),
                         BackendName);

TEST_P(ChannelsTest, ADeviceIsRegisteredOnceHoweverOftenItIsSent) {
  const v1::RegisterDeviceRequest request = Device("token-1");
  const auto first = Register(reader_, request);
  ASSERT_THAT(first, testing::IsOk());
  ASSERT_EQ(first->devices_size(), 1);
  EXPECT_EQ(first->devices(0).platform(), v1::DEVICE_PLATFORM_HARMONY);
  const auto again = Register(reader_, request, 1);
  ASSERT_THAT(again, testing::IsOk());
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  // The app starts anew: another request with the same token.
  const auto restarted = Register(reader_, Device("token-1"));
  ASSERT_EQ(restarted->devices_size(), 1);
  EXPECT_EQ(restarted->devices(0).device_id(), first->devices(0).device_id());
}

TEST_P(ChannelsTest, ReplicasThatRegisterAtTheSameMomentLoseNoDevice) {
  std::set<std::string> left = {"a", "b"};
  for (const int replica : {0, 1}) {
    asio::co_spawn(loop_,
                   CallTask<v1::ChannelService>(&Channels::RegisterDevice, reader_,
                                                Device(replica == 0 ? "a" : "b"), replica),
                   [&left, replica](std::exception_ptr, absl::StatusOr<v1::Channels> channels) {
                     if (channels.ok()) left.erase(replica == 0 ? "a" : "b");
                   });
  }
  ASSERT_TRUE(Await([&] { return left.empty(); }));
  EXPECT_EQ(Get(reader_)->devices_size(), 2);
}

TEST_P(ChannelsTest, PushTokensAreSealedAtRest) {
  ASSERT_THAT(Register(reader_, Device("a-token-nobody-reads")), testing::IsOk());
  const std::string key = stores_[0]->keys().Of(5, "channels", reader_id_);
  const auto stored = testing::Run(loop_, stores_[0]->Get(key));
  ASSERT_THAT(stored, testing::IsOk());
  ASSERT_TRUE(stored->exists());
  EXPECT_THAT(stored->bytes, ::testing::Not(::testing::HasSubstr("a-token-nobody-reads")));
}

TEST_P(ChannelsTest, DevicesEndWithTheirSession) {
  ASSERT_THAT(Register(InSession("ses_1"), Device("a")), testing::IsOk());
  ASSERT_THAT(Register(InSession("ses_2"), Device("b")), testing::IsOk());
  ASSERT_THAT(SessionEnds("ses_2"), testing::IsOk());
  ASSERT_THAT(SessionEnds("ses_2"), testing::IsOk()) << "the event comes again";
  EXPECT_EQ(Get(reader_)->devices_size(), 1);
}

TEST_P(ChannelsTest, ARemovedDeviceIsGoneAndAStrangeOneIsNotFound) {
  const auto registered = Register(reader_, Device("a"));
  ASSERT_THAT(registered, testing::IsOk());
  EXPECT_THAT(Remove(reader_, ids::New("dev", 5)), testing::IsRefusal(Reason::NOT_FOUND));
  const auto removed = Remove(reader_, registered->devices(0).device_id());
  ASSERT_THAT(removed, testing::IsOk());
  EXPECT_EQ(removed->devices_size(), 0);
}

TEST_P(ChannelsTest, PreferencesAreReplacedAsAWhole) {
  v1::SetPreferencesRequest request;
  request.set_request_id(NextRequest());
  request.set_person_id(reader_id_);
  request.mutable_preferences()->set_quiet_start_minute(22 * 60);
  request.mutable_preferences()->set_quiet_end_minute(7 * 60);
  auto* choice = request.mutable_preferences()->add_choices();
  choice->set_group(v1::NOTIFICATION_GROUP_NEED);
  choice->set_choice(v1::PUSH_CHOICE_DIGEST);
  const auto set = [&] {
    return ServiceFixture::Call<v1::ChannelService>(&Channels::SetPreferences, reader_, request);
  };
  ASSERT_THAT(set(), testing::IsOk());
  EXPECT_EQ(Get(reader_, 1)->preferences().quiet_start_minute(), 22 * 60);
  request.set_request_id(NextRequest());
  *request.mutable_preferences()->add_choices() = *choice;
  EXPECT_THAT(set(), testing::IsRefusal(Reason::INVALID_ARGUMENT_FIELDS));
  EXPECT_EQ(Get(reader_)->preferences().choices_size(), 1) << "what was refused changed nothing";
  request.set_request_id(NextRequest());
  request.mutable_preferences()->Clear();
  request.mutable_preferences()->set_digest_hour(8);
  ASSERT_THAT(set(), testing::IsOk());
  EXPECT_EQ(Get(reader_)->preferences().quiet_start_minute(), 0);
  EXPECT_EQ(Get(reader_)->preferences().digest_hour(), 8);
}

TEST_P(ChannelsTest, NobodyElseSeesOrChangesThem) {
  const std::string stranger = tokens_.Person(ids::New("per", 5));
  EXPECT_THAT(Get(stranger), testing::IsRefusal(Reason::PERMISSION_DENIED));
  EXPECT_THAT(Register(stranger, Device("a")), testing::IsRefusal(Reason::PERMISSION_DENIED));
}

TEST_P(ChannelsTest, NothingIsLeftOfADeletedAccount) {
  ASSERT_THAT(Register(reader_, Device("token-1")), testing::IsOk());
  ASSERT_THAT(Deliver(Hours(1)), testing::IsOk());
  ASSERT_EQ(List()->notifications_size(), 1);
  events::Delivery deleted;
  deleted.service = "registration";
  deleted.id = "1748736000000-1";
  deleted.event.mutable_account_deleted()->set_person_id(reader_id_);
  for (int i = 0; i < 2; ++i) ASSERT_THAT(Deliver(deleted), testing::IsOk());
  EXPECT_EQ(Get(reader_)->devices_size(), 0);
  EXPECT_EQ(List()->notifications_size(), 0);
  EXPECT_EQ(List()->unread_count(), 0);
  ASSERT_THAT(Deliver(Hours(1)), testing::IsOk());
  EXPECT_EQ(List()->notifications_size(), 0) << "an event that comes again";
  ASSERT_THAT(Deliver(Hours(2)), testing::IsOk());
  ASSERT_THAT(Deliver(Hours(3), 1), testing::IsOk());
  EXPECT_EQ(List()->notifications_size(), 0) << "what others do because of the deletion";
  EXPECT_THAT(Register(reader_, Device("token-2")), testing::IsRefusal(Reason::NOT_FOUND));
  EXPECT_EQ(Get(reader_)->devices_size(), 0) << "by a token that is good for some minutes still";
}

}  // namespace
}  // namespace baodao::inbox
