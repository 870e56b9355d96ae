#include "common/log/log.h"

#include <absl/strings/string_view.h>
#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <limits>

#include "common/log/line.h"

namespace baodao::log {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Time kTime{std::chrono::milliseconds(1'748'736'000'007)};

std::string Json(std::string_view event, Fields fields, std::string_view trace = {}) {
  return Line(kTime, Level::kInfo, "dispatch", event, fields, trace).Json();
}

std::string Text(std::string_view event, Fields fields, std::string_view trace = {}) {
  return Line(kTime, Level::kWarn, "dispatch", event, fields, trace).Text();
}

// The line read back by another JSON implementation.
google::protobuf::Struct Parse(const std::string& json) {
  google::protobuf::Struct object;
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, &object);
  EXPECT_TRUE(parsed.ok()) << json;
  return object;
}

TEST(Line, Json) {
  const std::string id = "tsk_1";
  EXPECT_EQ(Json("task.claimed", {{"task", id}, {"slots", 3}, {"late", false}, {"km", 1.5}},
                 "0af7651916cd43dd8448eb211c80319c"),
            R"({"time":"2025-06-01T00:00:00.007Z","level":"info","service":"dispatch",)"
            R"("event":"task.claimed","trace":"0af7651916cd43dd8448eb211c80319c",)"
            R"("task":"tsk_1","slots":3,"late":false,"km":1.5})");
}

TEST(Line, Text) {
  EXPECT_EQ(Text("task.claimed", {{"task", "tsk_1"}, {"why", "two words"}, {"n", -1}}, "abc"),
            "00:00:00.007 WARN  dispatch     task.claimed task=tsk_1 why=\"two words\" n=-1 "
            "trace=abc");
}

TEST(Line, AnyTextIsOneValidLine) {
  const std::string nasty[] = {"\"quoted\"",
                               "back\\slash",
                               "line\nbreak\r\ttab",
                               std::string("zero\0byte", 9),
                               "\x1b[31mred\x7f",
                               "报到 🏠",
                               "bad \xFF\xC0\xAF\xED\xA0\x80 bytes",
                               "cut \xE6\x8A"};
  for (const std::string& text : nasty) {
    const std::string json = Json("event", {{"value", text}});
    EXPECT_EQ(json.find_first_of("\n\r"), std::string::npos);
    EXPECT_EQ(json.find('\x1b'), std::string::npos);
    const auto object = Parse(json);
    if (text.find('\xFF') == text.npos && text.find("cut") == text.npos) {
      EXPECT_EQ(object.fields().at("value").string_value(), text);
    } else {
      EXPECT_THAT(object.fields().at("value").string_value(), HasSubstr("\xEF\xBF\xBD"));
    }
    const std::string line = Text(text, {{"value", text}});
    EXPECT_EQ(line.find_first_of("\n\r\x1b"), std::string::npos);
  }
}

TEST(Line, NumbersJsonCannotSay) {
  const auto object = Parse(Json("e", {{"a", std::numeric_limits<double>::quiet_NaN()},
                                       {"b", std::numeric_limits<double>::infinity()}}));
  EXPECT_EQ(object.fields().at("a").string_value(), "nan");
  EXPECT_EQ(object.fields().at("b").string_value(), "inf");
}

TEST(Line, LongValuesAreCut) {
  EXPECT_LT(Json("e", {{"v", std::string(1 << 20, 'x')}}).size(), 9000u);
}

TEST(Line, SecretsAreHidden) {
  for (const char* key : {"token", "refresh_token", "Authorization", "redis_password", "phone"}) {
    EXPECT_THAT(Json("e", {{key, "s3cret"}}), Not(HasSubstr("s3cret"))) << key;
    EXPECT_THAT(Text("e", {{key, "s3cret"}}), Not(HasSubstr("s3cret"))) << key;
  }
  EXPECT_THAT(Json("e", {{"message", "got eyJhbGciOiJFZERTQSJ9.eyJz.x"}}),
              Not(HasSubstr("eyJhbG")));
  EXPECT_THAT(Json("e", {{"message", "header: Bearer abc"}}), Not(HasSubstr("abc")));
  EXPECT_THAT(Json("e", {{"message", "keyJ without"}}), HasSubstr("keyJ without"));
}

class LogTest : public ::testing::Test {
 protected:
  LogTest() {
    SetSink([this](std::string_view line) { lines_.emplace_back(line); });
  }
  ~LogTest() override {
    SetSink(nullptr);
    Init({});
  }
  std::vector<std::string> lines_;
};

TEST_F(LogTest, LevelsAndFormats) {
  Init({Level::kWarn, Format::kText, "inbox"});
  Info("hidden");
  Warn("shown", {{"status", absl::NotFoundError("gone")}});
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_THAT(lines_[0], HasSubstr("shown status=\"NOT_FOUND: gone\""));
  Init({Level::kDebug, Format::kJson, "inbox"});
  Debug("now", {{"view", absl::string_view("v")}}, "t1");
  const auto object = Parse(lines_.at(1));
  EXPECT_EQ(object.fields().at("service").string_value(), "inbox");
  EXPECT_EQ(object.fields().at("view").string_value(), "v");
  EXPECT_EQ(object.fields().at("trace").string_value(), "t1");
}

TEST(Names, Parse) {
  EXPECT_EQ(LevelByName("debug"), Level::kDebug);
  EXPECT_EQ(LevelByName("error"), Level::kError);
  EXPECT_EQ(LevelByName("?"), Level::kInfo);
  EXPECT_EQ(FormatByName("text"), Format::kText);
  EXPECT_EQ(FormatByName("?"), Format::kJson);
}

}  // namespace
}  // namespace baodao::log
