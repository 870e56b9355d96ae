#include "common/metrics/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "common/metrics/redis_metrics.h"
#include "common/metrics/rpc_metrics.h"
#include "common/metrics/server.h"
#include "common/redis/client.h"
#include "common/testing/http.h"
#include "common/testing/matchers.h"
#include "common/testing/paths.h"

namespace baodao::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Spec kTasks{"test_tasks", Type::kGauge, "Tasks.", {"state", "level"}};

// Dashboards and alerts are written against these names: a change here is a change of the API.
TEST(Golden, CommonMetrics) {
  Registry registry;
  AddBuildInfo(registry, "dispatch");
  RpcMetrics rpc(registry);
  rpc.Add("unary", "baodao.dispatch.v1.TaskService", "ClaimTask");
  RedisMetrics redis(registry);
  redis.Observe("GET", 0.001, true);
  std::ifstream file(baodao::testing::SourceFile("tests/unit/metrics/golden.txt"));
  std::stringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(registry.Describe(), golden.str());
}

TEST(Registry, ChildrenAreTheSameObject) {
  Registry registry;
  Gauge* const open = registry.GaugeOf(kTasks, {"OPEN", "1"});
  EXPECT_EQ(registry.GaugeOf(kTasks, {"OPEN", "1"}), open);
  EXPECT_NE(registry.GaugeOf(kTasks, {"OPEN", "2"}), open);
  open->Set(3);
  EXPECT_THAT(registry.Text(), HasSubstr("test_tasks{level=\"1\",state=\"OPEN\"} 3"));
}

TEST(Registry, LabelsAreBounded) {
  Registry registry;
  for (int i = 0; i < 5000; ++i) registry.GaugeOf(kTasks, {std::to_string(i), "x"})->Set(1);
  EXPECT_THAT(registry.Text(), HasSubstr("test_tasks{level=\"other\",state=\"other\"}"));
  EXPECT_THAT(registry.Text(), Not(HasSubstr("\"4999\"")));
  // Those that were there before still have their own.
  EXPECT_NE(registry.GaugeOf(kTasks, {"7", "x"}), registry.GaugeOf(kTasks, {"4999", "x"}));
}

TEST(RegistryDeathTest, MistakesOfTheProgram) {
  constexpr Spec kOther{"test_tasks", Type::kGauge, "Tasks.", {"state"}};
  Registry registry;
  registry.GaugeOf(kTasks, {"OPEN", "1"});
  EXPECT_DEATH(registry.GaugeOf(kTasks, {"OPEN"}), "wrong number of label values");
  EXPECT_DEATH(registry.CounterOf(kTasks, {"OPEN", "1"}), "used as a counter");
  EXPECT_DEATH(registry.GaugeOf(kOther, {"OPEN"}), "declared differently before");
}

TEST(RpcMetrics, CountsByCodeFromZero) {
  Registry registry;
  RpcMetrics rpc(registry);
  RpcMetrics::Method* const claim = rpc.Add("unary", "svc", "Claim");
  const std::string labels = "grpc_method=\"Claim\",grpc_service=\"svc\",grpc_type=\"unary\"";
  const auto handled = [&](const std::string& code) {
    return "grpc_server_handled_total{grpc_code=\"" + code + "\"," + labels + "} ";
  };
  EXPECT_THAT(registry.Text(), HasSubstr(handled("Internal") + "0"));
  claim->Started();
  claim->Started();
  claim->Handled(grpc::StatusCode::OK, 0.002);
  claim->Handled(grpc::StatusCode::FAILED_PRECONDITION, 0.004);
  claim->Handled(static_cast<grpc::StatusCode>(99), 0.004);
  const std::string text = registry.Text();
  EXPECT_THAT(text, HasSubstr("grpc_server_started_total{" + labels + "} 2"));
  EXPECT_THAT(text, HasSubstr(handled("OK") + "1"));
  EXPECT_THAT(text, HasSubstr(handled("FailedPrecondition") + "1"));
  EXPECT_THAT(text, HasSubstr(handled("Unknown") + "1"));
  EXPECT_THAT(text, HasSubstr("grpc_server_handling_seconds_count{" + labels + "} 3"));
  EXPECT_THAT(text, HasSubstr(handled("Unauthenticated") + "0"));
  EXPECT_THAT(text, HasSubstr(handled("Unavailable") + "0"));
  const std::string overloaded = "baodao_rpc_overloaded_total{" + labels + "} ";
  EXPECT_THAT(text, HasSubstr(overloaded + "0"));
  claim->Handled(grpc::StatusCode::UNAVAILABLE, 0.001);
  claim->Overloaded();
  EXPECT_THAT(registry.Text(), HasSubstr(overloaded + "1"));
}

TEST(RedisMetrics, CountsCommandsAndTotals) {
  Registry registry;
  RedisMetrics redis(registry);
  redis.Observe("GET", 0.001, true);
  redis.Observe("GET", 0.002, false);
  redis::Stats stats;
  stats.in_flight = 4;
  stats.reconnects = 2;
  redis.Sample(stats);
  stats.reconnects = 3;
  redis.Sample(stats);
  redis.Sample(stats);
  const std::string text = registry.Text();
  EXPECT_THAT(text, HasSubstr("baodao_redis_command_seconds_count{command=\"GET\"} 2"));
  EXPECT_THAT(text, HasSubstr("baodao_redis_errors_total{command=\"GET\"} 1"));
  EXPECT_THAT(text, HasSubstr("baodao_redis_in_flight 4"));
  EXPECT_THAT(text, HasSubstr("baodao_redis_reconnects_total 3"));
}

TEST(Server, ServesMetricsOfRegistryAndProcess) {
  Registry registry;
  registry.GaugeOf(kTasks, {"OPEN", "1"})->Set(5);
  const auto server = Server::Start("127.0.0.1:0", registry);
  ASSERT_THAT(server, testing::IsOk());
  const std::string answer = testing::HttpGet((*server)->port(), "/metrics");
  EXPECT_THAT(answer, HasSubstr("200 OK"));
  EXPECT_THAT(answer, HasSubstr("test_tasks{level=\"1\",state=\"OPEN\"} 5"));
  EXPECT_THAT(answer, HasSubstr("process_cpu_seconds_total "));
  EXPECT_THAT(answer, HasSubstr("process_resident_memory_bytes "));
  EXPECT_THAT(answer, HasSubstr("process_open_fds "));
}

TEST(Server, SaysClearlyWhyItCannotListen) {
  Registry registry;
  const auto first = Server::Start("127.0.0.1:0", registry);
  ASSERT_THAT(first, testing::IsOk());
  const std::string taken = "127.0.0.1:" + std::to_string((*first)->port());
  const auto second = Server::Start(taken, registry);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(second.status().message(), "metrics: " + taken + " is taken by another program");
  for (const char* bad : {"nonsense", "203.0.113.7:9101", "127.0.0.1:http9x"}) {
    const auto server = Server::Start(bad, registry);
    EXPECT_EQ(server.status().code(), absl::StatusCode::kInvalidArgument) << bad;
    EXPECT_THAT(std::string(server.status().message()), HasSubstr(bad));
  }
}

}  // namespace
}  // namespace baodao::metrics
