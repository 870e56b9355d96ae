#include "common/crypto/mask.h"

#include <gtest/gtest.h>

namespace baodao::crypto {
namespace {

TEST(MaskName, ShowsTheFirstCharacterOnly) {
  EXPECT_EQ(MaskName("张三丰"), "张**");
  EXPECT_EQ(MaskName("张三"), "张**");
  EXPECT_EQ(MaskName("欧阳娜娜"), "欧**");
  EXPECT_EQ(MaskName("Maria"), "M**");
  EXPECT_EQ(MaskName("𠮷野"), "𠮷**");
  EXPECT_EQ(MaskName("葛\U000e0100城"), "葛\U000e0100**");  // a form of its own
  EXPECT_EQ(MaskName("葛\U000e0100"), "*");
}

TEST(MaskName, EdgeCases) {
  EXPECT_EQ(MaskName(""), "");
  EXPECT_EQ(MaskName("张"), "*");
  EXPECT_EQ(MaskName("J"), "*");
  EXPECT_EQ(MaskName("\xFF\xFEname"), "*");
  EXPECT_EQ(MaskName("\xE5\xBC"), "*");  // A cut-off character.
}

TEST(MaskPhone, MainlandMobiles) {
  EXPECT_EQ(MaskPhone("13812341234"), "138****1234");
  EXPECT_EQ(MaskPhone("138 1234-1234"), "138****1234");
  EXPECT_EQ(MaskPhone("+8613812341234"), "+86138****1234");
  EXPECT_EQ(MaskPhone("+86 138 1234 1234"), "+86138****1234");
}

TEST(MaskPhone, Landlines) {
  EXPECT_EQ(MaskPhone("021-12345678"), "021-******78");
  EXPECT_EQ(MaskPhone("0571-8765432"), "0571-*****32");
  EXPECT_EQ(MaskPhone("0571-87654321-123"), "0571-******21-***");
  EXPECT_EQ(MaskPhone("4008208820"), "40******20");
  EXPECT_EQ(MaskPhone("12345"), "*****");
}

TEST(MaskPhone, Others) {
  EXPECT_EQ(MaskPhone("+85291234567"), "+85*******67");  // Hong Kong.
  EXPECT_EQ(MaskPhone("02165651234"), "02*******34");    // A landline.
  EXPECT_EQ(MaskPhone("91234567"), "91****67");
  EXPECT_EQ(MaskPhone("1234567"), "12***67");
  EXPECT_EQ(MaskPhone("123456"), "******");
  EXPECT_EQ(MaskPhone("110"), "***");
  EXPECT_EQ(MaskPhone(""), "");
  EXPECT_EQ(MaskPhone("+13105551234"), "+13*******34");  // Not to be taken for a mainland one.
}

TEST(MaskAddress, EndsBeforeTheHouse) {
  EXPECT_EQ(MaskAddress("上海市杨浦区平凉路1234弄5号601室"), "上海市杨浦区平凉路***");
  EXPECT_EQ(MaskAddress("杨浦区长阳路十八弄一号楼"), "杨浦区长阳路***");
  EXPECT_EQ(MaskAddress("平凉路１２３号"), "平凉路***");
}

TEST(MaskAddress, NeverShowsMoreThanHalf) {
  EXPECT_EQ(MaskAddress("老城隍庙门口"), "老城隍***");
  EXPECT_EQ(MaskAddress("5号"), "***");
  EXPECT_EQ(MaskAddress("家"), "***");
  EXPECT_EQ(MaskAddress(""), "");
  EXPECT_EQ(MaskAddress("ab\xFF\xFF\xFF\xFF\xFF\xFF"), "ab***");
}

}  // namespace
}  // namespace baodao::crypto
