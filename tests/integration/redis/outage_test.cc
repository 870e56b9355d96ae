// Deadlines, lost connections, cancellation, shutting down.
#include <algorithm>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <string>
#include <vector>

#include "common/log/log.h"
#include "common/testing/matchers.h"
#include "tests/integration/redis/fixture.h"

namespace baodao::redis {
namespace {

class OutageTest : public RedisTest {
 protected:
  void SetUp() override { config_ = server_.config(); }
  void Open() { client_ = Connected(config_); }

  Result Call(Command command, Millis timeout = kLong) {
    return Await(client_->Call(std::move(command), Within(timeout)));
  }

  RedisServer server_{Fast()};
  Config config_;
  std::unique_ptr<Client> client_;
};

void ExpectUnknown(const absl::Status& status) {
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_TRUE(IsOutcomeUnknown(status)) << status;
}
void ExpectNotSent(const absl::Status& status) {
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_FALSE(IsOutcomeUnknown(status)) << status;
}

TEST_F(OutageTest, ADeadlineEndsTheCallAndItsLateAnswerIsDropped) {
  Open();
  server_.Pause();
  const auto start = Clocking::now();
  ExpectUnknown(Call(Command::On("k", "SET", "k", "late"), Millis(50)).status());
  const auto took = Clocking::now() - start;
  EXPECT_GE(took, Millis(50));
  EXPECT_LT(took, std::chrono::seconds(20));  // a paused server would never answer
  EXPECT_EQ(client_->stats().timeouts, 1u);
  EXPECT_EQ(client_->stats().in_flight, 1u);
  server_.Resume();
  EXPECT_EQ(TextOf(Call(Command::Any("ECHO", "mine"))), "mine");
  EXPECT_EQ(TextOf(Call(Command::On("k", "GET", "k"))), "late") << "it was executed after all";
  EXPECT_EQ(client_->stats().reconnects, 0u);
}

TEST_F(OutageTest, EachCallHasItsOwnDeadline) {
  Open();
  server_.Pause();
  Options absolute;
  absolute.deadline = Clocking::now() + Millis(60);
  const auto patient = Start(client_->Call(Command::Any("ECHO", "patient"), Within(kLong)));
  const auto hasty = Start(client_->Call(Command::Any("ECHO", "hasty"), Within(Millis(20))));
  const auto until = Start(client_->Call(Command::Any("ECHO", "until"), absolute));
  ExpectUnknown(Get(hasty).status());
  EXPECT_FALSE(until->has_value());
  ExpectUnknown(Get(until).status());
  EXPECT_FALSE(patient->has_value());
  server_.Resume();
  EXPECT_EQ(TextOf(Get(patient)), "patient");
}

TEST_F(OutageTest, ALostConnectionFailsWhatIsPendingAndIsMadeAgain) {
  config_.outage_grace = std::chrono::seconds(20);
  Open();
  EXPECT_THAT(Call(Command::On("k", "SET", "k", "kept")), testing::IsOk());
  server_.Pause();
  std::vector<Side<Result>> pending;
  for (int i = 0; i < 100; ++i) {
    pending.push_back(Start(client_->Call(Command::Any("PING"), Within(kLong))));
  }
  Until([&] { return client_->stats().in_flight == 100; });
  const auto start = Clocking::now();
  server_.Kill();
  for (const auto& side : pending) ExpectUnknown(Get(side).status());
  EXPECT_LT(Clocking::now() - start, kLong / 2) << "they waited for their deadline";
  EXPECT_FALSE(client_->connected());

  const auto waiting = Start(client_->Call(Command::On("k", "GET", "k"), Within(kLong)));
  Until([&] { return Clocking::now() > start + Millis(50); });
  EXPECT_FALSE(waiting->has_value());
  server_.Restart();
  const Result value = Get(waiting);
  ASSERT_THAT(value, testing::IsOk());
  EXPECT_EQ(value->text, "kept");
  EXPECT_EQ(client_->stats().reconnects, 1u);
  EXPECT_TRUE(client_->connected());
}

TEST_F(OutageTest, ALongOutageFailsCallsAtOnceAndNothingIsSent) {
  config_.outage_grace = Millis(40);
  Open();
  server_.Kill();
  const auto start = Clocking::now();
  Result result = Call(Command::Any("PING"));
  if (IsOutcomeUnknown(result.status())) result = Call(Command::Any("PING"));  // it was up so far
  ExpectNotSent(result.status());
  EXPECT_LT(Clocking::now() - start, kLong / 2);
  const auto again = Clocking::now();
  // Metrics hear of what was never sent, too: an outage used to look like silence.
  int heard = 0;
  client_->SetObserver([&](std::string_view, double, bool ok) { heard += !ok; });
  for (int i = 0; i < 100; ++i) ExpectNotSent(Call(Command::Any("PING")).status());
  EXPECT_LT(Clocking::now() - again, std::chrono::seconds(2));
  EXPECT_EQ(heard, 100);
  std::vector<Command> two(2, Command::Any("PING"));
  for (const Result& each : Await(client_->CallEach(std::move(two)))) ExpectNotSent(each.status());
  server_.Restart();
  Until([&] { return client_->connected(); });
  EXPECT_THAT(Call(Command::Any("PING")), testing::IsOk());
}

// Operators search the logs for a line when it is lost, and a line when it is back.
TEST_F(OutageTest, ALossAndItsEndAreLoggedOnce) {
  std::vector<std::string> lines;
  log::SetSink([&lines](std::string_view line) { lines.emplace_back(line); });
  const std::shared_ptr<void> restore(nullptr, [](void*) { log::SetSink(nullptr); });
  const auto count = [&lines](const std::string& event) {
    return std::count_if(lines.begin(), lines.end(), [&event](const std::string& line) {
      return line.find("\"" + event + "\"") != std::string::npos;
    });
  };
  config_.outage_grace = Millis(40);
  Open();
  EXPECT_EQ(count("redis.lost") + count("redis.back"), 0) << "a start is neither";
  server_.Kill();
  Until([&] { return !client_->connected(); });
  for (int i = 0; i < 10; ++i) (void)Call(Command::Any("PING"));
  EXPECT_EQ(count("redis.lost"), 1);
  const std::string endpoint = "127.0.0.1:" + std::to_string(server_.port());
  EXPECT_NE(lines.front().find(endpoint), std::string::npos) << lines.front();
  EXPECT_NE(lines.front().find("cause"), std::string::npos) << lines.front();
  server_.Restart();
  Until([&] { return client_->connected(); });
  EXPECT_EQ(count("redis.back"), 1);
  client_.reset();
  EXPECT_EQ(count("redis.lost"), 1) << "closing is no loss";
}

TEST_F(OutageTest, AConnectionThatOwesAnswersForTooLongIsGivenUp) {
  config_.stall_limit = Millis(80);
  Open();
  server_.Pause();
  const auto start = Clocking::now();
  ExpectUnknown(Call(Command::Any("PING")).status());
  EXPECT_GE(Clocking::now() - start, Millis(80));
  EXPECT_LT(Clocking::now() - start, kLong / 2);
  server_.Resume();
  Until([&] { return client_->connected(); });
  EXPECT_THAT(Call(Command::Any("PING")), testing::IsOk());
}

TEST_F(OutageTest, ACancelledCallEndsAtOnce) {
  Open();
  server_.Pause();
  asio::cancellation_signal signal;
  std::optional<Result> result;
  asio::co_spawn(
      loop_, client_->Call(Command::Any("ECHO", "never"), Within(kLong)),
      asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error, Result value) {
        ASSERT_FALSE(error);
        result.emplace(std::move(value));
      }));
  Until([&] { return client_->stats().in_flight == 1; });
  signal.emit(asio::cancellation_type::terminal);
  Until([&] { return result.has_value(); });
  EXPECT_TRUE(absl::IsCancelled(result->status())) << result->status();
  server_.Resume();
  EXPECT_EQ(TextOf(Call(Command::Any("ECHO", "next"))), "next");
}

