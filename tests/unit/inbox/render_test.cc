#include "services/inbox/domain/render.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace baodao::inbox {
namespace {

std::string NameOf(const std::string& code) { return code == "310110009" ? "四平路街道" : code; }

v1::NotificationRecord Record(const std::string& kind,
                              const std::map<std::string, std::string>& params) {
  v1::NotificationRecord record;
  record.set_kind(kind);
  for (const auto& [key, value] : params) (*record.mutable_params())[key] = value;
  return record;
}

TEST(Render, SpeaksBothLanguages) {
  // 2025-06-01 00:30 UTC is 08:30 in China.
  const auto record = Record("offer_received", {{"task", "陪诊"},
                                                {"area", "310110009"},
                                                {"start", "1748737800000"},
                                                {"expire", "1748736000000"}});
  const Words zh = Render(record, Locale::kZh, NameOf);
  EXPECT_EQ(zh.title, "收到派单");
  EXPECT_EQ(zh.body, "邀请您参加“陪诊”（四平路街道，6月1日 08:30），请在 6月1日 08:00 前回应。");
  const Words en = Render(record, Locale::kEn, NameOf);
  EXPECT_EQ(en.title, "You have an offer");
  EXPECT_EQ(en.body, "\"陪诊\" in 四平路街道, Jun 1 08:30. Please answer by Jun 1 08:00.");
}

TEST(Render, TheDayIsThatOfChina) {
  // 2025-05-31 16:00 UTC is midnight of June 1st.
  const auto record = Record("task_cancelled", {{"task", "x"}, {"start", "1748707200000"}});
  EXPECT_EQ(Render(record, Locale::kEn, NameOf).body, "\"x\", Jun 1 00:00, was cancelled.");
}

TEST(Render, PartsWithoutTheirParameterAreLeftOut) {
  const auto bare = Record("registration_rejected", {{"area", "310110009"}});
  EXPECT_EQ(Render(bare, Locale::kZh, NameOf).body, "您在四平路街道的报到未通过审核。");
  const auto full =
      Record("registration_rejected", {{"area", "310110009"}, {"comment", "材料不全"}});
  EXPECT_EQ(Render(full, Locale::kZh, NameOf).body,
            "您在四平路街道的报到未通过审核。原因：材料不全");
}

TEST(Render, MinutesReadAsHours) {
  const auto body = [](const std::string& minutes) {
    return Render(Record("hours_reversed", {{"task", "x"}, {"minutes", minutes}}), Locale::kEn,
                  NameOf)
        .body;
  };
  EXPECT_EQ(body("45"), "45 min for \"x\" were reversed.");
  EXPECT_EQ(body("60"), "1 h for \"x\" were reversed.");
  EXPECT_EQ(body("135"), "2 h 15 min for \"x\" were reversed.");
  EXPECT_EQ(body("0"), "0 min for \"x\" were reversed.");
}

TEST(Render, TextInParametersIsNotATemplate) {
  const auto record = Record("need_accepted", {{"need", "[{task}]"}});
  EXPECT_EQ(Render(record, Locale::kEn, NameOf).body,
            "\"[{task}]\" is accepted and being arranged.");
}

TEST(Render, AnUnknownKindIsShownAsItself) {
  const Words words = Render(Record("from_the_future", {}), Locale::kZh, NameOf);
  EXPECT_EQ(words.title, "from_the_future");
}

TEST(Render, CodesReadAsWords) {
  const auto lost =
      Record("task_standing_lost",
             {{"task", "陪诊"}, {"start", "1748737800000"}, {"cause", "not_registered"}});
  EXPECT_EQ(Render(lost, Locale::kZh, NameOf).body,
            "您报名的“陪诊”（6月1日 08:30）已为您取消，不用到场。原因：报到已暂停或已结束。"
            "如有疑问请联系社区。");
  const auto granted =
      Record("credential_granted",
             {{"credential", "nurse"}, {"area", "310110009"}, {"until", "1780272000000"}});
  EXPECT_EQ(Render(granted, Locale::kZh, NameOf).body,
            "您的资质“护士”已由四平路街道登记，有效期至 2026年6月1日。");
  EXPECT_EQ(Render(granted, Locale::kEn, NameOf).body,
            "四平路街道 has put your credential on record: nurse, valid until Jun 1, 2026.");
  const auto odd = Record("credential_revoked", {{"credential", "beekeeper"}});
  EXPECT_EQ(Render(odd, Locale::kEn, NameOf).body, "Your credential was revoked: beekeeper.");
}

TEST(Texts, EveryKindHasWordsInBothLanguagesAndBalancedMarks) {
  std::set<std::string_view> seen;
  for (const std::string_view kind : Kinds()) {
    EXPECT_TRUE(seen.insert(kind).second) << kind;
    for (const Locale locale : {Locale::kZh, Locale::kEn}) {
      const auto record = Record(std::string(kind), {{"task", "T"},
                                                     {"need", "N"},
                                                     {"project", "P"},
                                                     {"area", "A"},
                                                     {"start", "0"},
                                                     {"expire", "0"},
                                                     {"minutes", "60"},
                                                     {"rating", "5"},
                                                     {"number", "1"},
                                                     {"accepted", "1"},
                                                     {"slots", "2"},
                                                     {"wanted", "2"},
                                                     {"comment", "C"},
                                                     {"reason", "R"},
                                                     {"note", "O"},
                                                     {"until", "0"},
                                                     {"cause", "not_registered"},
                                                     {"credential", "nurse"},
                                                     {"role", "coordinator"}});
      const Words words = Render(record, locale, NameOf);
      EXPECT_FALSE(words.title.empty()) << kind;
      EXPECT_FALSE(words.body.empty()) << kind;
      EXPECT_EQ(words.body.find_first_of("{}[]"), std::string::npos) << words.body;
    }
  }
}

}  // namespace
}  // namespace baodao::inbox
