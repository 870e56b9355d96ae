// How few words name the areas of a search.
#include "services/records/domain/sought_areas.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace baodao::records {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(SoughtAreasTest, ACodeBeginsWithThoseAboveIt) {
  EXPECT_THAT(BeginningsOf("310110009001007"),
              ElementsAre("31", "3101", "310110", "310110009", "310110009001"));
  EXPECT_THAT(BeginningsOf("310110"), ElementsAre("31", "3101", "310110"));
  EXPECT_THAT(BeginningsOf("A"), IsEmpty());
}

TEST(SoughtAreasTest, ABeginningStandsForAllWhoHaveIt) {
  const std::vector<std::string> known = {
      "31",           "310110",    "310110001",    "310110001001", "310110001001-01",
      "310110001002", "310110002", "310110002001", "310112",       "310112001"};
  const auto below = [&](const std::string& beginning) {
    std::vector<std::string> codes;
    for (const std::string& code : known) {
      if (code.starts_with(beginning)) codes.push_back(code);
    }
    return codes;
  };
  SoughtAreas district = Seek(known, below("310110"));
  EXPECT_EQ(district.codes, below("310110"));
  EXPECT_THAT(district.beginnings, ElementsAre("310110"));
  EXPECT_THAT(district.others, IsEmpty());
  SoughtAreas all = Seek(known, known);
  EXPECT_THAT(all.beginnings, ElementsAre("31"));
  // A section between subdistrict and communities, whose code tells nothing.
  SoughtAreas section = Seek(known, {"310110001001", "310110001001-01", "310112001"});
  EXPECT_THAT(section.beginnings, ElementsAre("310110001001"));
  EXPECT_THAT(section.others, ElementsAre("310112001"));
  // One of them belongs to another district.
  std::vector<std::string> without = below("310110");
  std::erase(without, "310110001002");
  SoughtAreas most = Seek(known, without);
  EXPECT_THAT(most.beginnings, ElementsAre("310110001001", "310110002"));
  EXPECT_THAT(most.others, ElementsAre("310110", "310110001"));
  EXPECT_THAT(Seek(known, {}).codes, IsEmpty());
}

// Whatever the codes are, what the marks stand for is what was asked for, each area once.
TEST(SoughtAreasTest, MarksStandForWhatWasAskedFor) {
  std::mt19937 random(20261129);
  for (int round = 0; round < 2'000; ++round) {
    std::vector<std::string> known, codes;
    for (int i = 0; i < 60; ++i) {
      // Few digits, so that many begin alike.
      std::string code(1 + random() % 14, '1');
      for (char& digit : code) digit = static_cast<char>('1' + (random() % 8 == 0 ? 1 : 0));
      known.push_back(std::move(code));
    }
    std::ranges::sort(known);
    known.erase(std::unique(known.begin(), known.end()), known.end());
    const unsigned share = std::vector<unsigned>{5, 50, 90, 100}[random() % 4];
    for (const std::string& code : known) {
      if (random() % 100 < share) codes.push_back(code);
    }
    const SoughtAreas sought = Seek(known, codes);
    std::vector<std::string> marked = sought.others;
    for (const std::string& code : known) {
      for (const std::string& beginning : sought.beginnings) {
        const std::vector<std::string_view> has = BeginningsOf(code);
        if (std::ranges::find(has, beginning) != has.end()) marked.push_back(code);
      }
    }
    std::ranges::sort(marked);
    ASSERT_EQ(marked, codes) << "round " << round;
    ASSERT_EQ(sought.codes, codes);
  }
}

}  // namespace
}  // namespace baodao::records
