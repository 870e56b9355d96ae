#include "common/crypto/random.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "common/crypto/base64.h"

namespace baodao::crypto {
namespace {

TEST(RandomCode, IsDigitsAndUniform) {
  std::array<int, 10> counts{};
  for (int i = 0; i < 10'000; ++i) {
    for (const char c : RandomCode(6)) {
      ASSERT_TRUE(c >= '0' && c <= '9');
      ++counts[static_cast<size_t>(c - '0')];
    }
  }
  // 6,000 each expected, standard deviation 73: ten of them off is not chance.
  for (const int count : counts) EXPECT_NEAR(count, 6'000, 730);
}

TEST(RandomToken, IsUniqueAndUrlSafe) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string token = RandomToken();
    EXPECT_EQ(Decode64(token, Base64::kUrl)->size(), 32u);
    EXPECT_TRUE(seen.insert(token).second);
  }
}

TEST(SecureEquals, Compares) {
  EXPECT_TRUE(SecureEquals("", ""));
  EXPECT_TRUE(SecureEquals("123456", "123456"));
  EXPECT_FALSE(SecureEquals("123456", "123457"));
  EXPECT_FALSE(SecureEquals("123456", "12345"));
  EXPECT_FALSE(SecureEquals("", "1"));
}

TEST(Fingerprint, IsStable) {
  // BLAKE2b with 16 bytes of output: the value must not change between releases, stores keep it.
  EXPECT_EQ(Fingerprint(""), "cae66941d9efbd404e4d88758ea67670");
  EXPECT_NE(Fingerprint("a"), Fingerprint("b"));
}

TEST(Base64, RefusesSecondSpellings) {
  EXPECT_EQ(Encode64("\xFB\xFF", Base64::kUrl), "-_8");
  EXPECT_EQ(Encode64("\xFB\xFF", Base64::kStandard), "+/8=");
  EXPECT_EQ(Decode64("-_8", Base64::kUrl), "\xFB\xFF");
  EXPECT_EQ(Decode64("", Base64::kUrl), "");
  for (const char* bad : {"-_9", "-_8=", "+/8", "-_ 8", "-_8\n", "-", "****"}) {
    EXPECT_FALSE(Decode64(bad, Base64::kUrl).has_value()) << bad;
  }
}

}  // namespace
}  // namespace baodao::crypto
