#include "common/containers/lru_cache.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace baodao {
namespace {

TEST(LruCache, FindsWhatWasPut) {
  LruCache<int> cache(10);
  EXPECT_EQ(cache.Find("a"), nullptr);
  EXPECT_EQ(cache.Peek("a"), nullptr);
  EXPECT_EQ(cache.Put("a", 1), 1);
  ASSERT_NE(cache.Find("a"), nullptr);
  *cache.Find("a") = 2;
  EXPECT_EQ(*cache.Peek("a"), 2);
  EXPECT_EQ(cache.Put("a", 3), 3);
  EXPECT_EQ(*cache.Find("a"), 3);
  EXPECT_EQ(cache.size(), 1u);
}

TEST(LruCache, TheLongestUnusedGoesFirst) {
  LruCache<int> cache(3);
  for (const char* key : {"a", "b", "c"}) cache.Put(key, 0);
  cache.Find("a");
  cache.Put("b", 1);
  cache.Put("d", 0);
  EXPECT_EQ(cache.size(), 3u);
  EXPECT_EQ(cache.Peek("c"), nullptr);
  for (const char* key : {"a", "b", "d"}) EXPECT_NE(cache.Peek(key), nullptr) << key;
}

TEST(LruCache, PeekIsNoUse) {
  LruCache<int> cache(2);
  cache.Put("a", 0);
  cache.Put("b", 0);
  cache.Peek("a");
  cache.Put("c", 0);
  EXPECT_EQ(cache.Peek("a"), nullptr);
}

TEST(LruCache, WeightsAreBoundedToo) {
  LruCache<int> cache(LruCache<int>::kUnbounded, 10);
  cache.Put("a", 0, 4);
  cache.Put("b", 0, 4);
  cache.Put("c", 0, 2);
  EXPECT_EQ(cache.size(), 3u) << "10 is within the bound";
  cache.Put("c", 0, 3);
  EXPECT_EQ(cache.Peek("a"), nullptr) << "a value that is replaced changes its weight";
  EXPECT_EQ(cache.size(), 2u);
  cache.Erase("b");
  cache.Put("d", 0, 7);
  EXPECT_EQ(cache.size(), 2u) << "what is erased weighs nothing";
}

TEST(LruCache, TheValuePutStaysHoweverHeavy) {
  LruCache<int> cache(5, 10);
  cache.Put("a", 0, 1);
  cache.Put("heavy", 0, 100);
  EXPECT_EQ(cache.Peek("a"), nullptr);
  EXPECT_NE(cache.Peek("heavy"), nullptr);
  LruCache<int> none(0);
  EXPECT_EQ(none.Put("a", 1), 1);
  none.Put("b", 2);
  EXPECT_EQ(none.size(), 1u);
}

TEST(LruCache, ForgetsAndClears) {
  LruCache<std::shared_ptr<int>> cache(10, 10);
  const auto value = std::make_shared<int>(1);
  for (const char* key : {"a", "b", "c"}) cache.Put(key, value, 3);
  cache.Erase("a");
  cache.Erase("none");
  EXPECT_EQ(value.use_count(), 3);
  cache.Clear();
  EXPECT_EQ(value.use_count(), 1);
  EXPECT_EQ(cache.size(), 0u);
  for (const char* key : {"a", "b", "c"}) cache.Put(key, value, 3);
  EXPECT_EQ(cache.size(), 3u) << "the weight was cleared, too";
}

// The index must not outlive the text it was given.
TEST(LruCache, KeysAreItsOwn) {
  LruCache<int> cache(10);
  {
    const std::string key(100, 'k');
    cache.Put(key, 1);
  }
  EXPECT_NE(cache.Find(std::string(100, 'k')), nullptr);
}

}  // namespace
}  // namespace baodao
