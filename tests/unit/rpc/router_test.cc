#include "common/rpc/router.h"

#include <gtest/gtest.h>

#include <string>

#include "baodao/diagnostics/v1/diagnostics.pb.h"
#include "common/rpc/diagnostics.h"
#include "common/testing/matchers.h"

namespace baodao::rpc {
namespace {

using namespace diagnostics::v1;  // NOLINT: the messages of one service

struct Handlers {
  Task<absl::StatusOr<EchoResponse>> Echo(CallContext, EchoRequest) { co_return EchoResponse(); }
  Task<absl::StatusOr<CommitResponse>> EchoToCommit(CallContext, EchoRequest) {
    co_return CommitResponse();
  }
  Task<absl::StatusOr<EchoStreamResponse>> OneEcho(CallContext, EchoStreamRequest) {
    co_return EchoStreamResponse();
  }
};

constexpr const char* kEcho = "baodao.diagnostics.v1.DiagnosticsService/Echo";

std::string Problems(Router& router) { return std::string(router.Finish().message()); }

TEST(RouterTest, ACompleteTableIsFine) {
  Router router;
  Diagnostics diagnostics;
  diagnostics.Register(router);
  EXPECT_THAT(router.Finish(), testing::IsOk());
  ASSERT_EQ(router.services().size(), 1u);
  EXPECT_EQ(router.services()[0]->full_name(), "baodao.diagnostics.v1.DiagnosticsService");
}

TEST(RouterTest, EveryMethodOfAServiceNeedsAHandler) {
  Router router;
  Handlers handlers;
  router.Unary(kEcho, &handlers, &Handlers::Echo);
  const std::string problems = Problems(router);
  EXPECT_NE(problems.find("DiagnosticsService/EchoStream: it has no handler"), std::string::npos);
  EXPECT_NE(problems.find("DiagnosticsService/Commit: it has no handler"), std::string::npos);
}

TEST(RouterTest, MistakesAreNamed) {
  Router router;
  Diagnostics diagnostics;
  Handlers handlers;
  diagnostics.Register(router);
  router.Unary(kEcho, &handlers, &Handlers::Echo);
  router.Unary("baodao.diagnostics.v1.DiagnosticsService/Nothing", &handlers, &Handlers::Echo);
  const std::string problems = Problems(router);
  EXPECT_NE(problems.find("Echo: it has two handlers"), std::string::npos) << problems;
  EXPECT_NE(problems.find("Nothing: there is no such method"), std::string::npos) << problems;
}

TEST(RouterTest, TypesAndStreamingMustAgree) {
  Router router;
  Handlers handlers;
  router.Unary(kEcho, &handlers, &Handlers::EchoToCommit);
  router.Unary("baodao.diagnostics.v1.DiagnosticsService/EchoStream", &handlers,
               &Handlers::OneEcho);
  const std::string problems = Problems(router);
  EXPECT_NE(problems.find("the handler answers baodao.diagnostics.v1.CommitResponse"),
            std::string::npos);
  EXPECT_NE(problems.find("EchoStream: the proto says it streams"), std::string::npos);
}

}  // namespace
}  // namespace baodao::rpc
