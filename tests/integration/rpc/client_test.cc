// The awaitable clients.
#include "common/rpc/client.h"

#include <asio/ip/tcp.hpp>

#include "common/testing/loop.h"
#include "common/testing/matchers.h"
#include "tests/integration/rpc/fixture.h"

namespace baodao::rpc {
namespace {

using Async = AsyncOf<DiagnosticsService>;

// Client and server share one loop here, as services do with their own clients.
class ClientTest : public ::testing::Test {
 protected:
  ClientTest() : server_(loop_, router_, testing::TestServerOptions(tokens_, metrics_)) {}

  ChannelOptions AsService(const std::string& target) {
    ChannelOptions options;
    options.target = target;
    options.tokens = &tokens_.service();
    options.timeout = std::chrono::seconds(60);  // a busy machine must not decide
    return options;
  }
  static EchoRequest Request(const std::string& message, int delay_ms = 0) {
    EchoRequest request;
    request.set_message(message);
    request.set_delay_ms(delay_ms);
    return request;
  }

  asio::io_context loop_{1};
  testing::Tokens tokens_;
  metrics::Registry metrics_;
  Router router_;
  Misbehaving handlers_{router_};
  testing::RpcServer server_;
};

TEST_F(ClientTest, CallsCarryTheServicesTokenAndTheTrace) {
  Channel channel(loop_, AsService(server_.target()));
  Client<DiagnosticsService> client(channel);
  const CallContext parent = CallContext::Internal(auth::Principal::Person("per_1"));
  auto answer =
      testing::Run(loop_, client.Call(&Async::Echo, CallOptions::From(parent), Request("hello")));
  ASSERT_THAT(answer, testing::IsOk());
  EXPECT_EQ(answer->message(), "hello");
  EXPECT_EQ(answer->trace_id(), parent.trace_id());
  EXPECT_EQ(answer->caller(), "");
}

TEST_F(ClientTest, RefusalsKeepTheirReason) {
  Client<DiagnosticsService> client(server_.channel());
  auto answer = testing::Run(loop_, client.Call(&Async::Echo, CallOptions(), Request("")));
  EXPECT_THAT(answer, testing::IsRefusal(Reason::UNAUTHENTICATED)) << answer.status();
  answer = testing::Run(
      loop_, client.Call(&Async::Echo, CallOptions::As(tokens_.Operator("per_8")), Request("")));
  ASSERT_THAT(answer, testing::IsOk());
  EXPECT_EQ(answer->caller(), "per_8");
}

// It used to log out whoever had asked this service.
TEST_F(ClientTest, OurOwnTokenBeingRefusedIsNoFaultOfTheCaller) {
  testing::Tokens strangers;
  ChannelOptions options = AsService(server_.target());
  options.tokens = &strangers.service();
  Channel channel(loop_, options);
  Client<DiagnosticsService> client(channel);
  auto answer = testing::Run(loop_, client.Call(&Async::Echo, CallOptions(), Request("")));
  EXPECT_THAT(answer, testing::IsRefusal(Reason::PEER_UNAVAILABLE)) << answer.status();
  auto reader = client.Stream(&Async::EchoStream, CallOptions(), EchoStreamRequest());
  EXPECT_FALSE(testing::Run(loop_, reader.Next()).has_value());
  EXPECT_THAT(reader, testing::IsRefusal(Reason::PEER_UNAVAILABLE)) << reader.status();
  // A person's token is the person's.
  answer = testing::Run(
      loop_, client.Call(&Async::Echo, CallOptions::As(strangers.Operator()), Request("")));
  EXPECT_THAT(answer, testing::IsRefusal(Reason::TOKEN_INVALID)) << answer.status();
  answer = testing::Run(
      loop_, client.Call(&Async::Echo, CallOptions::As(tokens_.Person("per_1")), Request("")));
  EXPECT_THAT(answer, testing::IsRefusal(Reason::PERMISSION_DENIED)) << answer.status();
}

TEST_F(ClientTest, TheDeadlineIsTheShorterOne) {
  Channel channel(loop_, AsService(server_.target()));
  Client<DiagnosticsService> client(channel);
  CallOptions options;
  options.timeout = Millis(20);
  auto answer = testing::Run(loop_, client.Call(&Async::Echo, options, Request("", 60'000)));
  EXPECT_THAT(answer, testing::IsRefusal(Reason::DEADLINE_EXCEEDED)) << answer.status();
  const CallContext parent =
      CallContext::Internal({}, "test", std::chrono::steady_clock::now() + Millis(20));
  answer = testing::Run(loop_,
                        client.Call(&Async::Echo, CallOptions::From(parent), Request("", 60'000)));
  EXPECT_THAT(answer, testing::IsRefusal(Reason::DEADLINE_EXCEEDED)) << answer.status();
  const CallContext late =
      CallContext::Internal({}, "test", std::chrono::steady_clock::now() - Millis(1));
  const int started = handlers_.started;
  answer = testing::Run(loop_, client.Call(&Async::Echo, CallOptions::From(late), Request("")));
  EXPECT_THAT(answer, testing::IsRefusal(Reason::DEADLINE_EXCEEDED)) << answer.status();
  EXPECT_EQ(handlers_.started, started) << "not even sent";
}

TEST_F(ClientTest, NobodyListeningIsUnavailable) {
  Channel channel(loop_, AsService("127.0.0.1:1"));
  Client<DiagnosticsService> client(channel);
  CallOptions options;
  options.timeout = std::chrono::seconds(5);
  auto answer = testing::Run(loop_, client.Call(&Async::Echo, options, Request("")));
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable) << answer.status();
}

// Listens, and never answers: as a process that was stopped, or hangs.
class HungServer {
 public:
  explicit HungServer(asio::io_context& loop)
      : acceptor_(loop, {asio::ip::make_address("127.0.0.1"), 0}) {}
  std::string target() const {
    return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }

 private:
  asio::ip::tcp::acceptor acceptor_;
};

TEST_F(ClientTest, AHungReplicaIsPassedOver) {
  const HungServer hung(loop_);
  Channel channel(loop_, AsService(hung.target() + "," + server_.target()));
  Client<DiagnosticsService> client(channel);
  ASSERT_EQ(channel.replicas(), 2u);
  for (int i = 0; i < 4; ++i) {
    const auto answer =
        testing::Run(loop_, client.Call(&Async::Echo, CallOptions(), Request("hello")));
    ASSERT_THAT(answer, testing::IsOk());
    EXPECT_EQ(answer->message(), "hello");
  }
  for (int i = 0; i < 4; ++i) EXPECT_EQ(channel.Next(), 1u) << "the other is not asked again soon";
}

TEST_F(ClientTest, AReplicaThatIsGoneIsPassedOver) {
  Channel channel(loop_, AsService("127.0.0.1:1," + server_.target()));
  Client<DiagnosticsService> client(channel);
  for (int i = 0; i < 4; ++i) {
    const auto answer = testing::Run(loop_, client.Call(&Async::Echo, CallOptions(), Request("")));
    ASSERT_THAT(answer, testing::IsOk());
  }
}

TEST_F(ClientTest, ReplicasAreAskedInTurns) {
  Router router;
  Misbehaving handlers(router);
  metrics::Registry metrics;
  testing::RpcServer other(loop_, router, testing::TestServerOptions(tokens_, metrics));
  Channel channel(loop_, AsService(server_.target() + "," + other.target()));
  Client<DiagnosticsService> client(channel);
  for (int i = 0; i < 6; ++i) {
    const auto answer = testing::Run(loop_, client.Call(&Async::Echo, CallOptions(), Request("")));
    ASSERT_THAT(answer, testing::IsOk());
  }
  EXPECT_EQ(handlers_.started, 3);
  EXPECT_EQ(handlers.started, 3);
}

// A replica that refuses has decided: no other is asked.
TEST_F(ClientTest, ARefusalIsAnAnswer) {
  Router router;
  Misbehaving handlers(router);
  metrics::Registry metrics;
  testing::RpcServer other(loop_, router, testing::TestServerOptions(tokens_, metrics));
  ChannelOptions options;
  options.target = server_.target() + "," + other.target();
  Channel channel(loop_, options);
  Client<DiagnosticsService> client(channel);
  const auto answer = testing::Run(loop_, client.Call(&Async::Echo, CallOptions(), Request("")));
  EXPECT_THAT(answer, testing::IsRefusal(Reason::UNAUTHENTICATED)) << answer.status();
  EXPECT_EQ(CounterOfEcho(metrics_, "grpc_server_handled_total", "\"Unauthenticated\""), 1);
  EXPECT_LE(CounterOfEcho(metrics, "grpc_server_handled_total", "\"Unauthenticated\""), 0);
}

// It has too much of one method, perhaps, and nobody asked it for anything for ten seconds.
TEST_F(ClientTest, AReplicaThatIsOverloadedIsAskedAgain) {
  Router router;
  Misbehaving handlers(router);
  metrics::Registry metrics;
  ServerOptions full = testing::TestServerOptions(tokens_, metrics);
  full.max_live_calls = 0;
  testing::RpcServer other(loop_, router, full);
  ChannelOptions options = AsService(other.target() + "," + server_.target());
  options.attempts = 1;
  Channel channel(loop_, options);
  Client<DiagnosticsService> client(channel);
  for (int i = 0; i < 4; ++i) {
    const auto answer = testing::Run(loop_, client.Call(&Async::Echo, CallOptions(), Request("")));
    ASSERT_THAT(answer, testing::IsOk());
  }
  EXPECT_EQ(handlers_.started, 4) << "whoever is refused there is served here";
  EXPECT_EQ(CounterOfEcho(metrics, "baodao_rpc_overloaded_total", ""), 4);
  EXPECT_EQ(CounterOfEcho(metrics, "grpc_server_handled_total", "\"Unavailable\""), 4);
}

// The only one there is: no call waits longer than its own limit.
TEST_F(ClientTest, AHungPeerHoldsACallForItsTimeAndNoLonger) {
  const HungServer hung(loop_);
  ChannelOptions options = AsService(hung.target());
  options.timeout = Millis(300);
  Channel channel(loop_, options);
  Client<DiagnosticsService> client(channel);
  const auto answer = testing::Run(loop_, client.Call(&Async::Echo, CallOptions(), Request("")));
  EXPECT_TRUE(absl::IsDeadlineExceeded(answer.status()) || absl::IsUnavailable(answer.status()))
      << answer.status();
}

TEST_F(ClientTest, UnavailableIsTriedAgain) {
  // One call hogs the only place; the second is refused as OVERLOADED until it is free.
  Router router;
  Misbehaving handlers(router);
  metrics::Registry metrics;
  ServerOptions options = testing::TestServerOptions(tokens_, metrics);
  options.max_live_calls = 1;
  testing::RpcServer server(loop_, router, options);
  Channel channel(loop_, AsService(server.target()));
  Client<DiagnosticsService> client(channel);
  bool first_done = false;
  asio::co_spawn(loop_, client.Call(&Async::Echo, CallOptions(), Request("hang")),
                 [&](std::exception_ptr, absl::StatusOr<EchoResponse>) { first_done = true; });
  while (handlers.started == 0) loop_.run_one();
  std::optional<absl::Status> second;
  asio::co_spawn(
      loop_, client.Call(&Async::Echo, CallOptions(), Request("")),
      [&](std::exception_ptr, absl::StatusOr<EchoResponse> answer) { second = answer.status(); });
  // The refusal is in the books before the place is freed.
  const auto overloaded = [&] {
    return CounterOfEcho(metrics, "grpc_server_handled_total", "\"Unavailable\"") > 0;
  };
  while (!overloaded() && !second) loop_.run_one();
  EXPECT_FALSE(second.has_value()) << "the caller does not hear of it";
  handlers.release.Set();
  while (!second || !first_done) loop_.run_one();
  EXPECT_TRUE(second->ok()) << *second;
}

// Each call was made four times, which is what an overloaded peer needs least.
TEST_F(ClientTest, WhereMostCallsFailTheyAreNotTriedAgain) {
  Router router;
  Misbehaving handlers(router);
  metrics::Registry metrics;
  ServerOptions options = testing::TestServerOptions(tokens_, metrics);
  options.max_live_calls = 0;
  testing::RpcServer server(loop_, router, options);
  Channel channel(loop_, AsService(server.target()));
  Client<DiagnosticsService> client(channel);
  constexpr int kCalls = 150;
  int answered = 0;
  for (int i = 0; i < kCalls; ++i) {
    asio::co_spawn(loop_, client.Call(&Async::Echo, CallOptions(), Request("")),
                   [&](std::exception_ptr, absl::StatusOr<EchoResponse> answer) {
                     EXPECT_THAT(answer, testing::IsRefusal(Reason::OVERLOADED)) << answer.status();
                     ++answered;
                   });
  }
  while (answered < kCalls) loop_.run_one();
  // The first fifty may be.
  EXPECT_LT(CounterOfEcho(metrics, "grpc_server_handled_total", "\"Unavailable\""), 2 * kCalls);
}

TEST_F(ClientTest, ManyCallsAtOnceAllComeBack) {
  Channel channel(loop_, AsService(server_.target()));
  Client<DiagnosticsService> client(channel);
  int answered = 0;
  constexpr int kCalls = 2000;
  for (int i = 0; i < kCalls; ++i) {
    asio::co_spawn(loop_, client.Call(&Async::Echo, CallOptions(), Request(std::to_string(i))),
                   [&answered, i](std::exception_ptr, absl::StatusOr<EchoResponse> answer) {
                     if (answer.ok() && answer->message() == std::to_string(i)) ++answered;
                   });
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (answered < kCalls && loop_.run_one_until(end) > 0) {
  }
  EXPECT_EQ(answered, kCalls);
}

Task<int> ReadAll(StreamReader<EchoStreamResponse>* reader) {
  int expected = 0;
  while (true) {
    std::optional<EchoStreamResponse> message = co_await reader->Next();
    if (!message) break;
    if (message->number() != ++expected) co_return -1;
  }
  co_return expected;
}

TEST_F(ClientTest, StreamsAreReadInOrder) {
  Channel channel(loop_, AsService(server_.target()));
  Client<DiagnosticsService> client(channel);
  EchoStreamRequest request;
  request.set_count(500);
  auto reader = client.Stream(&Async::EchoStream, CallOptions(), request);
  EXPECT_EQ(testing::Run(loop_, ReadAll(&reader)), 500);
  EXPECT_THAT(reader.status(), testing::IsOk());
}

// The end of a stream could arrive while nobody was reading; the next read then crashed.
TEST_F(ClientTest, AReaderMayBeSlowerThanTheStream) {
  Channel channel(loop_, AsService(server_.target()));
  Client<DiagnosticsService> client(channel);
  for (int round = 0; round < 20; ++round) {
    EchoStreamRequest request;
    request.set_count(1);
    const int before = handlers_.finished;
    auto reader = client.Stream(&Async::EchoStream, CallOptions(), request);
    // Answered on the same connection after the stream has ended there.
    auto ended = [&]() -> Task<void> {
      while (handlers_.finished == before) co_await SystemClock().SleepFor(Millis(1));
      co_await client.Call(&Async::Echo, CallOptions(), Request("after"));
    };
    testing::Run(loop_, ended());
    EXPECT_EQ(testing::Run(loop_, ReadAll(&reader)), 1);
    EXPECT_THAT(reader.status(), testing::IsOk());
  }
}

TEST_F(ClientTest, AStreamsErrorComesFromItsReader) {
  Client<DiagnosticsService> client(server_.channel());
  auto reader = client.Stream(&Async::EchoStream, CallOptions(), EchoStreamRequest());
  EXPECT_EQ(testing::Run(loop_, ReadAll(&reader)), 0);
  EXPECT_THAT(reader, testing::IsRefusal(Reason::UNAUTHENTICATED)) << reader.status();
}

TEST_F(ClientTest, DroppingAReaderEndsTheStream) {
  Channel channel(loop_, AsService(server_.target()));
  Client<DiagnosticsService> client(channel);
  EchoStreamRequest request;
  request.set_count(1);
  request.set_interval_ms(60'000);
  {
    auto reader = client.Stream(&Async::EchoStream, CallOptions(), request);
    while (handlers_.started == 0) loop_.run_one();
  }
  while (handlers_.finished == 0) loop_.run_one();
  EXPECT_EQ(handlers_.written, 0);
  while (server_.server().live_calls() > 0) loop_.run_one();
}

}  // namespace
}  // namespace baodao::rpc
