#include "services/registration/domain/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/status/status.h"
#include "common/testing/matchers.h"

namespace baodao::registration {
namespace {

using ::testing::ElementsAre;

std::vector<CsvRow> Rows(std::string_view text) {
  auto rows = ParseCsv(text);
  EXPECT_THAT(rows, testing::IsOk());
  return rows.ok() ? *std::move(rows) : std::vector<CsvRow>();
}

TEST(Csv, ReadsPlainLines) {
  const auto rows = Rows("a,b\nc,\n");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_THAT(rows[0].fields, ElementsAre("a", "b"));
  EXPECT_THAT(rows[1].fields, ElementsAre("c", ""));
  EXPECT_EQ(rows[1].line, 2);
}

TEST(Csv, SkipsByteOrderMarkAndTakesCrlf) {
  const auto rows = Rows(
      "\xEF\xBB\xBF"
      "a,b\r\nc,d\r\n");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_THAT(rows[0].fields, ElementsAre("a", "b"));
  EXPECT_THAT(rows[1].fields, ElementsAre("c", "d"));
}

TEST(Csv, LastLineNeedsNoEnd) {
  EXPECT_THAT(Rows("a,b\nc,d")[1].fields, ElementsAre("c", "d"));
  EXPECT_THAT(Rows("a,\"d\"")[0].fields, ElementsAre("a", "d"));
}

TEST(Csv, QuotedFieldsHoldAnything) {
  const auto rows = Rows("\"a,b\",\"say \"\"hi\"\"\",\"\"\n\"two\nlines\",x\nlast,y\n");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_THAT(rows[0].fields, ElementsAre("a,b", "say \"hi\"", ""));
  EXPECT_THAT(rows[1].fields, ElementsAre("two\nlines", "x"));
  EXPECT_EQ(rows[1].line, 2);
  EXPECT_EQ(rows[2].line, 4);
}

TEST(Csv, LeavesEmptyLinesOutButCountsThem) {
  const auto rows = Rows("a\n\n\r\nb\n");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].line, 4);
  EXPECT_TRUE(Rows("").empty());
  EXPECT_TRUE(Rows("\n\n").empty());
}

TEST(Csv, TakesWhatExcelLeavesBehind) {
  const auto rows = Rows(" a ,\tb\u3000\n,,\n\"c \" , \" d\"\t\n \u3000,\u200b\nlast,\"\"\n");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_THAT(rows[0].fields, ElementsAre("a", "b"));
  EXPECT_THAT(rows[1].fields, ElementsAre("c", "d"));
  EXPECT_EQ(rows[1].line, 3);
  EXPECT_THAT(rows[2].fields, ElementsAre("last", ""));
  EXPECT_EQ(rows[2].line, 5);
}

TEST(Csv, ACarriageReturnAloneEndsALine) {
  const auto rows = Rows("a,b\rc,d\r\re,f\r");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_THAT(rows[1].fields, ElementsAre("c", "d"));
  EXPECT_EQ(rows[2].line, 4);
}

TEST(Csv, ReadsGb18030) {
  // 杨浦区,平凉路 and, in four bytes, 㐂 (U+3402).
  const auto rows =
      Rows("\xd1\xee\xc6\xd6\xc7\xf8,\xc6\xbd\xc1\xb9\xc2\xb7\r\n\x81\x39\xef\x31,x\r\n");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_THAT(rows[0].fields, ElementsAre("杨浦区", "平凉路"));
  EXPECT_THAT(rows[1].fields, ElementsAre("\u3402", "x"));
}

struct Bad {
  std::string text;
  std::string line;
};

class BadCsv : public ::testing::TestWithParam<Bad> {};

TEST_P(BadCsv, NamesTheLine) {
  const absl::Status status = ParseCsv(GetParam().text).status();
  EXPECT_THAT(status, testing::IsRefusal(Reason::IMPORT_INVALID)) << status;
  EXPECT_EQ(MetadataOf(status)["line"], GetParam().line);
}

INSTANTIATE_TEST_SUITE_P(All, BadCsv,
                         ::testing::Values(Bad{"a\nb,\"never closed\nmore\n", "2"},
                                           Bad{"a\n\"x\"y\n", "2"}, Bad{"a\nb\nc\"d\n", "3"},
                                           Bad{"a\n\xff\n", "2"}, Bad{"a\n \"b\" c\n", "2"},
                                           // Damaged UTF-8, though GB18030 would read something.
                                           Bad{"上海\n\xe6\x9d,市\n", "2"},
                                           Bad{"\xed\xa0\x80", "1"},
                                           Bad{std::string("a\n\0", 3), "2"}));

}  // namespace
}  // namespace baodao::registration
