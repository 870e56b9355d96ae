#include "common/validate/phone.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace baodao::validate {
namespace {

std::string Mobile(const char* text) { return CanonicalMobile(text).value_or("refused"); }
std::string Contact(const char* text) { return CanonicalContact(text).value_or("refused"); }

TEST(PhoneTest, AMobileNumberHowEverItIsWritten) {
  for (const char* text :
       {"13812345678", "138 1234 5678", "138-1234-5678", "+8613812345678", "+86 138 1234 5678",
        "(+86) 138-1234-5678", "008613812345678", "8613812345678", "１３８１２３４５６７８",
        "＋８６ １３８ １２３４ ５６７８", "\u202d138 1234 5678\u202c", "138\u20111234\u20115678",
        "138\u3000１２３４－5678", "138.1234.5678"}) {
    EXPECT_EQ(Mobile(text), "13812345678") << text;
    EXPECT_EQ(Contact(text), "13812345678") << text;
  }
}

TEST(PhoneTest, NoMobileNumber) {
  for (const char* text : {"", " ", "+86", "1381234567", "138123456789", "12812345678",
                           "+1 13812345678", "13812345678 转 1", "1381234567x", "手机 13812345678",
                           "021-12345678", "86138123456789", "138+12345678", "٠١٢٣٤٥٦٧٨٩٠"}) {
    EXPECT_EQ(Mobile(text), "refused") << text;
  }
}

TEST(PhoneTest, Landlines) {
  const std::pair<const char*, const char*> kNumbers[] = {
      {"021-12345678", "021-12345678"},
      {"02112345678", "021-12345678"},
      {"(021) 1234 5678", "021-12345678"},
      {"（０２１）１２３４－５６７８", "021-12345678"},
      {"+86 21 1234 5678", "021-12345678"},
      {"+86 (0)21 12345678", "021-12345678"},
      {"0086-21-12345678", "021-12345678"},
      {"+86 10 6552 9988", "010-65529988"},
      {"010-65529988", "010-65529988"},
      {"0571-87654321", "0571-87654321"},
      {"0571 8765432", "0571-8765432"},
      {"05718765432", "0571-8765432"},
      {"+86 571 8765 4321", "0571-87654321"},
      {"021-12345678-123", "021-12345678-123"},
      {"021-12345678转123", "021-12345678-123"},
      {"(0571) 8765 4321 转 分机 12", "0571-87654321-12"},
      {"0571-8765432-8", "0571-8765432-8"},
      {"021 12345678 ext. 9", "021-12345678-9"},
      {"02112345678#601", "021-12345678-601"},
  };
  for (const auto& [written, kept] : kNumbers) {
    EXPECT_EQ(Contact(written), kept) << written;
    EXPECT_EQ(Contact(kept), kept);
    EXPECT_EQ(Mobile(written), "refused");
  }
}

TEST(PhoneTest, ServiceNumbers) {
  EXPECT_EQ(Contact("12345"), "12345");
  EXPECT_EQ(Contact("95588"), "95588");
  EXPECT_EQ(Contact("962222"), "962222");
  EXPECT_EQ(Contact("400-820-8820"), "4008208820");
  EXPECT_EQ(Contact("800 820 8820"), "8008208820");
  EXPECT_EQ(Contact("400-820-8820 转 2"), "4008208820-2");
}

TEST(PhoneTest, NoNumberToReachAnybodyBy) {
  for (const char* text : {"",
                           "abc",
                           "12345678",
                           "1234",
                           "55555",
                           "021-1234567",
                           "021-123456789",
                           "0571-876543",
                           "0571-876543210",
                           "011-12345678",
                           "0011-12345678",
                           "021-02345678",
                           "021-12345678-1234567",
                           "021-12345678转",
                           "12345转1",
                           "+1 212 555 0100",
                           "+852 2345 6789",
                           "021-12345678;rm",
                           "转021-12345678",
                           "021-12345678\n021-87654321"}) {
    EXPECT_EQ(Contact(text), "refused") << text;
  }
  EXPECT_EQ(Contact(std::string(10'000, '1').c_str()), "refused");
}

}  // namespace
}  // namespace baodao::validate
