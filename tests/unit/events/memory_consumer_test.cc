#include "common/events/memory_consumer.h"

#include <gtest/gtest.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <map>

#include "common/testing/fake_clock.h"

namespace baodao::events {
namespace {

class MemoryConsumerTest : public ::testing::Test {
 protected:
  void Emit(int shard, const std::string& name) {
    v1::Event event;
    event.set_actor_id(name);
    data_.Append(store::Keys("s", 2).Events(shard), event.SerializeAsString(), clock_.Now());
    Spin();
  }
  std::unique_ptr<Consumer> Start(std::string group) {
    MemoryConsumerOptions options;
    options.group = std::move(group);
    options.services = {"s"};
    options.shards = 2;
    options.max_deliveries = 3;
    std::unique_ptr<Consumer> consumer =
        NewMemoryConsumer(loop_, data_, clock_, options,
                          [this](const Delivery& delivery) { return Handle(delivery); });
    asio::co_spawn(loop_, consumer->Run(), asio::detached);
    Spin();
    return consumer;
  }
  void Stop(Consumer& consumer) {
    consumer.Stop();
    Spin();
  }
  Task<absl::Status> Handle(Delivery delivery) {
    const std::string name = delivery.event.actor_id();
    attempts_.push_back(delivery.attempt);
    if (failures_[name]-- > 0) co_return failure_;
    names_.push_back(name);
    co_return absl::OkStatus();
  }
  void Spin() {
    loop_.restart();
    loop_.poll();
  }
  void Pass(Millis duration) {
    for (Millis passed{0}; passed < duration; passed += Millis(100)) {
      clock_.Advance(Millis(100));
      Spin();
    }
  }

  using Names = std::vector<std::string>;

  asio::io_context loop_;
  testing::FakeClock clock_{loop_};
  store::MemoryData data_;
  std::map<std::string, int> failures_;
  absl::Status failure_ = absl::InternalError("no");
  Names names_;
  std::vector<int> attempts_;
};

TEST_F(MemoryConsumerTest, AGroupGoesOnWhereItStopped) {
  Emit(0, "a");
  const auto first = Start("g");
  Emit(1, "b");
  EXPECT_EQ(names_, (Names{"a", "b"}));
  Stop(*first);
  Emit(0, "c");
  EXPECT_EQ(names_.size(), 2u);
  const auto second = Start("g");
  EXPECT_EQ(names_, (Names{"a", "b", "c"}));
  Stop(*second);
}

TEST_F(MemoryConsumerTest, ATailStartsNowAndSkipsWhatFails) {
  Emit(0, "before");
  const auto tail = Start("");
  failures_["bad"] = 1;
  Emit(0, "bad");
  Emit(0, "good");
  EXPECT_EQ(names_, Names{"good"});
  Stop(*tail);
}

TEST_F(MemoryConsumerTest, FailuresAreTriedAgainInOrderThenGivenUp) {
  const auto group = Start("g");
  failures_["twice"] = 2;
  Emit(0, "twice");
  Emit(0, "next");
  EXPECT_TRUE(names_.empty());
  Pass(Millis(3'000));
  EXPECT_EQ(names_, (Names{"twice", "next"}));
  EXPECT_EQ(attempts_, (std::vector<int>{1, 2, 3, 1}));
  failures_["never"] = 100;
  Emit(1, "never");
  Pass(Millis(10'000));
  EXPECT_EQ(MemoryDeadLetters(data_, "g").size(), 1u);
  Stop(*group);
}

TEST_F(MemoryConsumerTest, OutagesAreWaitedOut) {
  const auto group = Start("g");
  failure_ = absl::UnavailableError("peer");
  failures_["patient"] = 10;
  Emit(0, "patient");
  Pass(Millis(15'000));
  EXPECT_EQ(names_, Names{"patient"});
  EXPECT_TRUE(MemoryDeadLetters(data_, "g").empty());
  Stop(*group);
}

}  // namespace
}  // namespace baodao::events
