// The terms that texts are found by, and those that queries ask for.
#include "common/search/terms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/search/blind_terms.h"

namespace baodao::search {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST(TermsTest, ChineseHasItsCharactersAndTheirPairs) {
  EXPECT_THAT(TermsOf("楼道清理"), ElementsAre("楼", "道", "清", "理", "楼道", "道清", "清理"));
  EXPECT_THAT(TermsOf("理"), ElementsAre("理"));
  // Pairs do not reach across what stands between.
  EXPECT_THAT(TermsOf("楼道，清理"), ElementsAre("楼", "道", "楼道", "清", "理", "清理"));
  EXPECT_THAT(TermsOf("买买买"), ElementsAre("买", "买买")) << "each once";
  // Beyond the basic plane, and kana.
  EXPECT_THAT(TermsOf("𠮷野"), ElementsAre("𠮷", "野", "𠮷野"));
  EXPECT_THAT(TermsOf("カナ"), ElementsAre("カ", "ナ", "カナ"));
}

TEST(TermsTest, WordsAndNumbersStayWhole) {
  EXPECT_THAT(
      TermsOf("AED急救 first-aid 3号楼101室"),
      ElementsAre("aed", "急", "救", "急救", "first", "aid", "3", "号", "楼", "号楼", "101", "室"));
  EXPECT_THAT(TermsOf(std::string(50, 'x')), ElementsAre(std::string(kLongestWord, 'x')));
}

TEST(TermsTest, CaseWidthAndFormMakeNoDifference) {
  EXPECT_EQ(TermsOf("ＡＥＤ１２"), TermsOf("aed12"));
  EXPECT_EQ(TermsOf("Café"), TermsOf("cafe\u0301")) << "composed or not";
  EXPECT_EQ(TermsOf("\u2f00号"), TermsOf("一号")) << "a radical is the character";
  EXPECT_EQ(TermsOf("楼\u200b道"), TermsOf("楼道")) << "what nobody sees";
  EXPECT_EQ(TermsOf("楼\ufe00道"), TermsOf("楼道")) << "a form of a character";
}

TEST(TermsTest, WithoutLettersAndDigitsThereIsNothing) {
  for (const char* text : {"", " ", "？！", "😀", "--", "\xff\xfe"}) {
    EXPECT_THAT(TermsOf(text), IsEmpty()) << text;
    EXPECT_TRUE(AskedBy(text).empty()) << text;
  }
  EXPECT_THAT(TermsOf("楼\xff道"), ElementsAre("楼", "道")) << "bytes that are no text part words";
}

TEST(TermsTest, WordsAreFoundByTheirBeginnings) {
  EXPECT_THAT(PrefixesOf("meet 楼道 101"), ElementsAre("me", "mee", "meet", "10", "101"));
  EXPECT_THAT(PrefixesOf(std::string(50, 'x')), SizeIs(kLongestPrefix - kShortestPrefix + 1));
}

TEST(AskedTest, ChineseIsAskedForByItsPairs) {
  EXPECT_THAT(AskedBy("楼道清理").terms, ElementsAre("楼道", "道清", "清理"));
  EXPECT_THAT(AskedBy("楼").terms, ElementsAre("楼"));
  EXPECT_THAT(AskedBy("楼 道清").terms, ElementsAre("楼", "道清"));
}

TEST(AskedTest, OnlyTheWordAtTheEndMayBeTheBeginningOfAnother) {
  EXPECT_THAT(AskedBy("first aid").terms, ElementsAre("first"));
  EXPECT_EQ(AskedBy("first aid").prefix, "aid");
  EXPECT_THAT(AskedBy("12号").terms, ElementsAre("12", "号"));
  EXPECT_EQ(AskedBy("12号").prefix, "");
  EXPECT_THAT(AskedBy("号1").terms, ElementsAre("号", "1")) << "too short";
  const std::string longer(kLongestPrefix + 1, 'x');
  EXPECT_THAT(AskedBy(longer).terms, ElementsAre(longer)) << "too long";
  EXPECT_EQ(AskedBy("first aid").size(), 2u);
}

// Every part of a text finds it.
TEST(AskedTest, WhateverPartIsAskedForIsFound) {
  const std::u32string text = U"三号楼楼道AED清理";
  const auto utf8 = [](const std::u32string& from) {
    std::string to;
    for (const char32_t c : from) {
      if (c < 0x80) {
        to += static_cast<char>(c);
      } else {
        to += static_cast<char>(0xE0 | (c >> 12));
        to += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
        to += static_cast<char>(0x80 | (c & 0x3F));
      }
    }
    return to;
  };
  const std::vector<std::string> terms = TermsOf(utf8(text));
  const std::vector<std::string> prefixes = PrefixesOf(utf8(text));
  const size_t word = text.find(U'A');
  for (size_t from = 0; from < text.size(); ++from) {
    for (size_t to = from + 1; to <= text.size(); ++to) {
      // A word is found from its beginning on, and to its end where more follows.
      if (from > word && from < word + 3) continue;
      const Asked asked = AskedBy(utf8(text.substr(from, to - from)));
      EXPECT_TRUE(std::ranges::all_of(asked.terms,
                                      [&](const std::string& term) {
                                        const bool part = term == "a";  // too short for a beginning
                                        return part ||
                                               std::ranges::find(terms, term) != terms.end();
                                      }))
          << from << "–" << to;
      if (!asked.prefix.empty()) EXPECT_THAT(prefixes, Contains(asked.prefix));
    }
  }
}

TEST(BlindTermsTest, AQueryFindsWhatTheNameHas) {
  const crypto::KeyRing ring = crypto::KeyRing::Generate();
  const std::vector<std::string> terms = BlindTerms(ring, "欧阳小明", "13800001234");
  const auto finds = [&](const std::string& query) {
    const std::vector<std::string> asked = BlindQuery(ring, query);
    return !asked.empty() && std::ranges::all_of(asked, [&](const std::string& term) {
      return std::ranges::find(terms, term) != terms.end();
    });
  };
  for (const char* query : {"欧阳", "欧", "小明", "阳小", "欧阳小明", "13800001234",
                            "+86 138-0000-1234", "１３８００００１２３４"}) {
    EXPECT_TRUE(finds(query)) << query;
  }
  for (const char* query : {"欧明", "王", "1380000", "13800001235", "？"}) {
    EXPECT_FALSE(finds(query)) << query;
  }
  EXPECT_TRUE(BlindTerms(ring, "", "").empty());
  const std::vector<std::string> alice = BlindTerms(ring, "Alice Li", "");
  EXPECT_EQ(BlindQuery(ring, "ALICE"), std::vector<std::string>{alice[0]});
}

TEST(BlindTermsTest, WithoutTheKeyNothingIsToldByATerm) {
  const crypto::KeyRing ring = crypto::KeyRing::Generate();
  const std::vector<std::string> terms = BlindTerms(ring, "王小明", "13800001234");
  EXPECT_THAT(terms, SizeIs(6));
  EXPECT_THAT(terms, Each(SizeIs(16)));
  EXPECT_NE(terms, BlindTerms(crypto::KeyRing::Generate(), "王小明", "13800001234"));
  EXPECT_THAT(BlindTerms(ring, "13800001234", ""), Not(Contains(terms.back())))
      << "a number in a name is no phone";
}

}  // namespace
}  // namespace baodao::search
