#include "ops/ctl/output.h"

#include <gtest/gtest.h>

#include <sstream>

#include "baodao/dispatch/v1/task.pb.h"

namespace baodao::ctl {
namespace {

TEST(OutputTest, ChineseTakesTwoColumns) {
  EXPECT_EQ(DisplayWidth("abc"), 3);
  EXPECT_EQ(DisplayWidth("杨浦区"), 6);
  EXPECT_EQ(DisplayWidth("A杨，b"), 6);
  EXPECT_EQ(DisplayWidth("é"), 1);
  EXPECT_EQ(DisplayWidth("𠀀"), 2);
  EXPECT_EQ(DisplayWidth("\xff"), 1);
}

TEST(OutputTest, ColumnsAlignWhateverTheScript) {
  Table table({"NAME", "N"});
  table.Add({"杨浦区", "1"});
  table.Add({"abc", "22"});
  EXPECT_EQ(table.Text(),
            "NAME    N\n"
            "杨浦区  1\n"
            "abc     22\n");
}

TEST(OutputTest, LastColumnLeavesNoBlanks) {
  Table table({"A", "B"});
  table.Add({"x", ""});
  EXPECT_EQ(table.Text(), "A  B\nx\n");
}

TEST(OutputTest, WhatOthersWroteCannotForgeARow) {
  Table table({"TITLE", "STATE"});
  table.Add({"买菜\ntsk_2  OPEN", "OPEN"});
  table.Add({"平凉路\u202e21\x1b[2J\u2028", "\u2067\t\u0085"});
  EXPECT_EQ(table.Text(),
            "TITLE                          STATE\n"
            "买菜\\ntsk_2  OPEN              OPEN\n"
            "平凉路\\u202e21\\u001b[2J\\u2028  \\u2067\\t\\u0085\n");
  std::ostringstream stream;
  Output(stream, false).Line("a\r\nb \xff \U000e0041");
  EXPECT_EQ(stream.str(), "a\\r\\nb \\xff \\udb40\\udc41\n");
}

TEST(OutputTest, NamesAndEmojiAreShownAsTheyAre) {
  for (const char* text : {"葛\U000e0100城", "👩🏽\u200d⚕\ufe0f", "é", "\U000323b0"}) {
    EXPECT_EQ(Shown(text), text);
  }
  EXPECT_EQ(DisplayWidth("葛\U000e0100"), 2);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1);
}

TEST(OutputTest, JsonEscapesWhatMisleads) {
  dispatch::v1::Task task;
  task.set_title("a\u202eb\u2066c\x7f\nd");
  std::ostringstream stream;
  Output(stream, true).Show(task);
  EXPECT_EQ(stream.str(), "{\n \"title\": \"a\\u202eb\\u2066c\\u007f\\nd\"\n}\n");
}

TEST(OutputTest, JsonUsesTheNamesOfTheProtos) {
  dispatch::v1::Task task;
  task.set_task_id("tsk_1");
  task.set_slots_max(2);
  const std::string json = ToJson(task);
  EXPECT_NE(json.find("\"task_id\": \"tsk_1\""), std::string::npos) << json;
  EXPECT_NE(json.find("\"slots_max\": 2"), std::string::npos) << json;
}

TEST(OutputTest, TablesAndWordsKeepToJson) {
  std::ostringstream stream;
  Output out(stream, true);
  Table table({"SERVICE", "WHY"});
  out.Show(table);
  EXPECT_EQ(stream.str(), "[]\n");
  table.Add({"inbox", "a \"quote\""});
  EXPECT_EQ(table.Json(), "[\n {\"service\": \"inbox\", \"why\": \"a \\\"quote\\\"\"}\n]");
  stream.str("");
  out.Word("result", "dropped");
  EXPECT_EQ(stream.str(), "{\"result\": \"dropped\"}\n");
  std::ostringstream plain;
  Output(plain, false).Word("result", "dropped");
  EXPECT_EQ(plain.str(), "dropped\n");
}

TEST(OutputTest, TimesAreChinas) {
  EXPECT_EQ(LocalTimeOfSeconds(1'748'822'400), "2025-06-02 08:00");
  EXPECT_EQ(LocalTime(google::protobuf::Timestamp()), "");
}

}  // namespace
}  // namespace baodao::ctl
