// How much of an index one page reads.
#include "services/lists/store/listing.h"

#include <gtest/gtest.h>

#include <asio/io_context.hpp>
#include <string>
#include <vector>

#include "common/ids/ids.h"
#include "common/store/memory_store.h"
#include "common/testing/fake_clock.h"
#include "common/testing/loop.h"

namespace baodao::lists {
namespace {

constexpr int kShards = 4;

class ListingTest : public ::testing::Test {
 protected:
  static std::string KeyOf(int shard) {
    return store::Keys("lists", kShards).Of(shard, "needs", "310110");
  }
  // A need of this category, in the list of its shard.
  std::string Add(int shard, const std::string& category) {
    const std::string id = ids_.New("ned", shard);
    data_.IndexAdd(KeyOf(shard), IndexScore(id), IndexMember(id, category));
    return id;
  }
  absl::StatusOr<ListPage> Page(const ListQuery& query) {
    return testing::Run(loop_, ListNewestFirst(store_, query));
  }
  static ListQuery Everywhere(const std::string& category, int limit) {
    ListQuery query;
    for (int shard = 0; shard < kShards; ++shard) query.keys.push_back(KeyOf(shard));
    query.category = category;
    query.limit = limit;
    return query;
  }

  asio::io_context loop_;
  testing::FakeClock clock_{loop_};
  store::MemoryData data_;
  store::MemoryStore store_{store::Keys("lists", kShards), data_, clock_};
  ids::Generator ids_{clock_, [] { return uint64_t{1}; }};
};

TEST_F(ListingTest, APageThatFiltersEverythingAwayEndsAndTheNextOneGoesOn) {
  const std::string rare = Add(0, "legal");
  for (int i = 0; i < 12'000; ++i) {
    clock_.Advance(Millis(1));
    Add(i % kShards, "cleaning");
  }
  ListQuery query = Everywhere("legal", 20);
  std::vector<std::string> found;
  int pages = 0;
  do {
    const auto page = Page(query);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_LE(page->read, 5'000);
    found.insert(found.end(), page->ids.begin(), page->ids.end());
    query.before = page->next;
    ASSERT_LT(++pages, 10);
  } while (!query.before.empty());
  EXPECT_EQ(found, std::vector<std::string>{rare});
  EXPECT_GT(pages, 1);
}

TEST_F(ListingTest, APageReadsAboutAsMuchAsItShows) {
  std::vector<std::string> newest_first;
  for (int i = 0; i < 400; ++i) {
    clock_.Advance(Millis(1));
    newest_first.insert(newest_first.begin(), Add((i / 7) % kShards, "cleaning"));
  }
  ListQuery query = Everywhere("", 50);
  std::vector<std::string> found;
  do {
    const auto page = Page(query);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_LE(page->read, 400);
    found.insert(found.end(), page->ids.begin(), page->ids.end());
    query.before = page->next;
  } while (!query.before.empty());
  EXPECT_EQ(found, newest_first);
}

// A position before which nothing lies within its millisecond made one page read the whole index.
TEST_F(ListingTest, NoPositionMakesOnePageReadAWholeIndex) {
  for (int i = 0; i < 5'000; ++i) Add(0, "cleaning");  // all in one millisecond
  ListQuery query = Everywhere("", 20);
  const auto first = Page(query);
  ASSERT_TRUE(first.ok()) << first.status();
  // Of the same time, and before all of them in the order of ids.
  query.before = "aaa" + first->ids.back().substr(3);
  EXPECT_EQ(Page(query).status().code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace baodao::lists
