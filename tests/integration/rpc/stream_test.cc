// Server streams: order, backpressure, clients that go away, drain.
#include <asio/co_spawn.hpp>
#include <asio/use_future.hpp>
#include <future>
#include <memory>
#include <vector>

#include "common/testing/matchers.h"
#include "tests/integration/rpc/fixture.h"

namespace baodao::rpc {
namespace {

class StreamTest : public RpcTest {
 protected:
  static EchoStreamRequest Request(int count, int size, int interval_ms = 0) {
    EchoStreamRequest request;
    request.set_message(std::string(size, 'x'));
    request.set_count(count);
    request.set_interval_ms(interval_ms);
    return request;
  }
  std::size_t Live() {
    return thread_.Call([this] { return server_->server().live_calls(); });
  }
};

TEST_F(StreamTest, MessagesComeInOrderAndTheStreamEnds) {
  StartServer();
  auto context = Context();
  auto reader = stub_->EchoStream(context.get(), Request(1000, 10));
  EchoStreamResponse response;
  int expected = 0;
  while (reader->Read(&response)) EXPECT_EQ(response.number(), ++expected);
  EXPECT_EQ(expected, 1000);
  EXPECT_THAT(reader->Finish(), testing::IsOk());
}

TEST_F(StreamTest, TheChainGuardsStreamsToo) {
  StartServer();
  auto context = Context(tokens_.Person("per_1"));
  auto reader = stub_->EchoStream(context.get(), Request(1, 1));
  EchoStreamResponse response;
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_THAT(FromGrpc(reader->Finish()), testing::IsRefusal(Reason::PERMISSION_DENIED));
  EXPECT_EQ(handlers_.started, 0);
}

TEST_F(StreamTest, ASlowClientHoldsTheHandlerBack) {
  StartServer();
  auto context = Context();
  constexpr int kCount = 3000;
  auto reader = stub_->EchoStream(context.get(), Request(kCount, 10'000));  // 30 MB
  ASSERT_TRUE(testing::Until([&] { return handlers_.written > 0; }));
  // Others are served meanwhile, and the unread stream gets nowhere.
  for (int i = 0; i < 200; ++i) {
    EchoResponse response;
    ASSERT_THAT(stub_->Echo(RpcTest::Context().get(), RpcTest::Request(""), &response),
                testing::IsOk());
  }
  EXPECT_LT(handlers_.written, kCount / 3);
  EchoStreamResponse response;
  int read = 0;
  while (reader->Read(&response)) ++read;
  EXPECT_EQ(read, kCount);
  EXPECT_THAT(reader->Finish(), testing::IsOk());
}

TEST_F(StreamTest, AWriterLearnsThatTheClientHasGone) {
  StartServer();
  auto context = Context();
  auto reader = stub_->EchoStream(context.get(), Request(1'000'000, 1000));
  EchoStreamResponse response;
  ASSERT_TRUE(reader->Read(&response));
  context->TryCancel();
  EXPECT_TRUE(testing::Until([&] { return handlers_.finished == 1; }));
  EXPECT_TRUE(testing::Until([&] { return Live() == 0; }));
  EXPECT_LT(handlers_.written, 1'000'000);
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(StreamTest, AWaitingHandlerLearnsItAtOnce) {
  StartServer();
  auto context = Context();
  auto reader = stub_->EchoStream(context.get(), Request(1, 1, 60'000));
  ASSERT_TRUE(testing::Until([&] { return handlers_.started == 1; }));
  context->TryCancel();
  EXPECT_TRUE(testing::Until([&] { return handlers_.finished == 1; }));
  EXPECT_EQ(handlers_.written, 0);
  reader->Finish();
}

TEST_F(StreamTest, AStreamEndsAtTheClientsDeadline) {
  StartServer();
  auto context = Context();
  context->set_deadline(std::chrono::system_clock::now() + Millis(50));
  auto reader = stub_->EchoStream(context.get(), Request(1, 1, 60'000));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_TRUE(testing::Until([&] { return handlers_.started == 0 || handlers_.finished == 1; }));
}

TEST_F(StreamTest, DrainingEndsStreamsSoThatClientsResumeElsewhere) {
  StartServer();
  auto waiting = Context();
  auto writing = Context();
  auto stalled = Context();
  auto one = stub_->EchoStream(waiting.get(), Request(1, 1, 60'000));
  auto two = stub_->EchoStream(writing.get(), Request(1'000'000, 100));
  auto three = stub_->EchoStream(stalled.get(), Request(1'000'000, 50'000));  // never read
  EchoStreamResponse response;
  ASSERT_TRUE(two->Read(&response));
  ASSERT_TRUE(testing::Until([&] { return handlers_.started == 3; }));
  auto drained =
      asio::co_spawn(thread_.loop(), server_->server().Drain(Millis(200)), asio::use_future);
  EXPECT_THAT(FromGrpc(one->Finish()), testing::IsRefusal(Reason::SHUTTING_DOWN));
  while (two->Read(&response)) {
  }
  EXPECT_EQ(two->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(drained.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_TRUE(testing::Until([&] { return handlers_.finished == 3; }));
  stalled->TryCancel();  // or Finish would first read all that was sent
  three->Finish();
}

// gRPC hands over a call where it was asked for one, and few are asked for ahead.
TEST_F(StreamTest, ManyAtOnceAreAllServed) {
  constexpr int kMany = 90;
  StartServer();
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<EchoStreamResponse>>> readers;
  for (int i = 0; i < kMany; ++i) {
    contexts.push_back(Context());
    readers.push_back(stub_->EchoStream(contexts.back().get(), Request(1, 1, 60'000)));
  }
  EXPECT_TRUE(testing::Until([&] { return handlers_.started == kMany; }));
  for (auto& context : contexts) context->TryCancel();
  for (auto& reader : readers) {
    EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  EXPECT_TRUE(testing::Until([&] { return Live() == 0; }));
}

// After a logout a stream went on, and so did its token.
TEST_F(StreamTest, StreamsEndWithTheSessionTheyWereOpenedIn) {
  auth::EndedSessions ended;
  options_.ended_sessions = &ended;
  StartServer();
  const auto token_of = [this](const std::string& session) {
    const auth::RoleGrant everywhere{auth::v1::ROLE_OPERATOR, ""};
    return tokens_.signer().Sign(auth::Principal::Person("per_1", {everywhere}, session),
                                 SystemClock().Now(), std::chrono::minutes(15));
  };
  auto idle = Context(token_of("ses_gone"));
  auto stalled = Context(token_of("ses_gone"));
  auto other = Context(token_of("ses_other"));
  auto one = stub_->EchoStream(idle.get(), Request(1, 1, 60'000));
  auto two = stub_->EchoStream(stalled.get(), Request(1'000'000, 50'000));  // never read
  auto three = stub_->EchoStream(other.get(), Request(2, 1, 1));
  ASSERT_TRUE(testing::Until([&] { return handlers_.started == 3; }));
  thread_.Call([&] {
    const Time now = SystemClock().Now();
    EXPECT_TRUE(ended.Add("ses_gone", now, now));
    server_->server().EndStreams(
        [](const auth::Principal& caller) { return caller.session_id == "ses_gone"; },
        Refuse(Reason::SESSION_ENDED));
  });
  EXPECT_THAT(FromGrpc(one->Finish()), testing::IsRefusal(Reason::SESSION_ENDED));
  EXPECT_TRUE(testing::Until([&] { return Live() <= 1; })) << "the stalled one is not waited for";
  EchoStreamResponse response;
  while (three->Read(&response)) {
  }
  EXPECT_THAT(three->Finish(), testing::IsOk());
  EXPECT_EQ(response.number(), 2);
  EchoRequest ask;
  EchoResponse answer;
  EXPECT_THAT(FromGrpc(stub_->Echo(Context(token_of("ses_gone")).get(), ask, &answer)),
              testing::IsRefusal(Reason::SESSION_ENDED));
  EXPECT_THAT(stub_->Echo(Context(token_of("ses_other")).get(), ask, &answer), testing::IsOk());
  stalled->TryCancel();
  two->Finish();
  EXPECT_TRUE(testing::Until([&] { return handlers_.finished == 4; }));
}

}  // namespace
}  // namespace baodao::rpc