TEST_F(OutageTest, DestroyingTheClientEndsItsCalls) {
  Open();
  server_.Pause();
  const auto sent = Start(client_->Call(Command::Any("PING"), Within(kLong)));
  Until([&] { return client_->stats().in_flight == 1; });
  client_.reset();
  ExpectUnknown(Get(sent).status());
}

TEST_F(OutageTest, ACallThatWaitsForAConnectionEndsWithItsClient) {
  config_.outage_grace = kLong;
  Open();
  server_.Kill();
  Until([&] { return !client_->connected(); });
  const auto waiting = Start(client_->Call(Command::Any("PING"), Within(kLong)));
  loop_.poll();
  client_.reset();
  ExpectNotSent(Get(waiting).status());
}

// The first answer of a batch destroys the client while the others are about to be delivered.
TEST_F(OutageTest, AnAnswerMayDestroyTheClient) {
  Open();
  const auto destroy = [](std::unique_ptr<Client>* client) -> Task<bool> {
    const Result first = co_await (*client)->Call(Command::Any("ECHO", "first"));
    client->reset();
    co_return first.ok();
  };
  const auto first = Start(destroy(&client_));
  std::vector<Side<Result>> others;
  for (int i = 0; i < 50; ++i) others.push_back(Start(client_->Call(Command::Any("PING"))));
  EXPECT_TRUE(Get(first));
  for (const auto& other : others) (void)Get(other);
  EXPECT_EQ(client_, nullptr);
}

TEST_F(OutageTest, CallsMayBeLeftBehindWithTheLoop) {
  Open();
  server_.Pause();
  const auto left = Start(client_->Call(Command::Any("PING"), Within(kLong)));
  Until([&] { return client_->stats().in_flight == 1; });
  client_.reset();
  EXPECT_FALSE(left->has_value());
}

TEST_F(OutageTest, ClosingLetsTheCallsInFlightFinish) {
  Open();
  server_.Pause();
  const auto pending = Start(client_->Call(Command::Any("ECHO", "last"), Within(kLong)));
  Until([&] { return client_->stats().in_flight == 1; });
  const auto close = [](Client* client) -> Task<bool> {
    co_await client->Close(std::chrono::seconds(30));
    co_return true;
  };
  const auto closed = Start(close(client_.get()));
  loop_.poll();
  ExpectNotSent(Call(Command::Any("PING")).status());
  EXPECT_FALSE(closed->has_value());
  server_.Resume();
  EXPECT_TRUE(Get(closed));
  EXPECT_EQ(TextOf(Get(pending)), "last");
  EXPECT_FALSE(client_->connected());
}

TEST_F(OutageTest, ClosingWaitsNoLongerThanItIsTold) {
  Open();
  server_.Pause();
  const auto pending = Start(client_->Call(Command::Any("PING"), Within(kLong)));
  Until([&] { return client_->stats().in_flight == 1; });
  Await(client_->Close(Millis(20)));
  ExpectUnknown(Get(pending).status());
}

TEST_F(OutageTest, AClosedClientLeavesTheLoopWithNothingToDo) {
  Open();
  EXPECT_THAT(Call(Command::Any("PING")), testing::IsOk());
  client_.reset();
  loop_.restart();
  const auto start = Clocking::now();
  loop_.run_for(std::chrono::seconds(20));
  EXPECT_TRUE(loop_.stopped());
  EXPECT_LT(Clocking::now() - start, std::chrono::seconds(10));
}

}  // namespace
}  // namespace baodao::redis
