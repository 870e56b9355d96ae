#include "common/vocabulary/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/testing/matchers.h"
#include "common/testing/paths.h"
#include "common/testing/temp_dir.h"
#include "common/vocabulary/current.h"

namespace baodao::vocabulary {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using v1::TAG_KIND_CREDENTIAL;
using v1::TAG_KIND_PERSON;
using v1::TAG_KIND_SKILL;
using v1::TAG_KIND_WORK;

constexpr const char* kText = R"(# Two kinds.
[skill]
nursing = {zh = "护理", en = "nursing", parent = "medical"}
medical = {zh = "医疗", en = "medicine"}
wound_care = {zh = "伤口护理", en = "care of wounds", parent = "nursing"}
telegraphy = {zh = "电报", en = "telegraphy", retired = true}

[person]
veteran = {zh = "退役军人", en = "veteran", needs_verification = true}
)";

std::string Fault(const std::string& text) {
  const auto parsed = Vocabulary::Parse(text, "v.toml");
  EXPECT_TRUE(parsed.ok() || absl::IsInvalidArgument(parsed.status())) << parsed.status();
  return std::string(parsed.status().message());
}

TEST(VocabularyTest, HasTheTagsOfItsFileInTheirOrder) {
  const auto all = Vocabulary::Parse(kText, "v.toml");
  ASSERT_THAT(all, testing::IsOk());
  std::vector<std::string> tags;
  for (const Tag& tag : all->tags()) tags.push_back(tag.tag);
  EXPECT_THAT(tags, ElementsAre("nursing", "medical", "wound_care", "telegraphy", "veteran"));
  const Tag* const nursing = all->Find(TAG_KIND_SKILL, "nursing");
  ASSERT_NE(nursing, nullptr);
  EXPECT_THAT(nursing->name, ElementsAre("护理", "nursing"));
  EXPECT_EQ(nursing->parent, "medical");
  EXPECT_FALSE(nursing->retired || nursing->needs_verification);
  EXPECT_TRUE(all->Find(TAG_KIND_SKILL, "telegraphy")->retired);
  EXPECT_TRUE(all->Find(TAG_KIND_PERSON, "veteran")->needs_verification);
  EXPECT_EQ(all->Find(TAG_KIND_WORK, "nursing"), nullptr);
}

TEST(VocabularyTest, NamesWhatItKnowsAndLeavesTheRest) {
  const auto all = Vocabulary::Parse(kText, "v.toml");
  ASSERT_THAT(all, testing::IsOk());
  EXPECT_EQ(all->NameOf(TAG_KIND_SKILL, "nursing", Locale::kZh), "护理");
  EXPECT_EQ(all->NameOf(TAG_KIND_SKILL, "nursing", Locale::kEn), "nursing");
  EXPECT_EQ(all->NameOf(TAG_KIND_SKILL, "juggling", Locale::kZh), "juggling");
}

TEST(VocabularyTest, ATagCoversAllBelowIt) {
  const auto all = Vocabulary::Parse(kText, "v.toml");
  ASSERT_THAT(all, testing::IsOk());
  EXPECT_THAT(all->Subtree(TAG_KIND_SKILL, "medical"),
              ElementsAre("medical", "nursing", "wound_care"));
  EXPECT_THAT(all->Subtree(TAG_KIND_SKILL, "juggling"), ElementsAre("juggling"));
  EXPECT_TRUE(all->Covers(TAG_KIND_SKILL, "medical", "wound_care"));
  EXPECT_FALSE(all->Covers(TAG_KIND_SKILL, "wound_care", "medical"));
}

TEST(VocabularyTest, FindsWhatSomebodyMayHaveMeant) {
  const auto all = Vocabulary::Parse(kText, "v.toml");
  ASSERT_THAT(all, testing::IsOk());
  EXPECT_THAT(all->Near(TAG_KIND_SKILL, "nursng"), ElementsAre("nursing"));
  EXPECT_THAT(all->Near(TAG_KIND_SKILL, "care"), ElementsAre("wound_care"));
  EXPECT_THAT(all->Near(TAG_KIND_SKILL, "telegraph"), IsEmpty());  // retired
  EXPECT_THAT(all->Near(TAG_KIND_PERSON, "nursing"), IsEmpty());
}

TEST(VocabularyTest, AnotherTextIsAnotherVersion) {
  const std::string text = kText;
  EXPECT_EQ(Vocabulary::Parse(text, "a.toml")->version(),
            Vocabulary::Parse(text, "b.toml")->version());
  EXPECT_NE(Vocabulary::Parse(text, "a.toml")->version(),
            Vocabulary::Parse(text + "\n", "a.toml")->version());
}

