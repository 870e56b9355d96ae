#include "common/redis/command.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "common/redis/slot.h"

namespace baodao::redis {
namespace {

TEST(Slot, MatchesTheClusterSpecification) {
  EXPECT_EQ(Crc16("123456789"), 0x31C3);
  EXPECT_EQ(Crc16(""), 0);
  EXPECT_EQ(KeySlot("foo"), 12182);  // CLUSTER KEYSLOT foo
  EXPECT_EQ(KeySlot("bar"), 5061);
}

TEST(Slot, OnlyTheFirstNonEmptyHashTagCounts) {
  EXPECT_EQ(KeySlot("{03}dispatch:task:tsk_1"), KeySlot("03"));
  EXPECT_EQ(KeySlot("a{user}b{other}"), KeySlot("user"));
  EXPECT_EQ(KeySlot("{{x}}"), KeySlot("{x"));
  EXPECT_EQ(KeySlot("{}tail"), Crc16("{}tail") % kSlots);
  EXPECT_EQ(KeySlot("open{end"), Crc16("open{end") % kSlots);
  EXPECT_EQ(KeySlot("}{"), Crc16("}{") % kSlots);
}

TEST(Command, WritesRespWithAnyBytes) {
  const std::string binary("a\0\r\n$", 5);
  const Command command = Command::On("k", "SET", "k", binary, 7, -1);
  EXPECT_EQ(command.wire(), std::string("*5\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\n") + binary +
                                "\r\n$1\r\n7\r\n$2\r\n-1\r\n");
  EXPECT_EQ(command.size(), 5u);
  EXPECT_EQ(command.argument(2), binary);
  EXPECT_EQ(command.argument(4), "-1");
  EXPECT_EQ(command.argument(5), "");
}

TEST(Command, WritesExtremeNumbersAndEmptyArguments) {
  Command command;
  command.Add("X").Add("").Add(std::numeric_limits<int64_t>::min());
  EXPECT_EQ(command.wire(), "*3\r\n$1\r\nX\r\n$0\r\n\r\n$20\r\n-9223372036854775808\r\n");
}

TEST(Command, CountGrowsToTheLeft) {
  Command command;
  for (int i = 0; i < 1234; ++i) command.Add(i);
  EXPECT_TRUE(command.wire().starts_with("*1234\r\n$1\r\n0\r\n"));
  EXPECT_EQ(command.argument(1233), "1233");
}

TEST(Command, RoutesByTheGivenKeyOnly) {
  EXPECT_EQ(Command::On("foo", "GET", "bar").slot(), 12182);
  EXPECT_EQ(Command::Any("PING").slot(), -1);
}

TEST(Command, LabelsAFunctionByItsName) {
  EXPECT_EQ(Command::On("k", "GET", "k").label(), "GET");
  EXPECT_EQ(Command::On("k", "FCALL", "commit", 1, "k").label(), "commit");
  EXPECT_EQ(Command::On("k", "fcall_ro", "peek", 1, "k").label(), "peek");
  EXPECT_EQ(Command::Any("FCALL").label(), "FCALL");
  EXPECT_EQ(Command().label(), "");
}

}  // namespace
}  // namespace baodao::redis
