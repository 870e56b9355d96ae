#include "common/testing/fake_clock.h"
#include "tests/integration/events/events_fixture.h"

namespace baodao::events {
namespace {

class TrimmerTest : public EventsTest {
 protected:
  static constexpr int kEvents = 500;
  static constexpr int kNode = 256;  // trimming removes whole nodes (stream-node-max-entries)

  Trimmed TrimFor(std::vector<std::string> readers, Time now) {
    testing::FakeClock clock(loop_, now);
    TrimmerOptions options;
    options.service = service_;
    options.shards = kShards;
    options.readers = std::move(readers);
    return Ok(TrimOnce(client(), clock, options));
  }
  int64_t Trim(Time now) { return TrimFor({}, now).removed; }
  // As a group writes it down.
  void SetCursor(int shard, const std::string& field, const std::string& cursor) {
    const std::string key = "{0" + std::to_string(shard) + "}" + service_ + ":cursors";
    Do(key, {"HSET", key, field, cursor});
  }
  std::string LastId(int shard) {
    const std::string key = store().keys().Events(shard);
    return Do(key, {"XREVRANGE", key, "+", "-", "COUNT", "1"}).items.at(0).items.at(0).text;
  }
  int64_t Length(int shard) {
    const std::string key = store().keys().Events(shard);
    return Do(key, {"XLEN", key}).integer;
  }
  void EmitMany(int shard) {
    store::Commit commit(shard);
    for (int i = 0; i < kEvents; ++i) commit.Emit(v1::Event().SerializeAsString());
    Ok(store().Apply(std::move(commit)));
  }
  static constexpr Millis kHour{3'600'000};
};

TEST_P(TrimmerTest, KeepsAtLeastAnHour) {
  EmitMany(1);
  EXPECT_EQ(Trim(SystemClock().Now() + kHour - Millis(30'000)), 0);
  EXPECT_EQ(Length(1), kEvents);
  EXPECT_EQ(Trim(SystemClock().Now() + kHour + Millis(1'000)), kEvents);
}

TEST_P(TrimmerTest, KeepsWhatAGroupHasNotHandled) {
  Recorder recorder;
  GroupOptions options = Options("a");
  options.max_deliveries = 1'000'000;
  recorder.Fail("stuck", 1'000'000);
  const auto consumer =
      NewGroupConsumer(loop_, client(), SystemClock(), options, recorder.handler());
  const auto consumer_runs = Start(*consumer);
  Emit(1, "stuck");
  EmitMany(1);
  EmitMany(2);
  const auto handled = [&] {
    return Ok(ReadGroupLag(client(), SystemClock(), group_, {service_}, kShards)).unread ==
           kEvents + 1;
  };
  EXPECT_TRUE(Await(handled)) << "shard 2 is handled, shard 1 is stuck";
  const GroupLag lag = Ok(ReadGroupLag(client(), SystemClock(), group_, {service_}, kShards));
  EXPECT_GE(lag.oldest, Millis(0));
  Trim(SystemClock().Now() + kHour * 2);
  EXPECT_EQ(Length(1), kEvents + 1) << "nothing that is not handled";
  EXPECT_LE(Length(2), kNode);
}

// Redis keeps the fields of a small hash in the order they were first set: the slow group's cursor
// stands behind the other one's note of an event being handled.
TEST_P(TrimmerTest, ANoteOfOneGroupHidesNoCursorOfAnother) {
  EmitMany(1);
  const std::string last = LastId(1);
  SetCursor(1, "quick", last + "|500");
  SetCursor(1, "quick!", last + "|1");
  SetCursor(1, "slow", "0-0|0");
  SetCursor(1, "slow!", "0-0|0");
  EXPECT_EQ(Trim(SystemClock().Now() + kHour * 2), 0);
  EXPECT_EQ(Length(1), kEvents);
  SetCursor(1, "slow", last + "|500");
  EXPECT_GE(Trim(SystemClock().Now() + kHour * 2), kEvents - kNode);
}

// A deployment began without one of its services: once an hour old, the first events were gone when
// it came.
TEST_P(TrimmerTest, WaitsForAReaderThatHasNotStarted) {
  EmitMany(1);
  SetCursor(1, "quick", LastId(1) + "|500");
  const Time now = SystemClock().Now();
  EXPECT_TRUE(TrimFor({"quick", "late"}, now).unstarted.empty()) << "nothing is kept for it yet";
  const Trimmed waiting = TrimFor({"quick", "late"}, now + kHour * 24);
  EXPECT_EQ(waiting.removed, 0);
  ASSERT_EQ(waiting.unstarted.size(), 1u);
  EXPECT_GE(waiting.unstarted.at("late"), kHour * 23);
  Recorder recorder;
  group_ = "late";
  EXPECT_EQ(TrimFor({group_}, now + kHour * 24).removed, 0);
  const auto consumer =
      NewGroupConsumer(loop_, client(), SystemClock(), Options("a"), recorder.handler());
  const auto consumer_runs = Start(*consumer);
  EXPECT_TRUE(Await([&] { return recorder.names.size() == kEvents; })) << "it gets everything";
  EXPECT_TRUE(Await([&] { return TrimFor({group_}, now + kHour * 24).removed > 0; }));
  EXPECT_TRUE(TrimFor({group_}, now + kHour * 24).unstarted.empty());
}

TEST_P(TrimmerTest, WaitsForAReaderAWeekAtMost) {
  EmitMany(1);
  const Time now = SystemClock().Now();
  EXPECT_EQ(TrimFor({"late"}, now + kHour * (7 * 24 - 1)).removed, 0);
  EXPECT_EQ(TrimFor({"late"}, now + kHour * (7 * 24 + 1)).removed, kEvents);
}

// A group may be named like a service, and read that service's events.
TEST_P(TrimmerTest, AGroupOfTheServicesNameKeepsNothing) {
  GroupOptions options = Options("a");
  options.group = service_;
  Recorder recorder;
  const auto consumer =
      NewGroupConsumer(loop_, client(), SystemClock(), options, recorder.handler());
  const auto consumer_runs = Start(*consumer);
  EmitMany(3);
  EXPECT_TRUE(Await([&] { return recorder.names.size() == kEvents; }));
  EXPECT_TRUE(Await([&] {
    Trim(SystemClock().Now() + kHour * 2);
    return Length(3) <= kNode;
  }));
}

// Once everything is handled, the lag stays exact although the beginning is gone.
TEST_P(TrimmerTest, LagIsExactAfterTrimming) {
  EmitMany(0);
  EXPECT_EQ(Trim(SystemClock().Now() + kHour * 2), kEvents);
  Emit(0, "left");
  EXPECT_EQ(Ok(ReadGroupLag(client(), SystemClock(), group_, {service_}, kShards)).unread, 1);
  Recorder recorder;
  const auto consumer =
      NewGroupConsumer(loop_, client(), SystemClock(), Options("a"), recorder.handler());
  const auto consumer_runs = Start(*consumer);
  EXPECT_TRUE(Await([&] { return recorder.names.size() == 1; }));
  EXPECT_TRUE(Await([&] {
    return Ok(ReadGroupLag(client(), SystemClock(), group_, {service_}, kShards)).unread == 0;
  }));
}

INSTANTIATE_TEST_SUITE_P(All, TrimmerTest, ::testing::Values(false, true), [](const auto& info) {
  return info.param ? std::string("Cluster") : std::string("Standalone");
});

}  // namespace
}  // namespace baodao::events
