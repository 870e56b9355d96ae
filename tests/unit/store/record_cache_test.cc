#include "common/store/record_cache.h"

#include <gtest/gtest.h>

namespace baodao::store {
namespace {

Commit Putting(const std::string& key, uint64_t expected, std::string bytes) {
  Commit commit(0);
  commit.Put(key, expected, std::move(bytes));
  return commit;
}

TEST(RecordCacheTest, KeepsWhatWasWritten) {
  RecordCache cache(10);
  EXPECT_FALSE(cache.Find("a"));
  cache.Applied(Putting("a", 4, "five"));
  ASSERT_TRUE(cache.Find("a"));
  EXPECT_EQ(cache.Find("a")->version, 5u);
  EXPECT_EQ(cache.Find("a")->bytes, "five");
  Commit deletion(0);
  deletion.Delete("a", 5);
  cache.Applied(std::move(deletion));
  EXPECT_FALSE(cache.Find("a"));
}

TEST(RecordCacheTest, NeverGoesBack) {
  RecordCache cache(10);
  cache.Applied(Putting("a", 4, "five"));
  cache.Applied(Putting("a", 2, "three"));
  EXPECT_EQ(cache.Find("a")->bytes, "five");
  cache.Refresh("a", {3, "three"});
  EXPECT_EQ(cache.Find("a")->bytes, "five");
  cache.Refresh("a", {6, "six"});
  EXPECT_EQ(cache.Find("a")->bytes, "six");
}

TEST(RecordCacheTest, ReadsOnlyRefresh) {
  RecordCache cache(10);
  cache.Refresh("a", {1, "one"});
  EXPECT_FALSE(cache.Find("a"));
  cache.Applied(Putting("a", 0, "one"));
  cache.Refresh("a", {});
  EXPECT_FALSE(cache.Find("a")) << "it is gone from the store";
}

TEST(RecordCacheTest, DoubtForgetsAllThatWasTouched) {
  RecordCache cache(10);
  for (const char* key : {"put", "deleted", "expected", "other"}) {
    cache.Applied(Putting(key, 0, "x"));
  }
  Commit commit(0);
  commit.Put("put", 1, "y");
  commit.Delete("deleted", 1);
  commit.Expect("expected", 1);
  cache.Doubted(commit);
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_TRUE(cache.Find("other"));
}

TEST(RecordCacheTest, TheLongestUnusedGoesFirst) {
  RecordCache cache(3);
  for (const char* key : {"a", "b", "c"}) cache.Applied(Putting(key, 0, "x"));
  EXPECT_TRUE(cache.Find("a"));
  cache.Applied(Putting("d", 0, "x"));
  EXPECT_EQ(cache.size(), 3u);
  EXPECT_FALSE(cache.Find("b"));
  EXPECT_TRUE(cache.Find("a"));
}

TEST(RecordCacheTest, LargeRecordsCountMore) {
  RecordCache cache(4);
  cache.Applied(Putting("small", 0, "x"));
  for (const char* key : {"a", "b", "c"}) cache.Applied(Putting(key, 0, std::string(7000, 'x')));
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_FALSE(cache.Find("small"));
  EXPECT_TRUE(cache.Find("c"));
}

TEST(RecordCacheTest, NoCapacityKeepsNothing) {
  RecordCache cache(0);
  cache.Applied(Putting("a", 0, "x"));
  EXPECT_EQ(cache.size(), 0u);
}

}  // namespace
}  // namespace baodao::store
