#include "services/inbox/domain/render.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "services/inbox/domain/kinds.h"

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
  EXPECT_EQ(Render(record, Locale::kEn, NameOf).body,
            "\"x\", Jun 1 00:00, was cancelled; you need not come.");
}

TEST(Render, NamesWhatElseIsNearWhereThereIsAnything) {
  v1::NotificationRecord record =
      Record("task_filled", {{"task", "陪诊"}, {"start", "1748737800000"}});
  EXPECT_EQ(Render(record, Locale::kZh, NameOf).body,
            "“陪诊”（6月1日 08:30）人手已够，不用再回应，谢谢您。");
  const auto add = [&](const std::string& title, double distance_m) {
    dispatch::v1::NearbyTask& task = *record.add_nearby_tasks();
    task.set_title(title);
    task.mutable_window()->mutable_start()->set_seconds(1'748'737'800);
    task.set_distance_m(distance_m);
  };
  add("理发", 12);
  EXPECT_EQ(Render(record, Locale::kZh, NameOf).body,
            "“陪诊”（6月1日 08:30）人手已够，不用再回应，谢谢您。"
            "附近还可以报名：“理发”（6月1日 08:30，约 100 米）。");
  add("{nearby}", 651);
  EXPECT_TRUE(Render(record, Locale::kZh, NameOf)
                  .body.ends_with("约 100 米）、“{nearby}”（6月1日 08:30，约 700 米）。"));
  EXPECT_TRUE(Render(record, Locale::kEn, NameOf)
                  .body.ends_with("Near it you could take: \"理发\" (Jun 1 08:30, about 100 m), "
                                  "\"{nearby}\" (Jun 1 08:30, about 700 m)."));
}

TEST(Render, ADeletionThatIsPutOffNamesWhatIsOpen) {
  const auto body = [](const std::string& obligations, Locale locale) {
    const auto record = Record("account_deletion_requested",
                               {{"expire", "1748736000000"}, {"obligations", obligations}});
    return Render(record, locale, NameOf).body;
  };
  EXPECT_EQ(body("", Locale::kZh).find("推迟"), std::string::npos);
  EXPECT_NE(body("task,need", Locale::kZh)
                .find("因尚有已接的任务、未办结的需求，注销已推迟，处理完毕后才能注销。"),
            std::string::npos);
  EXPECT_NE(body("task,from_the_future", Locale::kZh).find("已接的任务、其他未了结的事项"),
            std::string::npos);
  EXPECT_NE(body("booking", Locale::kEn).find("something is open still: a booking."),
            std::string::npos);
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

TEST(Render, SaysWhatASurvivorOfManyStandsFor) {
  v1::NotificationRecord record =
      Record("task_claimed", {{"task", "x"}, {"accepted", "7"}, {"slots", "9"}});
  const std::string one = Render(record, Locale::kEn, NameOf).body;
  record.set_times(12);
  EXPECT_EQ(Render(record, Locale::kEn, NameOf).body, one + " (The latest of 12 like it.)");
  EXPECT_TRUE(Render(record, Locale::kZh, NameOf).body.ends_with("（同类消息共 12 条，此为最新）"));
}

TEST(Render, CausesAreSaidInWordsAndKeepWhoIsKeptApartToThemselves) {
  const auto body = [](const std::string& cause, Locale locale) {
    const auto record = Record("standing_lost", {{"task", "x"}, {"start", "0"}, {"cause", cause}});
    return Render(record, locale, NameOf).body;
  };
  EXPECT_EQ(body("END_CAUSE_MISSING_CREDENTIAL", Locale::kEn),
            "You are off \"x\", Jan 1 08:00, and need not come: a credential is no longer valid.");
  EXPECT_EQ(body("END_CAUSE_KEPT_APART", Locale::kZh),
            "因不再符合要求，您不再参加“x”（1月1日 08:00），不用到场。");
}

// The names once were others than those of the refusals and the matches.
TEST(Render, CredentialsHaveTheNamesTheyHaveEverywhere) {
  const auto body = [](const std::string& kind, Locale locale) {
    return Render(Record("credential_granted", {{"credential", kind}}), locale, NameOf).body;
  };
  EXPECT_EQ(body("accountant", Locale::kZh), "您的资质“会计师”已登记。");
  EXPECT_EQ(body("doctor", Locale::kZh), "您的资质“医师”已登记。");
  EXPECT_EQ(body("first_aider", Locale::kEn), "Your credential \"first aider\" is on record.");
  EXPECT_EQ(body("beekeeper", Locale::kZh), "您的资质“beekeeper”已登记。");
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

// A kind is stored by its name, and answered as the value of that name.
TEST(Texts, EveryTextIsAKindOfTheApiAndTheReverse) {
  std::set<int> named;
  for (const std::string_view kind : Kinds()) {
    const v1::NotificationKind value = KindNamed(kind);
    EXPECT_NE(value, v1::NOTIFICATION_KIND_UNSPECIFIED) << kind;
    named.insert(value);
  }
  EXPECT_EQ(static_cast<int>(named.size()), v1::NotificationKind_descriptor()->value_count() - 1);
  EXPECT_EQ(KindNamed("from_the_future"), v1::NOTIFICATION_KIND_UNSPECIFIED);
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
                                                     {"resource", "S"},
                                                     {"credential", "K"},
                                                     {"cause", "END_CAUSE_MISSING_SKILL"},
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
