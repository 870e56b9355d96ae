// Pushes to devices: from an event to the gateway, by two replicas, with a gateway that fails and
// processes that go away.
#include "services/inbox/domain/push.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>

#include <asio/co_spawn.hpp>
#include <set>

#include "common/testing/matchers.h"
#include "services/inbox/workers/pusher.h"
#include "tests/integration/inbox/world.h"

namespace baodao::inbox {
namespace {

using Channels = rpc::AsyncOf<v1::ChannelService>;
using webhook::Outcome;

class PushTest : public InboxTest {
 protected:
  // A replica's pusher and what it has sent.
  struct Sending {
    Sending(PushTest& test, int replica)
        : metrics(test.replicas_[replica]->metrics),
          pusher(test.loop_, test.replicas_[replica]->inbox, test.replicas_[replica]->channels,
                 test.replicas_[replica]->areas, test.clock_, metrics,
                 [&test](std::string id, std::string json) {
                   return test.Gateway(std::move(id), std::move(json));
                 }),
          timers(*test.stores_[replica], test.clock_) {
      timers.Register(std::string(kPushTimer),
                      [this](const timers::Timer& timer) { return pusher.OnTimer(timer); });
    }
    PushMetrics metrics;
    Pusher pusher;
    timers::TimerLoop timers;
  };

  void SetUp() override {
    // One replica opens what the other seals.
    replicas_[1]->ring = replicas_[0]->ring;
    for (int replica : {0, 1}) {
      sending_.push_back(std::make_unique<Sending>(*this, replica));
      Start(sending_.back()->timers.Run());
      Start(sending_.back()->pusher.Run());
    }
  }
  void TearDown() override {
    held_ = false;
    for (const auto& sending : sending_) sending->timers.Stop();
    for (auto& cancel : cancels_) cancel->emit(asio::cancellation_type::terminal);
    EXPECT_TRUE(Await([this] {
      clock_.Advance(Millis(1));
      return running_ == 0;
    }));
    InboxTest::TearDown();
  }

  void Start(Task<void> task) {
    ++running_;
    cancels_.push_back(std::make_unique<asio::cancellation_signal>());
    asio::co_spawn(loop_, std::move(task),
                   asio::bind_cancellation_slot(cancels_.back()->slot(),
                                                [this](std::exception_ptr) { --running_; }));
  }

  Task<Outcome> Gateway(std::string id, std::string json) {
    v1::Push push;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &push).ok()) << json;
    EXPECT_EQ(push.push_id(), id);
    tries_.push_back(push);
    while (held_) co_await SystemClock().SleepFor(Millis(2));
    Outcome outcome = outcome_;
    co_return outcome;
  }

  // A push of now: an old one has expired.
  std::string Token() { return reader_ = tokens_.Person(reader_id_); }