TEST(VocabularyTest, WhatIsWrongIsNamedWithItsLine) {
  EXPECT_THAT(Fault("[skill]\nx = {zh = \"一\", en = \"x\""), HasSubstr("v.toml:2: "));
  EXPECT_THAT(Fault("\n[skil]\nx = {zh = \"一\", en = \"x\"}"),
              HasSubstr("v.toml:2: skil: not a kind of tags; these are skill, work"));
  EXPECT_THAT(Fault("skill = 1"), HasSubstr("v.toml:1: skill: not a kind"));
  EXPECT_EQ(Fault("[skill]\nFirst = {zh = \"一\", en = \"x\"}"),
            "v.toml:2: skill.First: a tag is a-z, 0-9 and _, at most 48 characters");
  EXPECT_THAT(Fault("[skill]\nx = \"一\""), HasSubstr("v.toml:2: skill.x: expected {zh"));
  EXPECT_EQ(Fault("[skill]\nx = {en = \"x\"}"), "v.toml:2: skill.x: zh is missing");
  EXPECT_EQ(Fault("[skill]\nx = {zh = \"一\"}"), "v.toml:2: skill.x: en is missing");
  EXPECT_THAT(Fault("[skill]\nx = {zh = \"一 \", en = \"x\"}"), HasSubstr("skill.x: zh: expected"));
  EXPECT_THAT(Fault("[skill]\nx = {zh = \"一\\n二\", en = \"x\"}"),
              HasSubstr("skill.x: zh: expected one line"));
  EXPECT_EQ(Fault("[skill]\nx = {zh = \"X 光\", en = \"x\"}"),
            "v.toml:2: skill.x: zh: expected no Latin letters");
  EXPECT_THAT(Fault("[skill]\nx = {zh = \"一\", en = \"x\", name = \"x\"}"),
              HasSubstr("v.toml:2: skill.x: name is not a key; these are zh, en, parent"));
  EXPECT_EQ(Fault("[skill]\nx = {zh = \"一\", en = \"x\", retired = 1}"),
            "v.toml:2: skill.x: retired: expected true or false");
  EXPECT_EQ(Fault("[skill]\nx = {zh = 1, en = \"x\"}"),
            "v.toml:2: skill.x: zh: expected a string in quotes");
  EXPECT_EQ(Fault("[skill]\nx = {zh = \"一\", en = \"x\", needs_verification = true}"),
            "v.toml:2: skill.x: needs_verification is for categories of people only");
  EXPECT_EQ(Fault("[skill]\nx = {zh = \"一\", en = \"x\"}\ny = {zh = \"一\", en = \"y\"}"),
            "v.toml:3: skill.y: another tag is called 一, too");
  EXPECT_THAT(Fault("[skill]\nx = {zh = \"一\", en = \"x\"}\nx = {zh = \"二\", en = \"y\"}"),
              HasSubstr("v.toml:3: "));
  EXPECT_EQ(Fault("[skill]\nx = {zh = \"一\", en = \"x\", parent = \"y\"}"),
            "v.toml:2: skill.x: parent: there is no y of this kind");
  EXPECT_EQ(Fault("[skill]\nx = {zh = \"一\", en = \"x\", parent = \"y\"}\n"
                  "y = {zh = \"二\", en = \"y\", parent = \"x\"}"),
            "v.toml:2: skill.x: parent: it would be above itself");
}

TEST(VocabularyTest, ItIsBounded) {
  std::string text = "[skill]\n";
  for (int i = 0; i <= 1'000; ++i) {
    const std::string number = std::to_string(i);
    text += "t" + number + " = {zh = \"" + number + "\", en = \"" + number + "\"}\n";
  }
  EXPECT_EQ(Fault(text), "v.toml: more than 1000 tags");
}

TEST(CurrentTest, IsTheShippedFileUntilAnotherIsTaken) {
  const auto shipped = Load(testing::SourceFile("ops/data/vocabulary.toml"));
  ASSERT_THAT(shipped, testing::IsOk());
  EXPECT_EQ(Current().version(), shipped->version());
  EXPECT_GT(Current().tags().size(), 100u);
  for (const char* nominated : {"mobile_grid_worker", "caring_merchant", "community_talent"}) {
    const Tag* const tag = Current().Find(TAG_KIND_PERSON, nominated);
    ASSERT_NE(tag, nullptr) << nominated;
    EXPECT_TRUE(tag->needs_verification) << nominated;
  }
  EXPECT_EQ(Current().NameOf(TAG_KIND_CREDENTIAL, "nurse", Locale::kZh), "护士");
}

TEST(CurrentTest, AFileThatCannotBeReadIsNamed) {
  const testing::TempDir dir;
  EXPECT_THAT(std::string(Load(dir.File("none.toml")).status().message()), HasSubstr("none.toml"));
  EXPECT_THAT(std::string(Load(dir.Write("bad.toml", "[skill]\n=")).status().message()),
              HasSubstr("bad.toml:2: "));
}

}  // namespace
}  // namespace baodao::vocabulary
