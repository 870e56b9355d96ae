// Commands and answers, against one server.
#include <algorithm>
#include <numeric>

#include "common/testing/matchers.h"
#include "tests/integration/redis/fixture.h"

namespace baodao::redis {
namespace {

class CallTest : public RedisTest {
 protected:
  static void SetUpTestSuite() { server_ = new RedisServer(Fast()); }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }
  void SetUp() override {
    server_->Do({"FLUSHALL"});
    client_ = Connected(server_->config());
  }

  Result Call(Command command) { return Await(client_->Call(std::move(command))); }

  static RedisServer* server_;
  std::unique_ptr<Client> client_;
};
RedisServer* CallTest::server_ = nullptr;

TEST_F(CallTest, AnswersAreValues) {
  EXPECT_EQ(TextOf(Call(Command::On("k", "SET", "k", "v"))), "OK");
  EXPECT_EQ(TextOf(Call(Command::On("k", "GET", "k"))), "v");
  EXPECT_TRUE(Call(Command::On("x", "GET", "x"))->IsNil());
  const Result number = Call(Command::On("n", "INCRBY", "n", -9'000'000'000'000LL));
  EXPECT_TRUE(number->IsInteger());
  EXPECT_EQ(number->integer, -9'000'000'000'000LL);
  const Result empty = Call(Command::On("x", "LRANGE", "x", 0, -1));
  EXPECT_TRUE(empty->IsArray());
  EXPECT_TRUE(empty->items.empty());
}

TEST_F(CallTest, ArraysNest) {
  const Result reply = Call(Command::Any("EVAL", "return {1,{'a',{},{2,false}},'z'}", 0));
  ASSERT_THAT(reply, testing::IsOk());
  ASSERT_EQ(reply->items.size(), 3u);
  EXPECT_EQ(reply->items[0].integer, 1);
  const Reply& inner = reply->items[1];
  ASSERT_EQ(inner.items.size(), 3u);
  EXPECT_EQ(inner.items[0].text, "a");
  EXPECT_TRUE(inner.items[1].IsArray());
  EXPECT_EQ(inner.items[2].items[0].integer, 2);
  EXPECT_TRUE(inner.items[2].items[1].IsNil());
  EXPECT_EQ(reply->items[2].text, "z");
}

TEST_F(CallTest, ErrorsAreStatusesAndKeepTheirWord) {
  (void)Call(Command::On("k", "SET", "k", "v"));
  const Result wrong = Call(Command::On("k", "LPUSH", "k", "x"));
  EXPECT_EQ(wrong.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(HasErrorWord(wrong.status(), "WRONGTYPE"));
  EXPECT_TRUE(IsFunctionMissing(Call(Command::Any("FCALL", "nosuch", 0)).status()));
  const Result own = Call(Command::Any("EVAL", "return redis.error_reply('CONFLICT 3')", 0));
  EXPECT_TRUE(HasErrorWord(own.status(), "CONFLICT"));
  EXPECT_EQ(own.status().message(), "CONFLICT 3");
  EXPECT_EQ(Call(Command::Any("NOSUCHCOMMAND")).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(CallTest, ErrorsInsideAnArrayStayThere) {
  (void)Call(Command::On("k", "SET", "k", "v"));
  std::vector<Command> commands;
  commands.push_back(Command::Any("MULTI"));
  commands.push_back(Command::On("k", "LPUSH", "k", "x"));
  commands.push_back(Command::On("n", "INCR", "n"));
  commands.push_back(Command::Any("EXEC"));
  const std::vector<Result> results = Await(client_->CallEach(std::move(commands)));
  ASSERT_THAT(results[3], testing::IsOk());
  ASSERT_EQ(results[3]->items.size(), 2u);
  EXPECT_TRUE(results[3]->items[0].IsError());
  EXPECT_TRUE(results[3]->items[0].text.starts_with("WRONGTYPE"));
  EXPECT_EQ(results[3]->items[1].integer, 1);
}

TEST_F(CallTest, AnyBytesPassUnchanged) {
  std::string bytes(256, '\0');
  std::iota(bytes.begin(), bytes.end(), '\0');
  bytes += "\r\n$5\r\n*1\r\n";
  const std::string key = std::string("k\0\r\n", 4) + "报到";
  (void)Call(Command::On(key, "SET", key, bytes));
  EXPECT_EQ(TextOf(Call(Command::On(key, "GET", key))), bytes);
  EXPECT_EQ(TextOf(Call(Command::On("e", "SET", "e", ""))), "OK");
  const Result empty = Call(Command::On("e", "GET", "e"));
  EXPECT_TRUE(empty->IsString());
  EXPECT_EQ(empty->text, "");
}

TEST_F(CallTest, BigValuesPassUnchanged) {
  std::string big(48'000'000, '\0');
  for (size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>(i * 2654435761u >> 24);
  Options patient = Within(std::chrono::seconds(30));
  const auto set = Await(client_->Call(Command::On("b", "SET", "b", big), patient));
  ASSERT_THAT(set, testing::IsOk());
  const auto get = Await(client_->Call(Command::On("b", "GET", "b"), patient));
  ASSERT_THAT(get, testing::IsOk());
  EXPECT_TRUE(get->text == big);
}

TEST_F(CallTest, ManyItemsInOneAnswer) {
  const Result made = Call(Command::Any(
      "EVAL", "for i=1,100000 do redis.call('RPUSH','l',i) end return redis.call('LLEN','l')", 0));
  EXPECT_EQ(made->integer, 100000);
  const Result list = Call(Command::On("l", "LRANGE", "l", 0, -1));
  ASSERT_EQ(list->items.size(), 100000u);
  EXPECT_EQ(list->items[99999].text, "100000");
}

TEST_F(CallTest, TenThousandOverlappingCallsGetTheirOwnAnswers) {
  std::vector<Side<Result>> sides;
  for (int i = 0; i < 10'000; ++i) {
    sides.push_back(Start(client_->Call(Command::Any("ECHO", i))));
  }
  Until([&] { return sides.back()->has_value(); });
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_TRUE(sides[i]->has_value());
    ASSERT_TRUE((*sides[i])->ok()) << (*sides[i])->status();
    ASSERT_EQ(TextOf((**sides[i])), std::to_string(i));
  }
  EXPECT_EQ(client_->stats().in_flight, 0u);
  EXPECT_EQ(client_->stats().calls, 10'000u);
}

TEST_F(CallTest, CallEachAnswersInOrder) {
  std::vector<Command> commands;
  for (int i = 0; i < 10'000; ++i) commands.push_back(Command::On("n", "INCR", "n"));
  commands.push_back(Command::On("n", "LPOP", "n"));
  const std::vector<Result> results = Await(client_->CallEach(std::move(commands)));
  ASSERT_EQ(results.size(), 10'001u);
  for (int i = 0; i < 10'000; ++i) ASSERT_EQ(results[i]->integer, i + 1);
  EXPECT_TRUE(HasErrorWord(results.back().status(), "WRONGTYPE"));
  EXPECT_TRUE(Await(client_->CallEach({})).empty());
}

TEST_F(CallTest, OverlappingCallsLeaveInFewWrites) {
  const auto calls = [](const std::string& info) {
    const size_t at = info.find("total_reads_processed:");
    return std::stoll(info.substr(at + 22));
  };
  const int64_t before = calls(server_->Do({"INFO", "stats"}).text);
  std::vector<Side<Result>> sides;
  for (int i = 0; i < 500; ++i) sides.push_back(Start(client_->Call(Command::Any("PING"))));
  for (const auto& side : sides) EXPECT_THAT(Get(side), testing::IsOk());
  const int64_t reads = calls(server_->Do({"INFO", "stats"}).text) - before;
  EXPECT_LT(reads, 50) << "one write for each call";
}

TEST_F(CallTest, OneCallersCallsAreExecutedInOrder) {
  const auto append = [](Client* client, char letter) -> Task<int> {
    for (int i = 0; i < 100; ++i) {
      const std::string piece = letter + std::to_string(i) + ",";
      Command command =
          Command::On("s" + std::string(1, letter), "APPEND", "s" + std::string(1, letter), piece);
      const Result done = co_await client->Call(std::move(command));
      if (!done.ok()) co_return 1;
    }
    co_return 0;
  };
  const auto a = Start(append(client_.get(), 'a'));
  const auto b = Start(append(client_.get(), 'b'));
  EXPECT_EQ(Get(a) + Get(b), 0);
  std::string expected;
  for (int i = 0; i < 100; ++i) expected += "a" + std::to_string(i) + ",";
  EXPECT_EQ(TextOf(Call(Command::On("sa", "GET", "sa"))), expected);
}

TEST_F(CallTest, TheObserverHearsOfEveryCommand) {
  std::vector<std::string> heard;
  client_->SetObserver([&](std::string_view label, double seconds, bool ok) {
    EXPECT_GE(seconds, 0.0);
    heard.push_back(std::string(label) + (ok ? " ok" : " failed"));
  });
  (void)Call(Command::Any("PING"));
  (void)Call(Command::Any("FCALL", "nosuch", 0));
  std::vector<Command> two(2, Command::Any("ECHO", "x"));
  Await(client_->CallEach(std::move(two)));
  EXPECT_EQ(heard, (std::vector<std::string>{"PING ok", "nosuch failed", "ECHO ok", "ECHO ok"}));
}

// Asking after streams that nothing was written to yet looked like an outage of Redis.
TEST_F(CallTest, AMissingKeyIsNoFailureToTheObserver) {
  std::vector<bool> heard;
  client_->SetObserver([&](std::string_view, double, bool ok) { heard.push_back(ok); });
  EXPECT_TRUE(absl::IsNotFound(Call(Command::On("none", "XINFO", "STREAM", "none")).status()));
  EXPECT_EQ(heard, std::vector<bool>{true});
}

TEST_F(CallTest, CallPrimariesReachesTheOneServer) {
  const auto results = Await(client_->CallPrimaries(Command::Any("DBSIZE")));
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0]->integer, 0);
}

}  // namespace
}  // namespace baodao::redis
