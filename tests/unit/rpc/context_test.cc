#include "common/rpc/context.h"

#include <gtest/gtest.h>

#include <string>

#include "common/rpc/detail/chain.h"

namespace baodao::rpc {
namespace {

constexpr const char* kTrace = "0af7651916cd43dd8448eb211c80319c";

TEST(TraceTest, AHeaderIsCarriedOn) {
  TraceId trace;
  ASSERT_TRUE(ParseTraceparent("00-" + std::string(kTrace) + "-b7ad6b7169203331-01", &trace));
  EXPECT_EQ(std::string(trace.data(), trace.size()), kTrace);
  const std::string next = Traceparent(trace);
  TraceId again;
  ASSERT_TRUE(ParseTraceparent(next, &again));
  EXPECT_EQ(again, trace);
  EXPECT_NE(next, Traceparent(trace)) << "each call has a span of its own";
}

TEST(TraceTest, MalformedHeadersAreIgnored) {
  const std::string t = kTrace;
  for (const std::string& header :
       {std::string(), std::string("00"), "00-" + t + "-b7ad6b7169203331",
        "ff-" + t + "-b7ad6b7169203331-01", "00-" + std::string(32, '0') + "-b7ad6b7169203331-01",
        "00-" + std::string(32, 'A') + "-b7ad6b7169203331-01",
        "00-" + t + "-b7ad6b7169203331-01-more", std::string(55, '-')}) {
    TraceId trace{};
    EXPECT_FALSE(ParseTraceparent(header, &trace)) << header;
    EXPECT_EQ(trace, TraceId{}) << header;
  }
}

TEST(TraceTest, NewTracesDiffer) { EXPECT_NE(NewTraceId(), NewTraceId()); }

TEST(CallContextTest, RemainingIsNeverNegative) {
  const auto now = std::chrono::steady_clock::now();
  EXPECT_EQ(CallContext::Internal({}, "m", now - Millis(5)).remaining(), Millis(0));
  EXPECT_GT(CallContext::Internal({}, "m", now + Millis(5000)).remaining(), Millis(4000));
  EXPECT_GT(CallContext::Internal({}).remaining(), std::chrono::hours(24));
}

TEST(AddressOfTest, LosesThePort) {
  EXPECT_EQ(detail::AddressOf("ipv4:10.0.0.7:51234"), "10.0.0.7");
  EXPECT_EQ(detail::AddressOf("ipv6:%5B::1%5D:7"), "::1");
  EXPECT_EQ(detail::AddressOf("ipv6:[fe80::1]:7"), "fe80::1");
  EXPECT_EQ(detail::AddressOf("unix:/tmp/s"), "unix:/tmp/s");
}

}  // namespace
}  // namespace baodao::rpc
