#include "common/validate/validate.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "common/status/status.h"
#include "common/testing/matchers.h"
#include "common/testing/rpc_proto_text.h"
#include "common/validate/text.h"

namespace baodao::validate {
namespace {

using baodao::testing::ProtoText;

// Every kind of bound once.
constexpr const char* kProto = R"(
  enum Colour { COLOUR_UNSPECIFIED = 0; COLOUR_RED = 1; }
  message Item {
    string skill = 1 [(baodao.validate.v1.field) = {required: true, format: FORMAT_TAG}];
    string state = 2 [(baodao.validate.v1.field) = {output_only: true}];
    repeated Item parts = 3 [(baodao.validate.v1.field) = {max_items: 2}];
    string note = 4 [(baodao.validate.v1.field) = {format: FORMAT_TEXT, max_length: 9}];
  }
  message Request {
    string title = 1 [(baodao.validate.v1.field) = {required: true, max_length: 4, min_length: 2, format: FORMAT_TEXT}];
    bytes photo = 2 [(baodao.validate.v1.field) = {max_length: 3}];
    int32 slots = 3 [(baodao.validate.v1.field) = {min: 0, max: 100}];
    optional int32 age = 4 [(baodao.validate.v1.field) = {min: 16, max: 120}];
    double latitude = 5 [(baodao.validate.v1.field) = {min: -90, max: 90}];
    Colour colour = 6 [(baodao.validate.v1.field) = {required: true}];
    repeated Item items = 7 [(baodao.validate.v1.field) = {max_items: 3}];
    repeated string tags = 8 [(baodao.validate.v1.field) = {max_items: 30, max_length: 5}];
    google.protobuf.Timestamp when = 9;
    google.protobuf.Duration took = 10 [(baodao.validate.v1.field) = {max: 3600}];
    map<string, string> codes = 11 [(baodao.validate.v1.field) = {max_items: 2, max_length: 4}];
    string id = 12 [(baodao.validate.v1.field) = {format: FORMAT_ID}];
    string state = 13 [(baodao.validate.v1.field) = {output_only: true}];
    Item nested = 14;
    repeated Colour colours = 15 [(baodao.validate.v1.field) = {max_items: 2}];
    uint64 count = 16 [(baodao.validate.v1.field) = {max: 5}];
    string phone = 17 [(baodao.validate.v1.field) = {format: FORMAT_PHONE}];
    google.protobuf.FieldMask mask = 18 [(baodao.validate.v1.field) = {max_items: 3, max_length: 6}];
    google.protobuf.FieldMask narrow = 20 [(baodao.validate.v1.field) = {max_items: 1, max_length: 2}];
    bool flag = 19;
    string name = 21 [(baodao.validate.v1.field) = {max_length: 4, format: FORMAT_LINE}];
    repeated string lines = 22 [(baodao.validate.v1.field) = {max_items: 3, max_length: 5, format: FORMAT_LINE}];
    string contact = 23 [(baodao.validate.v1.field) = {format: FORMAT_CONTACT_PHONE}];
    string token = 24 [(baodao.validate.v1.field) = {format: FORMAT_PAGE_TOKEN}];
    string area = 25 [(baodao.validate.v1.field) = {format: FORMAT_AREA_CODE}];
    string short_area = 26 [(baodao.validate.v1.field) = {format: FORMAT_AREA_CODE, max_length: 6}];
    string long_area = 27 [(baodao.validate.v1.field) = {format: FORMAT_AREA_CODE, max_length: 99}];
  }
)";

constexpr const char* kValid = R"(title: "报到" slots: 0 colour: COLOUR_RED )";

class ValidateTest : public ::testing::Test {
 protected:
  // "path KIND" of each violation, in order, separated by ", ".
  std::string Check(const std::string& text) {
    auto message = proto_.Make("Request", kValid + text);
    return Check(message.get());
  }
  std::string Check(google::protobuf::Message* message) {
    const absl::Status status = Validator(message->GetDescriptor()).Check(message);
    EXPECT_EQ(status.ok(), ViolationsOf(status).empty());
    if (!status.ok()) {
      EXPECT_THAT(status, testing::IsRefusal(Reason::INVALID_ARGUMENT_FIELDS));
    }
    std::string found;
    for (const Violation& violation : ViolationsOf(status)) {
      found +=
          (found.empty() ? "" : ", ") + violation.field + " " + std::string(Name(violation.kind));
    }
    return found;
  }

