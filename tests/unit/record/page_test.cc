// How much of its lists one page reads.
#include "common/record/page.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "common/ids/ids.h"
#include "common/record/indexes.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/store/memory_store.h"
#include "common/testing/fake_clock.h"
#include "common/testing/loop.h"
#include "common/testing/matchers.h"

namespace baodao::record {
namespace {

constexpr int kShards = 4;

class PageTest : public ::testing::Test {
 protected:
  static std::string KeyOf(int shard) {
    return store::Keys("lists", kShards).Of(shard, "needs", "310110");
  }
  // A need of this category, in the list of its shard.
  std::string Add(int shard, const std::string& category) {
    const std::string id = ids_.New("ned", shard);
    data_.IndexAdd(KeyOf(shard), CreatedAt(id), id + "|" + category);
    return id;
  }
  struct Found {
    std::vector<std::string> ids;
    std::string next;
    int64_t read = 0;
  };
  Task<absl::StatusOr<Found>> Look(PageQuery query) {
    const auto size = static_cast<size_t>(query.size);
    CO_ASSIGN_OR_RETURN(Walk walk, Walk::Begin(store_, query, query.tags.empty() ? size : 200));
    CO_ASSIGN_OR_RETURN(const std::vector<Position> positions, co_await walk.Next(size));
    Found found;
    for (const Position& position : positions) found.ids.push_back(position.id);
    if (!walk.ended()) found.next = walk.position()->Encode();
    found.read = walk.looked_at();
    co_return found;
  }
  absl::StatusOr<Found> Page(const PageQuery& query) { return testing::Run(loop_, Look(query)); }
  static PageQuery Everywhere(const std::string& category, int size) {
    PageQuery query;
    for (int shard = 0; shard < kShards; ++shard) query.lists.push_back(KeyOf(shard));
    if (!category.empty()) query.tags = {category};
    query.size = size;
    return query;
  }

