#include <gtest/gtest.h>

#include <string>

#include "common/testing/rpc_proto_text.h"
#include "common/validate/validate.h"

namespace baodao::validate {
namespace {

constexpr const char* kProto = R"(
  message Part {
    string name = 1 [(baodao.validate.v1.field) = {max_length: 100}];
    google.protobuf.Timestamp when = 2;
    string state = 3 [(baodao.validate.v1.field) = {output_only: true}];
  }
  message Bounded {
    bytes file = 1 [(baodao.validate.v1.field) = {max_length: 50000}];
    repeated Part parts = 2 [(baodao.validate.v1.field) = {max_items: 20}];
    map<string, string> codes = 3 [(baodao.validate.v1.field) = {max_items: 3, max_length: 10}];
    repeated int64 numbers = 4 [(baodao.validate.v1.field) = {max_items: 10}];
    bool flag = 5;
  }
  message Open { repeated Part parts = 1; }
  message Nested { Nested inner = 1; }
)";

std::string Times(int count, const std::string& text) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

TEST(LargestSize, HoldsWhatTheBoundsAdmitAndLittleMore) {
  const testing::ProtoText proto(kProto);
  const std::string name = Times(100, "𠮷");  // four bytes each
  const std::string part =
      "parts { name: '" + name + "' when { seconds: 4102444799 nanos: 999999999 } } ";
  const auto full = proto.Make(
      "Bounded", "file: '" + std::string(50'000, 'x') + "' " + Times(20, part) +
                     "codes { key: '甲乙丙丁戊己庚辛壬癸' value: '甲乙丙丁戊己庚辛壬癸' } "
                     "flag: true " +
                     Times(10, "numbers: -1 "));
  const std::size_t largest = LargestSize(proto.Type("Bounded"));
  EXPECT_GE(largest, full->ByteSizeLong());
  EXPECT_LT(largest, full->ByteSizeLong() + 8'000);
}

TEST(LargestSize, WhatHasNoBoundHasNone) {
  const testing::ProtoText proto(kProto);
  EXPECT_EQ(LargestSize(proto.Type("Open")), kUnboundedSize);
  EXPECT_EQ(LargestSize(proto.Type("Nested")), kUnboundedSize);
}

}  // namespace
}  // namespace baodao::validate
