#include "common/store/keys.h"

#include <gtest/gtest.h>

#include "common/ids/ids.h"
#include "common/redis/slot.h"

namespace baodao::store {
namespace {

TEST(KeysTest, StartWithTheShardsHashTag) {
  const Keys keys("dispatch", 16);
  EXPECT_EQ(keys.Of(3, "task", "tsk_1"), "{03}dispatch:task:tsk_1");
  EXPECT_EQ(keys.Of(15, "open"), "{15}dispatch:open");
  EXPECT_EQ(keys.Events(0), "{00}dispatch:events");
  EXPECT_EQ(keys.Timers(7), "{07}dispatch:timers");
  EXPECT_EQ(keys.Answer(7, "per_1", "r-1"), "{07}dispatch:answer:per_1:r-1");
  EXPECT_EQ(redis::KeySlot(keys.Events(4)), redis::KeySlot(keys.Of(4, "task", "{9}")));
  EXPECT_EQ(Keys("x", 256).Of(200, "task"), "{200}x:task");
}

TEST(KeysTest, ShardOfReadsTheTagBack) {
  const Keys keys("dispatch", 1024);
  for (const int shard : {0, 7, 10, 99, 100, 1023}) {
    EXPECT_EQ(Keys::ShardOf(keys.Of(shard, "task", "{5}")), shard);
  }
  for (const char* other : {"", "{", "{}", "{x}", "{3", "3}", "baodao:shards"}) {
    EXPECT_EQ(Keys::ShardOf(other), -1) << other;
  }
}

TEST(KeysTest, ShardOfTextIsTheClustersFunction) {
  EXPECT_EQ(Keys("x", 1024).ShardOfText("123456789"), 0x31C3 % 1024);
  EXPECT_EQ(Keys("x", 16).ShardOfText("310110015"), redis::Crc16("310110015") % 16);
}

TEST(KeysTest, ShardOfIdIsAlwaysInRange) {
  const Keys keys("x", 16);
  EXPECT_EQ(keys.ShardOfId(ids::New("tsk", 13)), 13);
  EXPECT_LT(keys.ShardOfId(ids::New("tsk", 1000)), 16);
  EXPECT_EQ(keys.ShardOfId("nonsense"), 0);
}

}  // namespace
}  // namespace baodao::store
