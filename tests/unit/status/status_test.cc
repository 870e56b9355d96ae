#include "common/status/status.h"

#include <absl/strings/ascii.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

#include "common/status/tables.h"

namespace baodao {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

TEST(Refuse, CarriesReasonCodeAndMetadata) {
  const absl::Status status = Refuse(Reason::TASK_NOT_OPEN, {{"state", "CANCELLED"}});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), Reason::TASK_NOT_OPEN);
  EXPECT_TRUE(Is(status, Reason::TASK_NOT_OPEN));
  EXPECT_FALSE(Is(status, Reason::TASK_FULL));
  EXPECT_THAT(MetadataOf(status), ElementsAre(Pair("state", "CANCELLED")));
  EXPECT_EQ(status.message(), "TASK_NOT_OPEN: The task takes nobody in state CANCELLED.");
  EXPECT_FALSE(RetryAfterOf(status).has_value());
}

TEST(Refuse, PlainStatusesAreNoRefusals) {
  for (const absl::Status& status : {absl::OkStatus(), absl::UnavailableError("redis: gone")}) {
    EXPECT_FALSE(IsRefusal(status));
    EXPECT_FALSE(ReasonOf(status).has_value());
    EXPECT_TRUE(MetadataOf(status).empty());
    EXPECT_TRUE(ViolationsOf(status).empty());
  }
}

TEST(Refuse, KeepsRetryDelay) {
  const absl::Status status = RefuseFor(Reason::RATE_LIMITED, std::chrono::milliseconds(1500));
  EXPECT_EQ(RetryAfterOf(status), std::chrono::milliseconds(1500));
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
}

TEST(RefuseFields, KeepsEveryViolation) {
  const std::vector<Violation> violations = {
      {"need.title", ViolationKind::TOO_LONG, {{"max", "100"}}},
      {"need.ends", ViolationKind::MUST_BE_AFTER, {{"field", "need.starts"}}}};
  const absl::Status status = RefuseFields(violations);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), Reason::INVALID_ARGUMENT_FIELDS);
  EXPECT_EQ(ViolationsOf(status), violations);
  EXPECT_EQ(status.message(),
            "INVALID_ARGUMENT_FIELDS: need.title is longer than 100; "
            "need.ends must be after need.starts");
}

TEST(Localise, SpeaksBothLanguages) {
  const absl::Status status = Refuse(Reason::TASK_FULL);
  EXPECT_EQ(Localise(status, Locale::kZh), "任务名额已满");
  EXPECT_EQ(Localise(status, Locale::kEn), "The task has no free slot.");
  const Violation violation{"name", ViolationKind::TOO_LONG, {{"max", "20"}}};
  EXPECT_EQ(Localise(violation, Locale::kZh), "最多 20 个字符");
}

TEST(Localise, HidesTheTextOfFaults) {
  EXPECT_EQ(Localise(absl::InternalError("key {03}x"), Locale::kEn), "Internal error.");
  EXPECT_EQ(Localise(absl::UnavailableError("10.0.0.3 refused"), Locale::kZh),
            "服务暂时不可用，请稍后再试");
}

TEST(Localise, MissingMetadataLeavesNoBraces) {
  EXPECT_THAT(Localise(Refuse(Reason::WRONG_STATE), Locale::kEn), Not(HasSubstr("{")));
  EXPECT_EQ(status_internal::Fill("a {x} b {y", {{"x", "1"}}, Locale::kEn), "a 1 b {y");
  // Values are not filled again: metadata may come from a request.
  EXPECT_EQ(status_internal::Fill("{x}", {{"x", "{y}"}, {"y", "1"}}, Locale::kEn), "{y}");
}

TEST(LocaleOf, FollowsTheHeader) {
  EXPECT_EQ(LocaleOf(""), Locale::kZh);
  EXPECT_EQ(LocaleOf("en"), Locale::kEn);
  EXPECT_EQ(LocaleOf("EN-GB, zh;q=0.9"), Locale::kEn);
  EXPECT_EQ(LocaleOf("en;q=0.5, zh-CN;q=0.8"), Locale::kZh);
  EXPECT_EQ(LocaleOf("fr, de"), Locale::kZh);
  EXPECT_EQ(LocaleOf("fr, en;q=0.1"), Locale::kEn);
  EXPECT_EQ(LocaleOf("en;q=0"), Locale::kZh);
  EXPECT_EQ(LocaleOf("english"), Locale::kZh);
  EXPECT_EQ(LocaleOf(";;,q=,=en"), Locale::kZh);
}

