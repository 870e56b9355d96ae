#include "common/store/keys.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "common/ids/ids.h"
#include "common/redis/slot.h"
#include "common/testing/paths.h"
#include "tests/key_families.h"

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

// "task" for a line "//   task:<task>  record  …" of a table of keys; empty for any other.
std::string FamilyIn(const std::string& line) {
  constexpr std::string_view kRow = "//   ";
  if (!line.starts_with(kRow)) return "";
  std::string name = line.substr(kRow.size(), line.find_first_of(" ", kRow.size()) - kRow.size());
  if (name.starts_with('{')) name = testing::KeyFamilies::Of(name);
  name = name.substr(0, name.find_first_of(":["));
  const bool is_name = !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
    return std::islower(c) != 0 || c == '_' || c == '-';
  });
  return is_name && name != "key" && name != "baodao" ? name : "";
}

// One that has no bound grows until Redis is full.
TEST(KeysTest, EveryFamilyHasItsBoundInTheDecisionRecord) {
  namespace fs = std::filesystem;
  std::set<std::string> families;
  const auto add = [&](const fs::path& path) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) families.insert(FamilyIn(line));
  };
  add(testing::SourceFile("common/store/keys.h"));
  for (const auto& entry : fs::recursive_directory_iterator(testing::SourceFile("services"))) {
    const std::string name = entry.path().filename();
    if (name == "keys.h" || name == "lease.h" || name == "claim.h") add(entry.path());
  }
  families.erase("");
  EXPECT_GT(families.size(), 70u);
  const testing::KeyFamilies bounded;
  for (const std::string& family : families) {
    EXPECT_TRUE(bounded.Has(family)) << family << " has no bound in decision 0029";
  }
  for (const std::string& name : bounded.names()) {
    const bool exists =
        name == "baodao:*" || std::ranges::any_of(families, [&](const std::string& family) {
          return testing::KeyFamilies::Fits(name, family);
        });
    EXPECT_TRUE(exists) << "decision 0029 bounds " << name << ", which no layout has";
  }
}

}  // namespace
}  // namespace baodao::store