  asio::io_context loop_;
  testing::FakeClock clock_{loop_};
  store::MemoryData data_;
  store::MemoryStore store_{store::Keys("lists", kShards), data_, clock_};
  ids::Generator ids_{clock_, [] { return uint64_t{1}; }};
};

TEST_F(PageTest, APageThatFiltersEverythingAwayEndsAndTheNextOneGoesOn) {
  const std::string rare = Add(0, "legal");
  for (int i = 0; i < 12'000; ++i) {
    clock_.Advance(Millis(1));
    Add(i % kShards, "cleaning");
  }
  PageQuery query = Everywhere("legal", 20);
  std::vector<std::string> found;
  int pages = 0;
  do {
    const auto page = Page(query);
    ASSERT_THAT(page, testing::IsOk());
    EXPECT_LE(page->read, 5'000);
    found.insert(found.end(), page->ids.begin(), page->ids.end());
    query.after = page->next;
    ASSERT_LT(++pages, 10);
  } while (!query.after.empty());
  EXPECT_EQ(found, std::vector<std::string>{rare});
  EXPECT_GT(pages, 1);
}

TEST_F(PageTest, APageReadsAboutAsMuchAsItShows) {
  std::vector<std::string> newest_first;
  for (int i = 0; i < 400; ++i) {
    clock_.Advance(Millis(1));
    newest_first.insert(newest_first.begin(), Add((i / 7) % kShards, "cleaning"));
  }
  PageQuery query = Everywhere("", 50);
  std::vector<std::string> found;
  do {
    const auto page = Page(query);
    ASSERT_THAT(page, testing::IsOk());
    EXPECT_LE(page->read, 400);
    found.insert(found.end(), page->ids.begin(), page->ids.end());
    query.after = page->next;
  } while (!query.after.empty());
  EXPECT_EQ(found, newest_first);
}

// People that are entered by a program come in hundreds a millisecond: pages go on behind each.
TEST_F(PageTest, ManyOfOneMillisecondAreWalkedThrough) {
  std::vector<std::string> all;
  for (int i = 0; i < 1'500; ++i) {
    if (i % 500 == 0) clock_.Advance(Millis(1));
    all.push_back(Add(0, "cleaning"));
  }
  std::ranges::sort(all, std::greater(),
                    [](const std::string& id) { return std::pair(CreatedAt(id), id); });
  PageQuery query = Everywhere("", 20);
  std::vector<std::string> found;
  do {
    const auto page = Page(query);
    ASSERT_THAT(page, testing::IsOk());
    found.insert(found.end(), page->ids.begin(), page->ids.end());
    query.after = page->next;
  } while (!query.after.empty());
  EXPECT_EQ(found, all);
}

// A position before which nothing lies within its millisecond made one page read the whole index.
TEST_F(PageTest, NoPositionMakesOnePageReadAWholeIndex) {
  for (int i = 0; i < 5'000; ++i) Add(0, "cleaning");  // all in one millisecond
  PageQuery query = Everywhere("", 20);
  const auto first = Page(query);
  ASSERT_THAT(first, testing::IsOk());
  // It has the same time, and comes before all of them in the order of ids.
  Position before_all{CreatedAt(first->ids.back()), "aaa" + first->ids.back().substr(3)};
  query.after = before_all.Encode();
  EXPECT_EQ(Page(query).status().code(), absl::StatusCode::kInternal);
}

// A page that had looked at enough was refused when it went on, every time it was asked for.
TEST_F(PageTest, APageThatHasLookedAtEnoughEndsWhereItIs) {
  for (int i = 0; i < 4'100; ++i) {
    clock_.Advance(Millis(1));
    Add(i % kShards, "cleaning");
  }
  auto walk = Walk::Begin(store_, Everywhere("cleaning", 20), Walk::kSparseChunk);
  ASSERT_THAT(walk, testing::IsOk());
  const auto enough = testing::Run(loop_, walk->Next(Walk::kMaxLookedAt));
  ASSERT_THAT(enough, testing::IsOk());
  ASSERT_EQ(enough->size(), static_cast<size_t>(Walk::kMaxLookedAt));
  const auto more = testing::Run(loop_, walk->Next(20));
  ASSERT_THAT(more, testing::IsOk());
  EXPECT_TRUE(more->empty());
  EXPECT_FALSE(walk->ended());
}

TEST_F(PageTest, GoesTheOtherWayRoundToo) {
  std::vector<std::string> oldest_first;
  for (int i = 0; i < 100; ++i) {
    if (i % 3 == 0) clock_.Advance(Millis(1));
    oldest_first.push_back(Add(i % kShards, "cleaning"));
  }
  std::ranges::sort(oldest_first, {},
                    [](const std::string& id) { return std::pair(CreatedAt(id), id); });
  PageQuery query = Everywhere("", 7);
  query.descending = false;
  std::vector<std::string> found;
  do {
    const auto page = Page(query);
    ASSERT_THAT(page, testing::IsOk());
    found.insert(found.end(), page->ids.begin(), page->ids.end());
    query.after = page->next;
  } while (!query.after.empty());
  EXPECT_EQ(found, oldest_first);
}

// A city has hundreds of lists, and at first few of them hold anything: every read of one list was
// a read of all.
TEST_F(PageTest, OnlyListsThatRunDryAreReadOn) {
  PageQuery query;
  for (int i = 0; i < 300; ++i) {
    query.lists.push_back(
        store::Keys("lists", kShards).Of(i % kShards, "needs", std::to_string(i)));
  }
  std::vector<std::string> all;
  for (int i = 0; i < 1'000; ++i) {
    clock_.Advance(Millis(1));
    all.push_back(ids_.New("ned", 0));
    data_.IndexAdd(query.lists[0], CreatedAt(all.back()), all.back());
  }
  int reads = 0;
  store_.SetFaults([&](std::string_view, std::string_view) {
    ++reads;
    return store::Fault();
  });
  query.size = 500;
  query.descending = false;
  const auto page = Page(query);
  store_.SetFaults(nullptr);
  ASSERT_THAT(page, testing::IsOk());
  all.resize(500);
  EXPECT_EQ(page->ids, all);
  EXPECT_LE(reads, 310);
}

TEST_F(PageTest, WhatSortsLowerThanAskedIsLeftOut) {
  std::vector<std::string> all;
  for (int i = 0; i < 50; ++i) {
    clock_.Advance(Millis(1));
    all.push_back(Add(i % kShards, "cleaning"));
  }
  PageQuery query = Everywhere("", 7);
  query.least = CreatedAt(all[20]);
  for (const bool descending : {false, true}) {
    query.descending = descending;
    query.after.clear();
    std::vector<std::string> found;
    do {
      const auto page = Page(query);
      ASSERT_THAT(page, testing::IsOk());
      found.insert(found.end(), page->ids.begin(), page->ids.end());
      query.after = page->next;
    } while (!query.after.empty());
    std::ranges::sort(found);
    EXPECT_EQ(found, std::vector<std::string>(all.begin() + 20, all.end()));
  }
}

TEST_F(PageTest, ARecordInSeveralListsIsShownOnce) {
  std::vector<std::string> all;
  for (int i = 0; i < 50; ++i) {
    clock_.Advance(Millis(i % 2));
    all.push_back(Add(0, "cleaning"));
    if (i % 3 != 0) data_.IndexAdd(KeyOf(1), CreatedAt(all.back()), all.back() + "|cleaning");
  }
  std::ranges::sort(all, std::greater(),
                    [](const std::string& id) { return std::pair(CreatedAt(id), id); });
  for (const int size : {1, 7, 100}) {
    PageQuery query = Everywhere("", size);
    std::vector<std::string> found;
    do {
      const auto page = Page(query);
      ASSERT_THAT(page, testing::IsOk());
      found.insert(found.end(), page->ids.begin(), page->ids.end());
      query.after = page->next;
    } while (!query.after.empty());
    EXPECT_EQ(found, all) << size;
  }
}

TEST_F(PageTest, APositionThatIsNoneIsRefused) {
  PageQuery query = Everywhere("", 7);
  for (const char* position : {"x", "1e400|ned", "nan|ned", "12"}) {
    query.after = position;
    EXPECT_THAT(Page(query), testing::IsRefusal(Reason::PAGE_TOKEN_INVALID)) << position;
  }
}

}  // namespace
}  // namespace baodao::record
