#include "common/paging/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <asio/io_context.hpp>

#include "common/store/memory_store.h"
#include "common/testing/fake_clock.h"
#include "common/testing/loop.h"
#include "common/testing/matchers.h"

namespace baodao::paging {
namespace {

using ::testing::ElementsAre;

class MergeTest : public ::testing::Test {
 protected:
  void Add(int shard, const std::string& member) {
    data_.IndexAdd(store_.keys().Of(shard, "list"), 0, member);
  }
  std::vector<std::string> Merge(const std::string& after, int64_t limit) {
    std::vector<std::string> keys;
    for (int i = 0; i < 4; ++i) keys.push_back(store_.keys().Of(i, "list"));
    auto members = testing::Run(loop_, MergeByMember(store_, keys, after, limit));
    EXPECT_THAT(members, testing::IsOk());
    return *members;
  }

  asio::io_context loop_;
  testing::FakeClock clock_{loop_};
  store::MemoryData data_;
  store::MemoryStore store_{store::Keys("test", 4), data_, clock_};
};

TEST_F(MergeTest, OrdersAcrossShards) {
  Add(0, "d");
  Add(0, "a");
  Add(1, "c");
  Add(3, "b");
  EXPECT_THAT(Merge("", 10), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(Merge("", 3), ElementsAre("a", "b", "c"));
  EXPECT_THAT(Merge("b", 10), ElementsAre("c", "d"));
  EXPECT_THAT(Merge("d", 10), ElementsAre());
}

TEST_F(MergeTest, ShowsAMemberOnce) {
  Add(0, "a");
  Add(2, "a");
  EXPECT_THAT(Merge("", 10), ElementsAre("a"));
}

// Whatever comes in between, what was there at the start is shown once.
TEST_F(MergeTest, PagesAreStableUnderInserts) {
  for (int i = 0; i < 20; ++i) Add(i % 4, "m" + std::to_string(10 + i));
  std::vector<std::string> seen;
  std::string after;
  for (int page = 0;; ++page) {
    const auto members = Merge(after, 3);
    if (members.empty()) break;
    seen.insert(seen.end(), members.begin(), members.end());
    after = members.back();
    Add(page % 4, "a" + std::to_string(page));  // before the cursor
  }
  ASSERT_EQ(seen.size(), 20u);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(seen[i], "m" + std::to_string(10 + i));
}

TEST_F(MergeTest, OneBrokenShardIsAnError) {
  store_.SetFaults([](std::string_view, std::string_view key) {
    store::Fault fault;
    fault.fail_before = key.starts_with("{02}") || key.find("{2}") != std::string_view::npos;
    return fault;
  });
  std::vector<std::string> keys;
  for (int i = 0; i < 4; ++i) keys.push_back(store_.keys().Of(i, "list"));
  const auto members = testing::Run(loop_, MergeByMember(store_, keys, "", 10));
  EXPECT_EQ(members.status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace baodao::paging
