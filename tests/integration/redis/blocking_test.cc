// Connections for commands that block.
#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>

#include "common/testing/matchers.h"
#include "tests/integration/redis/fixture.h"

namespace baodao::redis {
namespace {

class BlockingTest : public RedisTest {
 protected:
  void SetUp() override {
    client_ = Connected(server_.config());
    connection_ = client_->Dedicated("s");
  }
  static Command Read() { return Command::On("s", "XREAD", "BLOCK", 0, "STREAMS", "s", "$"); }
  Side<Result> StartRead(Millis timeout = kLong) {
    return Start(connection_->Call(Read(), Within(timeout)));
  }
  void AwaitBlocked(int count = 1) {
    const std::string line = "blocked_clients:" + std::to_string(count) + "\r";
    Until([&] { return server_.Do({"INFO", "clients"}).text.find(line) != std::string::npos; });
  }
  void Add(const std::string& value) { server_.Do({"XADD", "s", "*", "v", value}); }
  static std::string ValueOf(const Result& reply) {
    return reply->items.at(0).items.at(1).items.at(0).items.at(1).items.at(1).text;
  }

  RedisServer server_{Fast()};
  std::unique_ptr<Client> client_;
  std::unique_ptr<BlockingConnection> connection_;
};

TEST_F(BlockingTest, WakesWithWhatArrivesAndDisturbsNobody) {
  const auto read = StartRead();
  AwaitBlocked();
  EXPECT_THAT(Await(client_->Call(Command::Any("PING"))), testing::IsOk());
  EXPECT_FALSE(read->has_value());
  Add("hello");
  const Result reply = Get(read);
  ASSERT_THAT(reply, testing::IsOk());
  EXPECT_EQ(ValueOf(reply), "hello");
}

TEST_F(BlockingTest, NothingInTimeIsNil) {
  const Command read = Command::On("s", "XREAD", "BLOCK", 20, "STREAMS", "s", "$");
  for (int i = 0; i < 3; ++i) {
    const Result reply = Await(connection_->Call(read));
    ASSERT_THAT(reply, testing::IsOk());
    EXPECT_TRUE(reply->IsNil());
  }
}

TEST_F(BlockingTest, CancelEndsTheCallAndFreesTheServer) {
  const auto read = StartRead();
  AwaitBlocked();
  connection_->Cancel();
  EXPECT_TRUE(absl::IsCancelled(Get(read).status()));
  AwaitBlocked(0);
  const auto again = StartRead();
  AwaitBlocked();
  Add("again");
  EXPECT_EQ(ValueOf(Get(again)), "again");
}

TEST_F(BlockingTest, CancelWithoutACallDoesNothing) {
  connection_->Cancel();
  EXPECT_THAT(Await(connection_->Call(Command::Any("PING"))), testing::IsOk());
}

TEST_F(BlockingTest, CloseIsForGood) {
  const auto read = StartRead();
  AwaitBlocked();
  connection_->Close();
  EXPECT_TRUE(absl::IsCancelled(Get(read).status()));
  EXPECT_TRUE(absl::IsCancelled(Await(connection_->Call(Command::Any("PING"))).status()));
}

TEST_F(BlockingTest, TheCallersCancellationEndsTheCall) {
  asio::cancellation_signal signal;
  std::optional<Result> result;
  asio::co_spawn(
      loop_, connection_->Call(Read(), Within(kLong)),
      asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error, Result value) {
        ASSERT_FALSE(error);
        result.emplace(std::move(value));
      }));
  AwaitBlocked();
  signal.emit(asio::cancellation_type::terminal);
  Until([&] { return result.has_value(); });
  EXPECT_TRUE(absl::IsCancelled(result->status()));
  AwaitBlocked(0);
}

TEST_F(BlockingTest, OneCallAtATime) {
  const auto read = StartRead();
  AwaitBlocked();
  const Result second = Await(connection_->Call(Command::Any("PING")));
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  Add("first");
  EXPECT_EQ(ValueOf(Get(read)), "first");
}

TEST_F(BlockingTest, TheDeadlineClosesTheConnection) {
  const Result late = Await(connection_->Call(Read(), Within(Millis(50))));
  EXPECT_TRUE(absl::IsUnavailable(late.status()));
  AwaitBlocked(0);
  EXPECT_THAT(Await(connection_->Call(Command::Any("PING"))), testing::IsOk());
}

TEST_F(BlockingTest, ALostServerFailsTheCallAndTheNextConnectsAgain) {
  const auto read = StartRead();
  AwaitBlocked();
  server_.Kill();
  EXPECT_TRUE(IsOutcomeUnknown(Get(read).status()));
  const Result down = Await(connection_->Call(Command::Any("PING")));
  EXPECT_TRUE(absl::IsUnavailable(down.status())) << down.status();
  EXPECT_FALSE(IsOutcomeUnknown(down.status()));
  server_.Restart();
  EXPECT_THAT(Await(connection_->Call(Command::Any("PING"))), testing::IsOk());
}

TEST_F(BlockingTest, CancelAlsoEndsConnecting) {
  server_.Pause();
  const auto read = StartRead();
  loop_.poll();
  connection_->Cancel();
  const auto start = Clocking::now();
  EXPECT_TRUE(absl::IsCancelled(Get(read).status()));
  EXPECT_LT(Clocking::now() - start, std::chrono::seconds(3));
  server_.Resume();
}

TEST_F(BlockingTest, ItMayOutliveTheClientAndDieInACall) {
  client_.reset();
  EXPECT_THAT(Await(connection_->Call(Command::Any("PING"))), testing::IsOk());
  const auto read = StartRead();
  AwaitBlocked();
  connection_.reset();
  EXPECT_TRUE(absl::IsCancelled(Get(read).status()));
}

}  // namespace
}  // namespace baodao::redis
