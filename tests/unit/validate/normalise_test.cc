#include "common/validate/normalise.h"

#include <gtest/gtest.h>

#include <string>

#include "common/validate/text.h"

namespace baodao::validate {
namespace {

std::string Line(std::string text) {
  Normalise(v1::FORMAT_LINE, 100, &text);
  return text;
}
std::string Text(std::string text) {
  Normalise(v1::FORMAT_TEXT, 100, &text);
  return text;
}

TEST(NormaliseTest, PlainTextStaysAsItIs) {
  for (const char* text :
       {"楼道清理", "Help with 3 bags, please!", "买药（两盒）：阿司匹林；速来！",
        "明天、后天。“好”", "é", "😀 帮忙", "𠮷野家", "㐂", "안녕"}) {
    EXPECT_EQ(Line(text), text);
    EXPECT_TRUE(FitsFormat(v1::FORMAT_LINE, text)) << text;
  }
}

// Blanks of every width, and what looks like one.
TEST(NormaliseTest, NothingVisibleIsNothing) {
  for (const char* text : {"", " ", "   \t ", "\u3000", "\u00a0", "\u200b", "\u3164", "\u2800",
                           "\u115f\u1160\uffa0", "\ufeff", "\u00ad", "\u2060\u200d", "\n\r\n",
                           "\u2028", "\u202e\u202c", "\ufe0f", "\u0301", "\U000e0041", "\ufffc"}) {
    EXPECT_EQ(Line(text), "") << testing::PrintToString(std::string(text));
    EXPECT_EQ(Text(text), "");
  }
}

TEST(NormaliseTest, BlanksAtTheEndsGo) {
  EXPECT_EQ(Line(" \u3000买菜\u200b \n"), "买菜");
  EXPECT_EQ(Line("买\u3000菜 两斤"), "买\u3000菜 两斤");
}

TEST(NormaliseTest, WhatNobodySeesGoes) {
  EXPECT_EQ(Line("平凉路\u202e12号\u202c"), "平凉路12号");
  EXPECT_EQ(Line("a\u2066b\u2069c\u200e\u200f\u061c"), "abc");
  EXPECT_EQ(Line("张\u200b三\ufeff丰"), "张三丰");
  EXPECT_EQ(Line("a\u3164b"), "ab");
}

TEST(NormaliseTest, LinesEndOneWay) {
  EXPECT_EQ(Text("一\r\n二\r三\n四\u2028五\u2029六"), "一\n二\n三\n四\n五\n六");
  EXPECT_EQ(Text("姓名\t电话"), "姓名 电话");
  EXPECT_TRUE(FitsFormat(v1::FORMAT_TEXT, "一\n二"));
  EXPECT_FALSE(FitsFormat(v1::FORMAT_LINE, "一\n二"));
  EXPECT_FALSE(FitsFormat(v1::FORMAT_LINE, Line("一\u2028二")));
}

TEST(NormaliseTest, ComposedAndDecomposedAreOne) {
  EXPECT_EQ(Line("e\u0301"), "\u00e9");
  EXPECT_EQ(Line("\u1112\u1161\u11ab"), "\ud55c");
  std::string text = "e\u0301e\u0301";
  Normalise(v1::FORMAT_LINE, 2, &text);
  EXPECT_EQ(text, "\u00e9\u00e9");
  // Too long whatever comes of it: refused for that, and not worth composing.
  text = "e\u0301e\u0301";
  Normalise(v1::FORMAT_LINE, 1, &text);
  EXPECT_EQ(text, "e\u0301e\u0301");
}

TEST(NormaliseTest, JoinersAndSelectorsStayWhereTheyShape) {
  for (const char* text : {
           "👨\u200d👩\u200d👧\u200d👦",    // a family
           "👩🏽\u200d⚕\ufe0f",   // a doctor, with a colour of skin
           "❤\ufe0f", "1\ufe0f\u20e3",  // a heart, a keycap
           "葛\U000e0100", "辻\ufe00",  // forms of an ideograph
           "ᠮᠣ\u180bᠩ\u180eᠠ",          // Mongolian
           "می\u200cخواهم",             // letters kept from joining
           "क्\u200dष",                  // after a virama
       }) {
    EXPECT_EQ(Line(text), text);
    EXPECT_TRUE(FitsFormat(v1::FORMAT_LINE, text)) << text;
  }
  EXPECT_EQ(Line("买\u200d菜"), "买菜");
  EXPECT_EQ(Line("👩\u200d"), "👩");
  EXPECT_EQ(Line("\ufe0f买\ufe0f\ufe0f菜"), "买\ufe0f菜");
  EXPECT_EQ(Line("买 \U000e0100菜"), "买 菜");
}

TEST(NormaliseTest, RareIdeographsAndNewEmojiAreText) {
  // Extensions B and G; I and room of plane 3, which this ICU may not know yet; an emoji not yet
  // given out.
  for (const char* text : {"\U00020bb7", "\U00030edd", "\U0002ebf0", "\U000323b0", "\U0001faff"}) {
    EXPECT_EQ(Line(text), text);
    EXPECT_TRUE(FitsFormat(v1::FORMAT_LINE, text)) << testing::PrintToString(std::string(text));
  }
}

TEST(NormaliseTest, WhatNobodyCanReadIsRefused) {
  for (const char* text : {"a\x07", "a\x1b[31m", "a\x7f", "a\u0085b", "a\u000bb", "\ue000",
                           "\U000f0000", "\u0378", "\ufdd0", "\uffff", "\U0002ffff"}) {
    EXPECT_FALSE(FitsFormat(v1::FORMAT_TEXT, Text(text)))
        << testing::PrintToString(std::string(text));
  }
  EXPECT_FALSE(FitsFormat(v1::FORMAT_TEXT, "\xed\xa0\x80"));  // half of a pair
}

TEST(NormaliseTest, ASecondTimeChangesNothing) {
  for (const char* text :
       {"\u200b e\u0301\u200d\ufe0f \u202ea\r\r\n", "👩\u200d\u200d👩", "\u0301\u0301a",
        "a\u200d\u3000", "\u2001a\u2001b", "神\U000e0100", "\u0958\u093c", "ᠮ\u180e\u180e"}) {
    const std::string once = Text(text);
    EXPECT_EQ(Text(once), once) << testing::PrintToString(std::string(text));
  }
}

TEST(NormaliseTest, PlainIsACheapLook) {
  EXPECT_TRUE(IsPlain(v1::FORMAT_LINE, "请带 2 袋米，谢谢！"));
  EXPECT_TRUE(IsPlain(v1::FORMAT_TEXT, "一\n二"));
  EXPECT_FALSE(IsPlain(v1::FORMAT_LINE, "一\n二"));
  EXPECT_FALSE(IsPlain(v1::FORMAT_TEXT, " 一"));
  EXPECT_FALSE(IsPlain(v1::FORMAT_TEXT, "一 "));
  EXPECT_FALSE(IsPlain(v1::FORMAT_TEXT, "a\tb"));
  EXPECT_FALSE(IsPlain(v1::FORMAT_TEXT, "e\u0301"));
  EXPECT_FALSE(IsPlain(v1::FORMAT_TEXT, "か\u3099"));
  EXPECT_FALSE(IsPlain(v1::FORMAT_TEXT, "\u302a"));
  EXPECT_FALSE(IsPlain(v1::FORMAT_TEXT, "\xe4"));
}

}  // namespace
}  // namespace baodao::validate
