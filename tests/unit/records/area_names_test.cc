// Areas by their names.
#include "services/records/app/area_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/areas.h"

namespace baodao::records {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::shared_ptr<const areas::AreaTree> TreeOf(const std::vector<std::string>& names) {
  std::vector<areas::Area> all;
  all.push_back(testing::AreaOf("00", "", registration::v1::AREA_LEVEL_DISTRICT, "杨浦区"));
  for (size_t i = 0; i < names.size(); ++i) {
    all.push_back(testing::AreaOf("0" + std::to_string(i + 1), "00",
                                  registration::v1::AREA_LEVEL_COMMUNITY, names[i]));
  }
  return *areas::AreaTree::Build(std::move(all));
}

class AreaNamesTest : public ::testing::Test {
 protected:
  std::vector<std::string> Find(const std::string& query, size_t from = 0, size_t size = 9) {
    std::vector<std::string> codes;
    for (const areas::Area* area : names_.Find(
             tree_, search::AskedBy(query),
             [](const areas::Area& one) { return one.code() != "03"; }, from, size)) {
      codes.push_back(area->code());
    }
    return codes;
  }

  std::shared_ptr<const areas::AreaTree> tree_ =
      TreeOf({"平凉路第一社区", "第13网格", "平凉路第三社区", "平凉A座", "控江路３村"});
  AreaNames names_;
};

TEST_F(AreaNamesTest, AreasHaveAllWordsOfTheQuery) {
  EXPECT_THAT(Find("平凉"), ElementsAre("01", "04"));
  EXPECT_THAT(Find("平凉 社区"), ElementsAre("01"));
  EXPECT_THAT(Find("平凉a"), ElementsAre("04"));
  EXPECT_THAT(Find("3"), ElementsAre("05")) << "the number, not its digit";
  EXPECT_THAT(Find("13"), ElementsAre("02"));
  EXPECT_THAT(Find("凉平"), IsEmpty());
}

TEST_F(AreaNamesTest, TheyComeInTheOrderOfTheTree) {
  EXPECT_THAT(Find("平凉", 0, 1), ElementsAre("01"));
  EXPECT_THAT(Find("平凉", 2), ElementsAre("04"));
}

TEST_F(AreaNamesTest, AnImportIsSeen) {
  EXPECT_THAT(Find("平凉"), ElementsAre("01", "04"));
  tree_ = TreeOf({"大桥"});
  EXPECT_THAT(Find("平凉"), IsEmpty());
  EXPECT_THAT(Find("大桥"), ElementsAre("01"));
}

}  // namespace
}  // namespace baodao::records