// Both texts of a row name the same values, so that no language says less.
template <class Row>
void ExpectSound(const Row& row) {
  EXPECT_FALSE(row.text[0].empty()) << row.name;
  EXPECT_FALSE(row.text[1].empty()) << row.name;
  EXPECT_TRUE(std::regex_match(std::string(row.name), std::regex("[A-Z][A-Z0-9_]*")));
  for (const auto text : row.text) {
    const std::string filled = status_internal::Fill(text, {}, Locale::kEn);
    EXPECT_EQ(filled.find_first_of("{}"), std::string::npos) << row.name;
  }
}

TEST(Tables, RowsAreSound) {
  std::set<std::string_view> names;
  for (const auto& row : status_internal::Reasons()) {
    ExpectSound(row);
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_NE(row.code, absl::StatusCode::kOk) << row.name;
    EXPECT_NE(row.code, absl::StatusCode::kUnknown) << row.name;
    EXPECT_EQ(ReasonByName(row.name), row.reason);
    EXPECT_EQ(Name(row.reason), row.name);
  }
  for (const auto& row : status_internal::Violations()) ExpectSound(row);
  EXPECT_FALSE(ReasonByName("NO_SUCH_REASON").has_value());
}

bool HasLetters(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return absl::ascii_isalpha(c); });
}

TEST(Tables, ChineseTextsHaveNoEnglishInThem) {
  const auto zh = [](const auto& row) {
    return status_internal::Fill(row.text[static_cast<int>(Locale::kZh)], {}, Locale::kZh);
  };
  for (const auto& row : status_internal::Reasons()) EXPECT_FALSE(HasLetters(zh(row))) << row.name;
  for (const auto& row : status_internal::Violations()) {
    EXPECT_FALSE(HasLetters(zh(row))) << row.name;
  }
  for (const auto& row : status_internal::Terms()) {
    EXPECT_FALSE(HasLetters(zh(row))) << row.key << " " << row.value;
  }
}

TEST(Terms, AreUsedAndSound) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  std::set<std::string_view> named;
  for (const auto& row : status_internal::Terms()) {
    EXPECT_TRUE(seen.emplace(row.key, row.value).second) << row.key << " " << row.value;
    named.insert(row.key);
    for (const auto text : row.text) {
      EXPECT_FALSE(text.empty());
      // A name that names itself would never end.
      EXPECT_EQ(text.find("{" + std::string(row.key) + "}"), std::string_view::npos) << row.value;
    }
  }
  for (const std::string_view key : named) {
    const auto names = [&](const auto& row) {
      return row.text[0].find("{" + std::string(key) + "}") != std::string_view::npos;
    };
    EXPECT_TRUE(std::ranges::any_of(status_internal::Reasons(), names) ||
                std::ranges::any_of(status_internal::Violations(), names))
        << key;
  }
}

TEST(Localise, NamesValuesInTheLanguageOfTheText) {
  EXPECT_EQ(Localise(WrongState("IN_PROGRESS"), Locale::kZh), "当前状态（进行中）不允许此操作");
  EXPECT_EQ(Localise(WrongState("IN_PROGRESS"), Locale::kEn),
            "This is not possible in state IN_PROGRESS.");
  EXPECT_EQ(Localise(NotFound("task", "tsk_1"), Locale::kZh), "没有找到所请求的内容（任务 tsk_1）");
  EXPECT_EQ(Localise(Refuse(Reason::MISSING_SKILL, {{"skill", "first_aid"}}), Locale::kZh),
            "缺少任务要求的技能：急救");
  EXPECT_EQ(Localise(Refuse(Reason::MISSING_SKILL, {{"skill", "juggling"}}), Locale::kZh),
            "缺少任务要求的技能：juggling");
  const Metadata repeated{
      {"line", "4"}, {"problem", "AREA_REPEATED"}, {"area", "310110"}, {"first", "2"}};
  EXPECT_EQ(Localise(Refuse(Reason::IMPORT_INVALID, repeated), Locale::kZh),
            "导入文件有误，第 4 行：区域 310110 已在第 2 行");
  EXPECT_EQ(Localise(Refuse(Reason::IMPORT_INVALID, repeated), Locale::kEn),
            "The import is not valid, line 4: area 310110 is in line 2 already");
}

TEST(CutUtf8, NeverCutsACharacter) {
  EXPECT_EQ(status_internal::CutUtf8("报到", 6), "报到");
  EXPECT_EQ(status_internal::CutUtf8("报到", 5), "报");
  EXPECT_EQ(status_internal::CutUtf8("报到", 2), "");
}

}  // namespace
}  // namespace baodao
