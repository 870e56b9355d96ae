#include "common/redis/topology.h"

#include <gtest/gtest.h>

#include "common/redis/dial.h"
#include "common/testing/matchers.h"

namespace baodao::redis {
namespace {

Reply Text(std::string text) {
  Reply reply;
  reply.kind = Reply::Kind::kString;
  reply.text = std::move(text);
  return reply;
}
Reply Number(int64_t number) {
  Reply reply;
  reply.kind = Reply::Kind::kInteger;
  reply.integer = number;
  return reply;
}
Reply List(std::vector<Reply> items) {
  Reply reply;
  reply.kind = Reply::Kind::kArray;
  reply.items = std::move(items);
  return reply;
}
Reply Range(int64_t first, int64_t last, Reply host, int64_t port) {
  return List({Number(first), Number(last), List({std::move(host), Number(port), Text("id")})});
}

TEST(Topology, KnowsTheOwnerOfEverySlot) {
  const auto topology =
      ParseSlots(List({Range(0, 99, Text("10.0.0.1"), 1), Range(101, 16383, Text("10.0.0.2"), 2),
                       Range(100, 100, Text("10.0.0.1"), 1)}),
                 "seed");
  ASSERT_THAT(topology, testing::IsOk());
  ASSERT_EQ(topology->primaries.size(), 2u);
  EXPECT_EQ(topology->owner[0], 0);
  EXPECT_EQ(topology->owner[100], 0);
  EXPECT_EQ(topology->owner[101], 1);
  EXPECT_EQ(topology->owner[16383], 1);
  EXPECT_EQ(topology->primaries[1].port, 2);
}

TEST(Topology, SlotsNobodyServesStayOpen) {
  const auto topology = ParseSlots(List({Range(0, 1, Text("h"), 1)}), "seed");
  ASSERT_THAT(topology, testing::IsOk());
  EXPECT_EQ(topology->owner[2], Topology::kNobody);
}

TEST(Topology, ANodeWithoutAnAddressIsTheOneThatWasAsked) {
  const auto topology = ParseSlots(List({Range(0, 1, Reply(), 7), Range(2, 3, Text(""), 8)}), "me");
  ASSERT_THAT(topology, testing::IsOk());
  EXPECT_EQ(topology->primaries[0].host, "me");
  EXPECT_EQ(topology->primaries[1].host, "me");
}

TEST(Topology, RefusesWhatItDoesNotUnderstand) {
  EXPECT_FALSE(ParseSlots(List({}), "seed").ok());
  EXPECT_FALSE(ParseSlots(List({Range(5, 4, Text("h"), 1)}), "seed").ok());
  EXPECT_FALSE(ParseSlots(List({Range(0, 16384, Text("h"), 1)}), "seed").ok());
  EXPECT_FALSE(ParseSlots(List({Range(0, 1, Text("h"), 70000)}), "seed").ok());
  EXPECT_FALSE(ParseSlots(List({Text("x")}), "seed").ok());
}

TEST(Redirect, IsReadFromMovedAndAsk) {
  const Endpoint from{"asked", 1};
  const auto moved = ParseRedirect("MOVED 3999 127.0.0.1:6381", from);
  ASSERT_TRUE(moved);
  EXPECT_FALSE(moved->ask);
  EXPECT_EQ(moved->slot, 3999);
  EXPECT_EQ(moved->to, (Endpoint{"127.0.0.1", 6381}));
  const auto ask = ParseRedirect("ASK 0 ::1:7000", from);
  ASSERT_TRUE(ask);
  EXPECT_TRUE(ask->ask);
  EXPECT_EQ(ask->to, (Endpoint{"::1", 7000}));
  EXPECT_EQ(ParseRedirect("MOVED 1 :7001", from)->to, (Endpoint{"asked", 7001}));
}

TEST(Redirect, IsNothingElse) {
  const Endpoint from{"asked", 1};
  for (const char* line : {"ERR no", "MOVED", "MOVED x 1.1.1.1:1", "MOVED 16384 1.1.1.1:1",
                           "MOVED 1 1.1.1.1:99999", "MOVED 1 1.1.1.1", "ASKING 1 1.1.1.1:1"}) {
    EXPECT_FALSE(ParseRedirect(line, from)) << line;
  }
}

TEST(Version, SevenAndLaterWillDo) {
  EXPECT_THAT(CheckVersion("7.0.15"), testing::IsOk());
  EXPECT_THAT(CheckVersion("8.2.0"), testing::IsOk());
  EXPECT_THAT(CheckVersion("10.0"), testing::IsOk());
  const absl::Status old = CheckVersion("6.2.14");
  EXPECT_EQ(old.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(old.message(), "Redis 7 or newer is needed, found 6.2.14");
  EXPECT_FALSE(CheckVersion("").ok());
}

}  // namespace
}  // namespace baodao::redis
