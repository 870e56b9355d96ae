#include "common/crypto/totp.h"

#include <gtest/gtest.h>

namespace baodao::crypto {
namespace {

// RFC 6238, appendix B: the last six of its eight digits.
TEST(TotpTest, AsTheRfcSays) {
  const std::string key = "12345678901234567890123456789012";
  const auto at = [&](int64_t seconds) { return Totp(key, seconds / kTotpStep.count()); };
  EXPECT_EQ(at(59), "119246");
  EXPECT_EQ(at(1'111'111'109), "084774");
  EXPECT_EQ(at(1'111'111'111), "062674");
  EXPECT_EQ(at(1'234'567'890), "819424");
  EXPECT_EQ(at(2'000'000'000), "698825");
  EXPECT_EQ(at(20'000'000'000), "737706");
}

}  // namespace
}  // namespace baodao::crypto