  v1::Channels Register(const std::string& push_token) {
    v1::RegisterDeviceRequest request;
    request.set_request_id(NextRequest());
    request.set_person_id(reader_id_);
    request.set_platform(v1::DEVICE_PLATFORM_ANDROID);
    request.set_push_token(push_token);
    auto channels =
        ServiceFixture::Call<v1::ChannelService>(&Channels::RegisterDevice, Token(), request, 0);
    EXPECT_THAT(channels, testing::IsOk());
    return *channels;
  }
  v1::Channels Get() {
    v1::GetChannelsRequest request;
    request.set_person_id(reader_id_);
    return *ServiceFixture::Call<v1::ChannelService>(&Channels::GetChannels, Token(), request, 0);
  }
  void Prefer(const v1::Preferences& preferences) {
    v1::SetPreferencesRequest request;
    request.set_request_id(NextRequest());
    request.set_person_id(reader_id_);
    *request.mutable_preferences() = preferences;
    EXPECT_THAT(
        ServiceFixture::Call<v1::ChannelService>(&Channels::SetPreferences, Token(), request, 0),
        testing::IsOk());
  }
  // Until the condition holds. Time goes on, but not while a push takes the real time of a store.
  template <class Condition>
  bool Soon(Condition condition, Millis step = Millis(50)) {
    return Await([&] {
      if (condition()) return true;
      if (held_ || Settled()) clock_.Advance(step);
      return false;
    });
  }
  bool Settled() {
    return sending_[0]->pusher.under_way() == 0 && sending_[1]->pusher.under_way() == 0;
  }
  // Everything that is due until then has been done.
  void LetTimePass(Millis time) {
    const Time end = clock_.Now() + time;
    ASSERT_TRUE(Soon([&] { return clock_.Now() >= end && Settled(); }, time / 1'000 + Millis(50)));
  }

  std::vector<std::unique_ptr<Sending>> sending_;
  std::vector<std::unique_ptr<asio::cancellation_signal>> cancels_;
  int running_ = 0;
  std::vector<v1::Push> tries_;
  bool held_ = false;
  Outcome outcome_{Outcome::Kind::kAccepted, "", "", std::nullopt};
};

INSTANTIATE_TEST_SUITE_P(Stores, PushTest, ::testing::Values(Backend::kMemory, Backend::kRedis),
                         BackendName);

TEST_P(PushTest, WhatComesIsPushedOnceToEveryDevice) {
  ASSERT_THAT(Deliver(Hours(1)), testing::IsOk());  // before there is a device
  Register("a");
  Register("b");
  ASSERT_THAT(Deliver(Hours(2)), testing::IsOk());
  ASSERT_THAT(Deliver(Hours(2), 1), testing::IsOk()) << "the event comes again";
  ASSERT_TRUE(Soon([&] { return !tries_.empty(); }));
  LetTimePass(std::chrono::minutes(3));
  ASSERT_EQ(tries_.size(), 1u);
  EXPECT_EQ(tries_[0].person_id(), reader_id_);
  EXPECT_EQ(tries_[0].kind(), v1::NOTIFICATION_KIND_HOURS_CREDITED);
  EXPECT_EQ(tries_[0].subject_id(), "tsk_2");
  ASSERT_EQ(tries_[0].devices_size(), 2);
  EXPECT_EQ(tries_[0].devices(0).push_token(), "a");
  EXPECT_FALSE(tries_[0].devices(0).title().empty());
}

TEST_P(PushTest, NobodyWithoutADeviceCostsATimer) {
  ASSERT_THAT(Deliver(Hours(1)), testing::IsOk());
  const auto due = testing::Run(
      loop_, stores_[0]->TakeDueTimers(5, clock_.Now() + std::chrono::hours(1), Millis(1), 10));
  ASSERT_THAT(due, testing::IsOk());
  EXPECT_TRUE(due->empty());
}

TEST_P(PushTest, AGatewayThatFailsIsAskedAgainUnderTheSameId) {
  Register("a");
  outcome_.kind = Outcome::Kind::kFailed;
  ASSERT_THAT(Deliver(Hours(1)), testing::IsOk());
  ASSERT_TRUE(Soon([&] { return tries_.size() == 3; }, std::chrono::seconds(1)));
  outcome_.kind = Outcome::Kind::kAccepted;
  ASSERT_TRUE(Soon([&] { return tries_.size() == 4; }, std::chrono::seconds(1)));
  LetTimePass(std::chrono::hours(2));
  std::set<std::string> ids;
  for (const v1::Push& push : tries_) ids.insert(push.push_id());
  EXPECT_EQ(ids.size(), 1u);
  EXPECT_EQ(tries_.size(), 4u);
  EXPECT_EQ(Get().undelivered_size(), 0);
}

TEST_P(PushTest, WhatTheGatewayRefusesIsGivenUpAndShown) {
  Register("a");
  outcome_.kind = Outcome::Kind::kRefused;
  ASSERT_THAT(Deliver(Hours(1)), testing::IsOk());
  ASSERT_TRUE(Soon([&] { return !tries_.empty() && Settled(); }));
  ASSERT_EQ(Get().undelivered_size(), 1);
  EXPECT_EQ(Get().undelivered(0).subject_id(), "tsk_1");
  EXPECT_EQ(List()->notifications_size(), 1) << "the inbox has it";
}

TEST_P(PushTest, WhatComesWhileOneIsOnItsWayIsNotForgotten) {
  Register("a");
  held_ = true;
  ASSERT_THAT(Deliver(Hours(1)), testing::IsOk());
  ASSERT_TRUE(Soon([&] { return tries_.size() == 1; }, Millis(1)));
  ASSERT_THAT(Deliver(Hours(2), 1), testing::IsOk());
  const Time end = clock_.Now() + std::chrono::seconds(20);
  ASSERT_TRUE(Soon([&] { return clock_.Now() >= end; }));
  EXPECT_EQ(tries_.size(), 1u) << "those of one person come one after the other";
  held_ = false;
  ASSERT_TRUE(Soon([&] { return tries_.size() == 2; }));
  EXPECT_EQ(tries_[1].subject_id(), "tsk_2");
  LetTimePass(std::chrono::minutes(3));
  EXPECT_EQ(tries_.size(), 2u);
}

TEST_P(PushTest, AProcessThatDiesWhileItSendsIsFollowedByAnotherUnderTheSameId) {
  Register("a");
  held_ = true;  // for ever, as if the process had gone
  ASSERT_THAT(Deliver(Hours(1)), testing::IsOk());
  ASSERT_TRUE(Soon([&] { return tries_.size() == 1; }, Millis(1)));
  const Time leased = clock_.Now();
  ASSERT_TRUE(Soon([&] { return tries_.size() == 2; }, std::chrono::seconds(1)));
  EXPECT_GE(clock_.Now() - leased, kPushLease - std::chrono::seconds(2));
  EXPECT_EQ(tries_[1].push_id(), tries_[0].push_id());
  held_ = false;
  LetTimePass(std::chrono::minutes(3));
  EXPECT_EQ(tries_.size(), 2u);
}

// They were all leased at once, and waited for each other longer than a lease.
TEST_P(PushTest, FortyPeopleArePushedToAFewAtATimeAndEachOnce) {
  held_ = true;
  std::set<std::string> people;
  for (int i = 0; i < 40; ++i) {
    reader_id_ = ids::New("per", i % kShards);
    people.insert(reader_id_);
    Register("token");
    ASSERT_THAT(Deliver(Hours(i + 1)), testing::IsOk());
  }
  const auto most = [&] {
    return std::max(sending_[0]->pusher.under_way(), sending_[1]->pusher.under_way());
  };
  ASSERT_TRUE(Soon([&] { return most() == kPushesAtOnce; }));
  const Time end = clock_.Now() + std::chrono::seconds(20);
  ASSERT_TRUE(Soon([&] { return clock_.Now() >= end; }));
  EXPECT_EQ(most(), kPushesAtOnce);
  EXPECT_LE(tries_.size(), 2u * kPushesAtOnce);
  held_ = false;
  ASSERT_TRUE(Soon([&] { return tries_.size() >= people.size(); }, std::chrono::seconds(1)));
  LetTimePass(std::chrono::minutes(5));
  EXPECT_EQ(tries_.size(), people.size());
  std::set<std::string> pushed;
  for (const v1::Push& push : tries_) pushed.insert(push.person_id());
  EXPECT_EQ(pushed, people);
}

TEST_P(PushTest, WhatWasReadMeanwhileIsNotPushed) {
  Register("a");
  v1::Preferences preferences;
  preferences.add_choices()->set_group(v1::NOTIFICATION_GROUP_HOURS);
  preferences.mutable_choices(0)->set_choice(v1::PUSH_CHOICE_DIGEST);
  preferences.set_digest_hour(20);
  Prefer(preferences);
  ASSERT_THAT(Deliver(Hours(1)), testing::IsOk());
  ASSERT_THAT(MarkRead(List()->notifications(0).cursor()), testing::IsOk());
  LetTimePass(std::chrono::hours(24));
  EXPECT_TRUE(tries_.empty());
}

TEST_P(PushTest, DevicesThatTheGatewayCallsGoneAreForgotten) {
  const std::string first = Register("a").devices(0).device_id();
  Register("b");
  outcome_.body = "{\"goneDeviceIds\":[\"" + first + "\"],\"more\":1}";
  ASSERT_THAT(Deliver(Hours(1)), testing::IsOk());
  ASSERT_TRUE(Soon([&] { return !tries_.empty() && Settled(); }));
  outcome_.body = "not JSON";
  ASSERT_EQ(Get().devices_size(), 1);
  ASSERT_THAT(Deliver(Hours(2)), testing::IsOk());
  ASSERT_TRUE(Soon([&] { return tries_.size() == 2 && Settled(); }));
  ASSERT_EQ(tries_[1].devices_size(), 1);
  EXPECT_EQ(tries_[1].devices(0).push_token(), "b");
  LetTimePass(std::chrono::minutes(3));
  EXPECT_EQ(tries_.size(), 2u) << "an answer that cannot be read was an answer";
}

TEST_P(PushTest, ADigestComesAtItsHourAsOne) {
  Register("a");
  v1::Preferences preferences;
  preferences.add_choices()->set_group(v1::NOTIFICATION_GROUP_HOURS);
  preferences.mutable_choices(0)->set_choice(v1::PUSH_CHOICE_DIGEST);
  preferences.set_digest_hour(20);
  Prefer(preferences);
  for (int i = 1; i <= 3; ++i) ASSERT_THAT(Deliver(Hours(i)), testing::IsOk());
  ASSERT_TRUE(Soon([&] { return !tries_.empty(); }, std::chrono::minutes(10)));
  EXPECT_EQ(tries_[0].count(), 3);
  LetTimePass(std::chrono::minutes(3));
  EXPECT_EQ(tries_.size(), 1u);
}

TEST_P(PushTest, AfterTheLastDeviceHasGoneNothingIsPushed) {
  const std::string device = Register("a").devices(0).device_id();
  v1::RemoveDeviceRequest request;
  request.set_request_id(NextRequest());
  request.set_person_id(reader_id_);
  request.set_device_id(device);
  ASSERT_THAT(
      ServiceFixture::Call<v1::ChannelService>(&Channels::RemoveDevice, Token(), request, 0),
      testing::IsOk());
  ASSERT_THAT(Deliver(Hours(1)), testing::IsOk());
  LetTimePass(std::chrono::minutes(1));
  EXPECT_TRUE(tries_.empty());
  Register("b");
  LetTimePass(std::chrono::minutes(1));
  EXPECT_TRUE(tries_.empty()) << "what came while there was none is old";
  ASSERT_THAT(Deliver(Hours(2)), testing::IsOk());
  ASSERT_TRUE(Soon([&] { return tries_.size() == 1; }));
}

}  // namespace
}  // namespace baodao::inbox