  ProtoText proto_{kProto};
};

TEST_F(ValidateTest, AValidRequestPasses) {
  EXPECT_EQ(Check(R"(photo: "abc" slots: 100 age: 16 latitude: -90
      items { skill: "first_aid" parts { skill: "cpr" } } tags: "一二三四五"
      when { seconds: 946684800 } took { seconds: 3600 } codes { key: "a" value: "b" }
      id: "tsk_01HF8J00000000000000000000" nested { skill: "x" } colours: COLOUR_RED count: 5
      phone: "13812345678" mask { paths: "title" } flag: true)"),
            "");
}

TEST_F(ValidateTest, LengthsCountCodePoints) {
  EXPECT_EQ(Check(R"(title: "一二三四")"), "");
  EXPECT_EQ(Check(R"(title: "一二三四五")"), "title TOO_LONG");
  EXPECT_EQ(Check(R"(title: "一")"), "title TOO_SHORT");
  EXPECT_EQ(Check(R"(title: "")"), "title REQUIRED");
  EXPECT_EQ(Check(R"(photo: "abcd")"), "photo TOO_LONG");
  EXPECT_EQ(Check(R"(photo: "\377\376")"), "");
}

TEST_F(ValidateTest, NumbersHaveInclusiveBounds) {
  EXPECT_EQ(Check("slots: -1"), "slots OUT_OF_RANGE");
  EXPECT_EQ(Check("slots: 101"), "slots OUT_OF_RANGE");
  EXPECT_EQ(Check("latitude: 90.0001"), "latitude OUT_OF_RANGE");
  EXPECT_EQ(Check("latitude: nan"), "latitude NOT_A_NUMBER");
  EXPECT_EQ(Check("latitude: inf"), "latitude NOT_A_NUMBER");
  EXPECT_EQ(Check("count: 6"), "count ABOVE_MAX");
}

TEST_F(ValidateTest, AnUnsetOptionalNumberIsNotZero) {
  EXPECT_EQ(Check(""), "");
  EXPECT_EQ(Check("age: 0"), "age OUT_OF_RANGE");
}

TEST_F(ValidateTest, EnumsAreNamedValues) {
  EXPECT_EQ(Check("colour: COLOUR_UNSPECIFIED"), "colour REQUIRED");
  auto message = proto_.Make("Request", kValid);
  const auto* colour = message->GetDescriptor()->FindFieldByName("colour");
  message->GetReflection()->SetEnumValue(message.get(), colour, 7);
  EXPECT_EQ(Check(message.get()), "colour UNKNOWN_ENUM");
  EXPECT_EQ(Check("colours: COLOUR_UNSPECIFIED"), "colours[0] UNKNOWN_ENUM");
}

TEST_F(ValidateTest, PathsNameTheElement) {
  EXPECT_EQ(Check(R"(items { skill: "a" } items { skill: "B" } items { skill: "c" parts {} })"),
            "items[1].skill BAD_FORMAT, items[2].parts[0].skill REQUIRED");
  EXPECT_EQ(Check("nested {}"), "nested.skill REQUIRED");
  EXPECT_EQ(Check(R"(tags: "ok" tags: "toolong")"), "tags[1] TOO_LONG");
  EXPECT_EQ(Check(R"(tags: "")"), "tags[0] REQUIRED");
}

TEST_F(ValidateTest, ListsAreBounded) {
  EXPECT_EQ(Check("items {} items {} items {} items {}"), "items TOO_MANY");
  EXPECT_EQ(Check(R"(codes { key: "toolong" value: "b" })"), "codes.key TOO_LONG");
  EXPECT_EQ(Check(R"(codes { key: "k" value: "toolong" })"), "codes.value TOO_LONG");
  // The bounds of a mask once did not count: all masks took 64 paths of 128 characters.
  EXPECT_EQ(Check(R"(mask { paths: "a" paths: "b" paths: "length" })"), "");
  EXPECT_EQ(Check(R"(mask { paths: "a" paths: "b" paths: "c" paths: "d" })"),
            "mask.paths TOO_MANY");
  EXPECT_EQ(Check(R"(mask { paths: "a" paths: "lengthy" })"), "mask.paths[1] TOO_LONG");
  EXPECT_EQ(Check(R"(narrow { paths: "a" paths: "b" })"), "narrow.paths TOO_MANY");
}

TEST_F(ValidateTest, TimesAreOfThisCentury) {
  EXPECT_EQ(Check("when { seconds: 946684799 }"), "when OUT_OF_RANGE");
  EXPECT_EQ(Check("when { seconds: 4102444801 }"), "when OUT_OF_RANGE");
  EXPECT_EQ(Check("when { seconds: 1700000000 nanos: -1 }"), "when NOT_A_NUMBER");
  EXPECT_EQ(Check("took { seconds: -1 }"), "took OUT_OF_RANGE");
  EXPECT_EQ(Check("took { seconds: 3601 }"), "took OUT_OF_RANGE");
  EXPECT_EQ(Check("took { seconds: 1 nanos: -5 }"), "took NOT_A_NUMBER");
}

TEST_F(ValidateTest, FormatsHold) {
  EXPECT_EQ(Check(R"(id: "tsk_01HF8J")"), "id BAD_FORMAT");
  EXPECT_EQ(Check(R"(phone: "12812345678")"), "phone BAD_FORMAT");
  EXPECT_EQ(Check(R"(title: "a\001b")"), "title CONTROL_CHARACTERS");
  EXPECT_EQ(Check(R"(title: "a\nb")"), "");
}

// Every field used to say again how long an id, a token or a code may be.
TEST_F(ValidateTest, AFormatBoundsTheLengthByItself) {
  const auto text = [](const std::string& field, size_t length) {
    return field + ": '" + std::string(length, 'a') + "'";
  };
  EXPECT_EQ(Check(text("id", 32)), "id TOO_LONG");
  EXPECT_EQ(Check(text("token", 512)), "");
  EXPECT_EQ(Check(text("token", 513)), "token TOO_LONG");
  EXPECT_EQ(Check(text("area", 32)), "");
  EXPECT_EQ(Check(text("area", 33)), "area TOO_LONG");
  EXPECT_EQ(Check(text("short_area", 6)), "");
  EXPECT_EQ(Check(text("short_area", 7)), "short_area TOO_LONG");
  EXPECT_EQ(Check(text("long_area", 33)), "long_area TOO_LONG");
  EXPECT_EQ(Check("contact: '" + std::string(33, '1') + "'"), "contact BAD_FORMAT");
}

TEST_F(ValidateTest, RequiredTextShowsSomething) {
  EXPECT_EQ(Check(R"(title: "\u3000\u200b \n")"), "title REQUIRED");
  EXPECT_EQ(Check(R"(title: "\u3164\u2800")"), "title REQUIRED");
  EXPECT_EQ(Check(R"(lines: "a" lines: "\u200b")"), "lines[1] REQUIRED");
  EXPECT_EQ(Check(R"(name: " ")"), "");
}

TEST_F(ValidateTest, AOneLineFieldHasOneLine) {
  EXPECT_EQ(Check(R"(name: "a\nb")"), "name LINE_BREAK");
  EXPECT_EQ(Check(R"(name: "a\342\200\250b")"), "name LINE_BREAK");
  EXPECT_EQ(Check(R"(name: "a\001b")"), "name CONTROL_CHARACTERS");
  EXPECT_EQ(Check(R"(name: "\356\200\200")"), "name CONTROL_CHARACTERS");
}

TEST_F(ValidateTest, TextIsKeptInOneForm) {
  auto message = proto_.Make("Request", std::string(kValid) + R"(title: " e\314\201\303\251\t!\r\n"
      name: "\342\200\256abcd" lines: "\tx" lines: "y" phone: "+86 138-1234-5678"
      contact: "(021) 1234 5678" nested { skill: "a" note: "a\rb" }
      items { skill: "b" parts { skill: "c" note: "\343\200\200d" } })");
  EXPECT_EQ(Check(message.get()), "");
  const auto expected = proto_.Make("Request", std::string(kValid) + R"(title: "\303\251\303\251 !"
      name: "abcd" lines: "x" lines: "y" phone: "13812345678" contact: "021-12345678"
      nested { skill: "a" note: "a\nb" } items { skill: "b" parts { skill: "c" note: "d" } })");
  EXPECT_EQ(message->DebugString(), expected->DebugString());
  EXPECT_EQ(Check(message.get()), "");
  EXPECT_EQ(message->DebugString(), expected->DebugString());
}

TEST_F(ValidateTest, ANumberIsRefusedForItsForm) {
  EXPECT_EQ(Check(R"(phone: "+86 1381234567")"), "phone BAD_FORMAT");
  EXPECT_EQ(Check(R"(phone: "021-12345678")"), "phone BAD_FORMAT");
  EXPECT_EQ(Check(R"(contact: "12345678")"), "contact BAD_FORMAT");
  EXPECT_EQ(Check(R"(contact: "021-12345678-12")"), "");
}

TEST_F(ValidateTest, AllViolationsAreReportedUpToTwenty) {
  EXPECT_EQ(Check(R"(title: "" slots: -1 colour: COLOUR_UNSPECIFIED)"),
            "title REQUIRED, slots OUT_OF_RANGE, colour REQUIRED");
  std::string tags;
  for (int i = 0; i < 30; ++i) tags += "tags: 'toolong' ";
  auto message = proto_.Make("Request", kValid + tags);
  EXPECT_EQ(ViolationsOf(Validator(message->GetDescriptor()).Check(message.get())).size(), 20u);
}

TEST_F(ValidateTest, OutputOnlyFieldsAreClearedWhereverTheyAre) {
  auto message = proto_.Make("Request", std::string(kValid) + R"(state: "forged"
      items { skill: "a" state: "forged" parts { skill: "b" state: "forged" } })");
  EXPECT_EQ(Check(message.get()), "");
  EXPECT_EQ(message->DebugString().find("forged"), std::string::npos) << message->DebugString();
  EXPECT_NE(message->DebugString().find("skill: \"b\""), std::string::npos);
}

TEST(UnboundedFieldsTest, ListsWhatAClientCouldFillWithoutLimit) {
  const ProtoText bounded(kProto);
  EXPECT_TRUE(UnboundedFields(bounded.Type("Request")).empty());
  const ProtoText proto(R"(
    message Inner { string text = 1; int32 half = 2 [(baodao.validate.v1.field) = {min: 0}]; }
    message Open {
      string name = 1 [(baodao.validate.v1.field) = {required: true}];
      repeated bool flags = 2;
      Inner inner = 3;
      map<string, int32> counts = 4 [(baodao.validate.v1.field) = {max_items: 3}];
      string code = 5 [(baodao.validate.v1.field) = {format: FORMAT_AREA_CODE}];
      bytes raw = 6;
      string shown = 7 [(baodao.validate.v1.field) = {output_only: true}];
      google.protobuf.FieldMask mask = 8;
    })");
  EXPECT_EQ(UnboundedFields(proto.Type("Open")),
            (std::vector<std::string>{"name", "flags", "inner.text", "inner.half", "counts.key",
                                      "counts.value", "raw", "mask.paths"}));
}

// Plans are kept by the addresses of types: those of a test that had ended were once taken for
// those of the next, whose types lay there.
TEST(UnboundedFieldsTest, ATypeIsNotTakenForOneThatLayThereBefore) {
  for (int i = 0; i < 50; ++i) {
    const std::string name = "field_" + std::to_string(i);
    const ProtoText proto("message Open { string " + name + " = 1; }");
    EXPECT_EQ(UnboundedFields(proto.Type("Open")), std::vector<std::string>{name});
  }
}

TEST(TextTest, FormatsAcceptAndRefuse) {
  struct Case {
    v1::Format format;
    const char* text;
    bool fits;
  };
  for (const Case& one : {
           Case{v1::FORMAT_AREA_CODE, "310110-a_B", true},
           Case{v1::FORMAT_AREA_CODE, "310110 ", false},
           Case{v1::FORMAT_AREA_CODE, "123456789012345678901234567890123", false},
           Case{v1::FORMAT_REQUEST_ID, "a-B_9", true},
           Case{v1::FORMAT_REQUEST_ID, "a.b", false},
           Case{v1::FORMAT_TAG, "first_aid2", true},
           Case{v1::FORMAT_TAG, "First", false},
           Case{v1::FORMAT_PHONE, "19912345678", true},
           Case{v1::FORMAT_PHONE, "1991234567", false},
           Case{v1::FORMAT_PHONE, "1991234567x", false},
           Case{v1::FORMAT_PAGE_TOKEN, "aGk_-=", true},
           Case{v1::FORMAT_PAGE_TOKEN, "a b", false},
           Case{v1::FORMAT_TEXT, "居民\n楼组 é", true},
           Case{v1::FORMAT_TEXT, "a\tb", false},
           Case{v1::FORMAT_TEXT, "a\x7f", false},
           Case{v1::FORMAT_TEXT, "a\xc2\x85", false},
           Case{v1::FORMAT_TEXT, "\xc2\xa9", true},
       }) {
    EXPECT_EQ(FitsFormat(one.format, one.text), one.fits) << one.format << " " << one.text;
  }
  EXPECT_EQ(CountCodePoints("a报😀"), 3u);
}

}  // namespace
}  // namespace baodao::validate
