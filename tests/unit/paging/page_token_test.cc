#include "common/paging/page_token.h"

#include <gtest/gtest.h>

#include "baodao/registration/v1/registration.pb.h"
#include "common/crypto/base64.h"
#include "common/status/status.h"
#include "common/validate/text.h"

namespace baodao::paging {
namespace {

using registration::v1::ListRegistrationsRequest;

constexpr Time kNow{Millis(1'748'736'000'000)};

ListRegistrationsRequest Request(const std::string& area) {
  ListRegistrationsRequest request;
  request.set_area_code(area);
  return request;
}

TEST(PageToken, ComesBackAsItWas) {
  std::string position("reg_01\0\xff|7", 10);
  const std::string token = Encode(position, 42, kNow);
  const auto decoded = Decode(token, 42, kNow);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded, position);
}

TEST(PageToken, EmptyIsTheFirstPage) { EXPECT_EQ(*Decode("", 42, kNow), ""); }

TEST(PageToken, LongestPositionFitsARequest) {
  const std::string token = Encode(std::string(kMaxPositionBytes, 'x'), 42, kNow);
  EXPECT_LE(token.size(), 512u);
  EXPECT_TRUE(validate::FitsFormat(validate::v1::FORMAT_PAGE_TOKEN, token));
}

TEST(PageToken, BelongsToItsQuery) {
  EXPECT_TRUE(Is(Decode(Encode("x", 42, kNow), 43, kNow).status(), Reason::PAGE_TOKEN_INVALID));
}

TEST(PageToken, ExpiresAfterADay) {
  const std::string token = Encode("x", 42, kNow);
  EXPECT_TRUE(Decode(token, 42, kNow + kLifetime).ok());
  EXPECT_TRUE(
      Is(Decode(token, 42, kNow + kLifetime + Millis(1)).status(), Reason::PAGE_TOKEN_EXPIRED));
}

// A forged time must not overflow the reckoning.
TEST(PageToken, ImpossibleTimesAreNoticed) {
  for (const int64_t ms : {INT64_MIN, int64_t{-1}, INT64_MAX}) {
    const std::string token = Encode("x", 42, Time(Millis(ms)));
    EXPECT_TRUE(Is(Decode(token, 42, kNow).status(), Reason::PAGE_TOKEN_INVALID)) << ms;
  }
}

TEST(PageToken, AnyChangeIsNoticed) {
  const std::string token = Encode("reg_01J0000000", 42, kNow);
  const std::string bytes = *crypto::Decode64(token, crypto::Base64::kUrl);
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const std::string text = crypto::Encode64(changed, crypto::Base64::kUrl);
    EXPECT_TRUE(Is(Decode(text, 42, kNow).status(), Reason::PAGE_TOKEN_INVALID)) << i;
  }
  for (size_t length = 1; length < token.size(); ++length) {
    EXPECT_TRUE(Is(Decode(token.substr(0, length), 42, kNow).status(), Reason::PAGE_TOKEN_INVALID));
  }
  EXPECT_TRUE(Is(Decode("not base64!", 42, kNow).status(), Reason::PAGE_TOKEN_INVALID));
}

TEST(PageToken, QueryIgnoresThePageOnly) {
  ListRegistrationsRequest request = Request("310110");
  const uint64_t query = QueryOf("List", request);
  request.set_page_size(7);
  request.set_page_token("abc");
  EXPECT_EQ(QueryOf("List", request), query);
  EXPECT_NE(QueryOf("Other", request), query);
  EXPECT_NE(QueryOf("List", Request("310111")), query);
}

TEST(PageSize, HasAStandardAndAMaximum) {
  EXPECT_EQ(PageSize(0, 20, 200), 20);
  EXPECT_EQ(PageSize(7, 20, 200), 7);
  EXPECT_EQ(PageSize(900, 20, 200), 200);
}

}  // namespace
}  // namespace baodao::paging
