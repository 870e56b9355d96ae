// The chain as clients meet it: a real port, stock stubs, and bytes no stub would send.
#include <absl/strings/match.h>

#include "common/testing/matchers.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/integration/rpc/fixture.h"
#include "tests/integration/rpc/raw.h"

namespace baodao::rpc {
namespace {

constexpr const char* kEcho = "/baodao.diagnostics.v1.DiagnosticsService/Echo";

class ChainTest : public RpcTest {};

// The LocalizedMessage of an error, as "locale: message".
std::string LocalizedOf(const grpc::Status& status) {
  google::rpc::Status rich;
  EXPECT_TRUE(rich.ParseFromString(status.error_details()));
  for (const auto& detail : rich.details()) {
    google::rpc::LocalizedMessage message;
    if (detail.UnpackTo(&message)) return message.locale() + ": " + message.message();
  }
  return "";
}

TEST_F(ChainTest, AnEchoComesBack) {
  StartServer();
  EchoResponse response;
  auto context = Context(tokens_.Operator("per_7"));
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  context->AddMetadata("traceparent", "00-" + trace + "-b7ad6b7169203331-01");
  const grpc::Status status = stub_->Echo(context.get(), Request("你好"), &response);
  ASSERT_THAT(status, testing::IsOk());
  EXPECT_EQ(response.message(), "你好");
  EXPECT_EQ(response.trace_id(), trace);
  EXPECT_EQ(response.caller(), "per_7");
}

TEST_F(ChainTest, ACallWithoutATraceGetsOne) {
  StartServer();
  EchoResponse first, second;
  ASSERT_THAT(stub_->Echo(Context().get(), Request(""), &first), testing::IsOk());
  ASSERT_THAT(stub_->Echo(Context().get(), Request(""), &second), testing::IsOk());
  EXPECT_EQ(first.trace_id().size(), 32u);
  EXPECT_NE(first.trace_id(), second.trace_id());
}

TEST_F(ChainTest, OnlyThoseWhoMayCallGetThrough) {
  StartServer();
  EXPECT_THAT(Echo(Context("").get(), Request("")), testing::IsRefusal(Reason::UNAUTHENTICATED));
  EXPECT_THAT(Echo(Context("rubbish").get(), Request("")),
              testing::IsRefusal(Reason::TOKEN_INVALID));
  EXPECT_THAT(Echo(Context(tokens_.Expired("per_1")).get(), Request("")),
              testing::IsRefusal(Reason::TOKEN_EXPIRED));
  EXPECT_THAT(Echo(Context(tokens_.Person("per_1")).get(), Request("")),
              testing::IsRefusal(Reason::PERMISSION_DENIED));
  EXPECT_THAT(Echo(Context(tokens_.Coordinator("per_1", "310")).get(), Request("")),
              testing::IsRefusal(Reason::PERMISSION_DENIED));
  EXPECT_THAT(Echo(Context(tokens_.Service("lists")).get(), Request("")), testing::IsOk());
  EXPECT_THAT(Echo(Context(tokens_.Operator()).get(), Request("")), testing::IsOk());
  EXPECT_EQ(handlers_.started, 2);
}

TEST_F(ChainTest, MalformedBytesHaveANamedError) {
  StartServer();
  for (const std::string& bytes : {std::string("\xff\xff\xff\xff"), std::string("\x0a\x7f"),
                                   std::string("\x0a\x02\xc3\x28", 4) /* not UTF-8 */}) {
    const grpc::Status status = RawCall(channel_, kEcho, Context().get(), bytes);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(FromGrpc(status), testing::IsRefusal(Reason::MALFORMED_MESSAGE))
        << status.error_message();
  }
  EXPECT_EQ(handlers_.started, 0);
}

// As sent with application/grpc+json: gRPC does not show the handler side the content type.
TEST_F(ChainTest, WhoeverSendsJsonLearnsWhatIsSpoken) {
  StartServer();
  for (const char* json : {"{}", "{\"message\": \"hello\"}", "[1]", "\"text\""}) {
    const grpc::Status status = RawCall(channel_, kEcho, Context().get(), json);
    const absl::Status refusal = FromGrpc(status);
    EXPECT_THAT(refusal, testing::IsRefusal(Reason::MALFORMED_MESSAGE)) << json << ": " << refusal;
    EXPECT_EQ(MetadataOf(refusal)["content_type"], "application/grpc+proto");
    EXPECT_EQ(status.error_message(),
              "The request message cannot be decoded; the content type spoken here is "
              "application/grpc+proto.");
  }
  EXPECT_EQ(handlers_.started, 0);
}

// A megabyte of it could become a gigabyte before anybody looked at its size.
TEST_F(ChainTest, CompressedMessagesAreRefused) {
  StartServer();
  for (const auto algorithm : {GRPC_COMPRESS_GZIP, GRPC_COMPRESS_DEFLATE}) {
    auto context = Context();
    context->set_compression_algorithm(algorithm);
    const grpc::Status status = RawCall(channel_, kEcho, context.get(), std::string(1 << 20, '\0'));
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED) << status.error_message();
  }
  EXPECT_EQ(handlers_.started, 0);
}

TEST_F(ChainTest, LargeMessagesHaveANamedError) {
  StartServer();
  // No method here admits so much: the most is Echo's text in characters of four bytes.
  const absl::Status beyond = Echo(Context().get(), Request(std::string(440'000, 'x')));
  EXPECT_THAT(beyond, testing::IsRefusal(Reason::MESSAGE_TOO_LARGE)) << beyond;
  // Far beyond it gRPC's own limit has the same code, without details.
  EchoResponse response;
  const grpc::Status far =
      stub_->Echo(Context().get(), Request(std::string(1 << 20, 'x')), &response);
  EXPECT_EQ(far.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(Echo(Context().get(), Request("still here")), testing::IsOk());
}

TEST_F(ChainTest, TheLimitOfMessagesMayBeSmaller) {
  options_.max_message_bytes = 1000;
  StartServer();
  const absl::Status beyond = Echo(Context().get(), Request(std::string(1001, 'x')));
  EXPECT_THAT(beyond, testing::IsRefusal(Reason::MESSAGE_TOO_LARGE)) << beyond;
  EXPECT_EQ(MetadataOf(beyond)["max"], "1000");
  EXPECT_THAT(Echo(Context().get(), Request(std::string(900, 'x'))), testing::IsOk());
}

TEST_F(ChainTest, BoundsNameTheField) {
  StartServer();
  const absl::Status status = Echo(Context().get(), Request(std::string(100'001, 'x'), -1));
  ASSERT_THAT(status, testing::IsRefusal(Reason::INVALID_ARGUMENT_FIELDS)) << status;
  const auto violations = ViolationsOf(status);
  ASSERT_EQ(violations.size(), 2u);
  EXPECT_EQ(violations[0].field, "message");
  EXPECT_EQ(violations[1].field, "delay_ms");
}

TEST_F(ChainTest, UnknownMethodsHaveANamedError) {
  StartServer();
  for (const char* path : {"/baodao.diagnostics.v1.DiagnosticsService/Nothing", "/no.such/Thing"}) {
    const grpc::Status status = RawCall(channel_, path, Context().get(), "");
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED) << path;
    EXPECT_THAT(FromGrpc(status), testing::IsRefusal(Reason::UNIMPLEMENTED_METHOD)) << path;
  }
}

TEST_F(ChainTest, ErrorsSpeakTheCallersLanguage) {
  StartServer();
  EchoResponse response;
  grpc::Status status = stub_->Echo(Context("").get(), Request(""), &response);
  EXPECT_EQ(LocalizedOf(status), "zh-CN: 请先登录");
  auto english = Context("");
  english->AddMetadata("accept-language", "en-GB,en;q=0.9");
  status = stub_->Echo(english.get(), Request(""), &response);
  EXPECT_EQ(LocalizedOf(status), "en: Sign in first.");
}

TEST_F(ChainTest, CallersAreLimited) {
  options_.rate_limits.person = {0.001, 2};
  StartServer();
  EXPECT_THAT(Echo(Context().get(), Request("")), testing::IsOk());
  EXPECT_THAT(Echo(Context().get(), Request("")), testing::IsOk());
  const absl::Status limited = Echo(Context().get(), Request(""));
  EXPECT_THAT(limited, testing::IsRefusal(Reason::RATE_LIMITED)) << limited;
  EXPECT_GT(RetryAfterOf(limited).value_or(Millis(0)), Millis(1000));
  EXPECT_THAT(Echo(Context(tokens_.Operator("per_2")).get(), Request("")), testing::IsOk());
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(Echo(Context(tokens_.Service("lists")).get(), Request("")), testing::IsOk());
  }
}

TEST_F(ChainTest, FaultsAreHiddenAndTheServerLives) {
  StartServer();
  for (const char* fault : {"throw", "fault"}) {
    EchoResponse response;
    const grpc::Status status = stub_->Echo(Context().get(), Request(fault), &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
    EXPECT_FALSE(absl::StrContains(status.error_details(), "secret"));
    EXPECT_FALSE(absl::StrContains(status.error_message(), "secret"));
  }
  EXPECT_THAT(Echo(Context().get(), Request("")), testing::IsOk());
}

TEST_F(ChainTest, CommitWithoutAStoreIsUnimplemented) {
  StartServer();
  CommitRequest request;
  request.set_request_id("r1");
  request.set_key("k1");
  CommitResponse response;
  EXPECT_EQ(stub_->Commit(Context().get(), request, &response).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(ChainTest, EveryCallIsCounted) {
  StartServer();
  EXPECT_THAT(Echo(Context().get(), Request("")), testing::IsOk());
  EXPECT_FALSE(Echo(Context("").get(), Request("")).ok());
  EXPECT_EQ(CounterOfEcho(metrics_, "grpc_server_started_total", ""), 2);
  EXPECT_EQ(CounterOfEcho(metrics_, "grpc_server_handled_total", "grpc_code=\"OK\""), 1);
  EXPECT_EQ(CounterOfEcho(metrics_, "grpc_server_handled_total", "\"Unauthenticated\""), 1);
  EXPECT_EQ(CounterOfEcho(metrics_, "grpc_server_handling_seconds_count", ""), 2);
}

}  // namespace
}  // namespace baodao::rpc
