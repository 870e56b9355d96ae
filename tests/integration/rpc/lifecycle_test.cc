// Starting, deadlines, cancellation and the graceful end.
#include <asio/co_spawn.hpp>
#include <asio/use_future.hpp>
#include <future>
#include <thread>

#include "common/testing/certificates.h"
#include "common/testing/matchers.h"
#include "tests/integration/rpc/fixture.h"
#include "tests/integration/rpc/raw.h"

namespace baodao::rpc {
namespace {

class LifecycleTest : public RpcTest {
 protected:
  // Sends an Echo from a thread of its own.
  std::future<absl::Status> EchoLater(grpc::ClientContext* context, const EchoRequest& request) {
    return std::async(std::launch::async,
                      [this, context, request] { return Echo(context, request); });
  }
  std::future<void> DrainLater(Millis grace) {
    return asio::co_spawn(thread_.loop(), server_->server().Drain(grace), asio::use_future);
  }
  std::size_t Live() {
    return thread_.Call([this] { return server_->server().live_calls(); });
  }
  void Release() {
    thread_.Call([this] { handlers_.release.Set(); });
  }
};

TEST_F(LifecycleTest, ATakenPortIsSaidClearly) {
  StartServer();
  Router router;
  Misbehaving handlers(router);
  metrics::Registry metrics;
  ServerOptions options = testing::TestServerOptions(tokens_, metrics);
  options.listen = server_->target();
  const auto second =
      thread_.Call([&] { return Server::Start(thread_.loop(), router, options).status(); });
  EXPECT_EQ(second.code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(second.message().find(server_->target()), std::string_view::npos) << second;
}

TEST_F(LifecycleTest, AnIncompleteTableDoesNotStart) {
  Router router;
  Diagnostics diagnostics;
  router.Unary("baodao.diagnostics.v1.DiagnosticsService/Echo", &diagnostics, &Diagnostics::Echo);
  const auto status =
      thread_.Call([&] { return Server::Start(thread_.loop(), router, options_).status(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(status.message().find("no handler"), std::string_view::npos) << status;
}

TEST_F(LifecycleTest, ARateLimitOfNoRpcDoesNotStart) {
  options_.rate_limits.methods["baodao.diagnostics.v1.DiagnosticsService/Ecco"] = {1, 1};
  const auto status =
      thread_.Call([&] { return Server::Start(thread_.loop(), router_, options_).status(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
}

TEST_F(LifecycleTest, MissingTlsFilesDoNotStart) {
  options_.tls = TlsFiles{"/no/such/cert.pem", "/no/such/key.pem", ""};
  const auto status =
      thread_.Call([&] { return Server::Start(thread_.loop(), router_, options_).status(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
}

TEST_F(LifecycleTest, TheClientsDeadlineEndsTheCallOnBothSides) {
  StartServer();
  // On a busy machine a deadline may pass before the handler has begun: then it does not begin.
  for (Millis deadline(50); handlers_.started == 0; deadline *= 2) {
    auto context = Context();
    context->set_deadline(std::chrono::system_clock::now() + deadline);
    EXPECT_THAT(Echo(context.get(), Request("hang")),
                testing::IsRefusal(Reason::DEADLINE_EXCEEDED));
  }
  EXPECT_TRUE(testing::Until([&] { return Live() == 0; }));
  Release();
  EXPECT_TRUE(testing::Until([&] { return handlers_.finished == 1; })) << "the handler finishes";
  EXPECT_TRUE(handlers_.saw_cancelled);
}

TEST_F(LifecycleTest, WithoutADeadlineThereIsOurs) {
  options_.default_deadline = Millis(50);
  StartServer();
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer " + tokens_.Operator());
  EXPECT_THAT(Echo(&context, Request("hang")), testing::IsRefusal(Reason::DEADLINE_EXCEEDED));
  Release();
  EXPECT_TRUE(testing::Until([&] { return handlers_.finished == 1; }));
}

TEST_F(LifecycleTest, NobodyMayWaitLongerThanTheLimit) {
  options_.max_deadline = Millis(50);
  StartServer();
  const auto began = std::chrono::steady_clock::now();
  EXPECT_THAT(Echo(Context().get(), Request("hang")),
              testing::IsRefusal(Reason::DEADLINE_EXCEEDED));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(50));
  Release();
}

TEST_F(LifecycleTest, ACancelledCallsHandlerFinishesAndItsAnswerIsDropped) {
  StartServer();
  auto context = Context();
  auto answer = EchoLater(context.get(), Request("hang"));
  ASSERT_TRUE(testing::Until([&] { return handlers_.started == 1; }));
  context->TryCancel();
  EXPECT_THAT(answer.get(), testing::IsRefusal(Reason::CALL_CANCELLED));
  // The cancellation reaches the handler's context before it is released.
  ASSERT_TRUE(testing::Until([&] {
    Release();
    return handlers_.finished == 1;
  }));
  EXPECT_TRUE(testing::Until([&] { return Live() == 0; }));
  EXPECT_THAT(Echo(Context().get(), Request("")), testing::IsOk());
}

TEST_F(LifecycleTest, DrainingLetsCallsFinishAndTakesNoNewOnes) {
  StartServer();
  auto context = Context();
  auto answer = EchoLater(context.get(), Request("hang"));
  ASSERT_TRUE(testing::Until([&] { return handlers_.started == 1; }));
  auto drained = DrainLater(std::chrono::seconds(30));
  ASSERT_TRUE(testing::Until(
      [&] { return Is(Echo(Context().get(), Request("")), Reason::SHUTTING_DOWN); }));
  EXPECT_EQ(answer.wait_for(Millis(0)), std::future_status::timeout);
  Release();
  EXPECT_THAT(answer.get(), testing::IsOk());
  EXPECT_EQ(drained.wait_for(std::chrono::seconds(10)), std::future_status::ready);
  EXPECT_EQ(handlers_.started, 1);
  EXPECT_EQ(Echo(Context().get(), Request("")).code(), absl::StatusCode::kUnavailable);
}

TEST_F(LifecycleTest, DrainingCutsOffWhatDoesNotFinish) {
  StartServer();
  auto context = Context();
  auto answer = EchoLater(context.get(), Request("hang"));
  ASSERT_TRUE(testing::Until([&] { return handlers_.started == 1; }));
  auto drained = DrainLater(Millis(20));
  EXPECT_EQ(answer.get().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(drained.wait_for(std::chrono::seconds(10)), std::future_status::ready);
  Release();  // the handler ends after its server has: nothing it stands on may be gone
  EXPECT_TRUE(testing::Until([&] { return handlers_.finished == 1; }));
}

TEST_F(LifecycleTest, AServerMayBeDestroyedWithCallsAlive) {
  StartServer();
  auto context = Context();
  auto answer = EchoLater(context.get(), Request("hang"));
  ASSERT_TRUE(testing::Until([&] { return handlers_.started == 1; }));
  thread_.Call([this] { server_.reset(); });
  EXPECT_EQ(answer.get().code(), absl::StatusCode::kUnavailable);
  Release();
  EXPECT_TRUE(testing::Until([&] { return handlers_.finished == 1; }));
}

// A certificate that cannot be used was reported as a port that is taken.
TEST_F(LifecycleTest, WhatKeepsItFromListeningIsNamed) {
  const auto start = [&] {
    return thread_.Call([&] { return Server::Start(thread_.loop(), router_, options_).status(); });
  };
  const testing::Certificates certificates;
  const TlsFiles good = certificates.Issue("server");
  options_.tls = good;
  options_.tls->key = certificates.Issue("other").key;
  const absl::Status unusable = start();
  EXPECT_NE(unusable.message().find("tls_cert"), std::string_view::npos) << unusable;
  EXPECT_EQ(unusable.message().find("the port is taken"), std::string_view::npos) << unusable;
  options_.tls.reset();
  StartServer();
  options_.listen = server_->target();
  options_.tls = good;
  const absl::Status taken = start();
  EXPECT_NE(taken.message().find("the port is taken"), std::string_view::npos) << taken;
}

TEST_F(LifecycleTest, TooManyCallsAtOnceAreRefused) {
  options_.max_live_calls = 1;
  StartServer();
  auto context = Context();
  auto answer = EchoLater(context.get(), Request("hang"));
  ASSERT_TRUE(testing::Until([&] { return handlers_.started == 1; }));
  const absl::Status refused = Echo(Context().get(), Request(""));
  EXPECT_THAT(refused, testing::IsRefusal(Reason::OVERLOADED)) << refused;
  EXPECT_GT(RetryAfterOf(refused).value_or(Millis(0)), Millis(0));
  Release();
  EXPECT_THAT(answer.get(), testing::IsOk());
  EXPECT_THAT(Echo(Context().get(), Request("")), testing::IsOk());
}

}  // namespace
}  // namespace baodao::rpc
