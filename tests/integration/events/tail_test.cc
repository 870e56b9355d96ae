#include <chrono>
#include <functional>

#include "common/testing/matchers.h"
#include "tests/integration/events/events_fixture.h"

namespace baodao::events {
namespace {

using Names = std::vector<std::string>;

class TailTest : public EventsTest {
 protected:
  std::unique_ptr<Tail> New(Recorder& recorder) {
    TailOptions options;
    options.services = {service_};
    options.shards = kShards;
    const GapHandler gap = [this](std::string service, int shard) -> Task<void> {
      gaps_.emplace_back(std::move(service), shard);
      co_return;
    };
    return NewTail(loop_, client(), SystemClock(), options, recorder.handler(), gap);
  }

  std::vector<std::pair<std::string, int>> gaps_;
};

TEST_P(TailTest, StartsNow) {
  Recorder recorder;
  Emit(0, "before");
  const auto tail = New(recorder);
  ASSERT_THAT(testing::Run(loop_, tail->Prepare()), testing::IsOk());
  Emit(0, "between");  // after Prepare: the snapshot may or may not have it
  const auto tail_runs = Start(*tail);
  Emit(2, "after");
  EXPECT_TRUE(Await([&] { return recorder.names.size() == 2; }));
  EXPECT_EQ(recorder.names[0] == "between" ? recorder.names[1] : recorder.names[0], "after");
  EXPECT_TRUE(Await([&] { return tail->caught_up(); }));
  EXPECT_TRUE(gaps_.empty());
}

TEST_P(TailTest, EveryReplicaSeesEverything) {
  Recorder one, two;
  const auto a = New(one);
  const auto b = New(two);
  ASSERT_THAT(testing::Run(loop_, a->Prepare()), testing::IsOk());
  ASSERT_THAT(testing::Run(loop_, b->Prepare()), testing::IsOk());
  const auto a_runs = Start(*a);
  const auto b_runs = Start(*b);
  Names expected;
  for (int i = 0; i < 50; ++i) {
    Emit(1, std::to_string(i));
    expected.push_back(std::to_string(i));
  }
  EXPECT_TRUE(Await([&] { return one.names.size() == 50 && two.names.size() == 50; }));
  EXPECT_EQ(one.names, expected);
  EXPECT_EQ(two.names, expected);
}

TEST_P(TailTest, AFailingEventIsSkipped) {
  Recorder recorder;
  recorder.Fail("bad", 1);
  const auto tail = New(recorder);
  ASSERT_THAT(testing::Run(loop_, tail->Prepare()), testing::IsOk());
  const auto tail_runs = Start(*tail);
  Emit(1, "bad");
  Emit(1, "good");
  EXPECT_TRUE(Await([&] { return recorder.names == Names{"good"}; }));
  EXPECT_EQ(recorder.delivered.size(), 2u);
}

INSTANTIATE_TEST_SUITE_P(All, TailTest, ::testing::Values(false, true), [](const auto& info) {
  return info.param ? std::string("Cluster") : std::string("Standalone");
});

// With a server of its own, because it is killed.
class TailOutageTest : public ::testing::Test {
 protected:
  void Emit(const std::string& name) {
    v1::Event event;
    event.set_actor_id(name);
    server_.Do({"XADD", "{00}s:events", "*", "e", event.SerializeAsString()});
  }
  bool Await(const std::function<bool()>& condition) { return testing::Await(loop_, condition); }

  testing::RedisServer server_;
  asio::io_context loop_;
};

TEST_F(TailOutageTest, GapsAreNoticedAfterAnOutageAndOnlyThen) {
  const std::unique_ptr<redis::Client> client =
      testing::Run(loop_, redis::Connect(loop_, server_.config())).value();
  Recorder recorder;
  int gaps = 0;
  TailOptions options;
  options.services = {"s"};
  options.shards = 1;
  const GapHandler gap = [&](std::string, int) -> Task<void> {
    ++gaps;
    co_return;
  };
  const auto tail = NewTail(loop_, *client, SystemClock(), options, recorder.handler(), gap);
  bool ended = false;
  const auto run = [&]() -> Task<void> {
    co_await tail->Run();
    ended = true;
  };
  Emit("before");
  ASSERT_THAT(testing::Run(loop_, tail->Prepare()), testing::IsOk());
  asio::co_spawn(loop_, run(), asio::detached);
  Emit("one");
  EXPECT_TRUE(Await([&] { return recorder.names.size() == 1; }));

  // Restarted with everything still there: nothing is missed, nothing comes twice.
  EXPECT_TRUE(Await([&] { return tail->caught_up(); })) << "waiting for more";
  server_.Kill();
  server_.Restart();
  Emit("two");
  EXPECT_TRUE(Await([&] { return recorder.names.size() == 2; }));
  EXPECT_EQ(gaps, 0);

  // While the tail is cut off, more comes and is trimmed.
  EXPECT_TRUE(Await([&] { return tail->caught_up(); }));
  server_.Kill();
  server_.Restart();
  for (int i = 0; i < 5; ++i) Emit("missed");
  server_.Do({"XTRIM", "{00}s:events", "MAXLEN", "0"});
  Emit("three");
  EXPECT_TRUE(Await([&] { return gaps == 1 && recorder.names.size() == 3; }));
  EXPECT_EQ(recorder.names, (Names{"one", "two", "three"}));
  tail->Stop();
  EXPECT_TRUE(Await([&] { return ended; }));
  testing::Run(loop_, client->Close());
}

}  // namespace
}  // namespace baodao::events
