#include "common/paging/page_token.h"

#include <gtest/gtest.h>

#include "baodao/registration/v1/registration.pb.h"
#include "common/crypto/base64.h"
#include "common/paging/asked_page.h"
#include "common/status/status.h"
#include "common/testing/matchers.h"
#include "common/validate/text.h"

namespace baodao::paging {
namespace {

using registration::v1::ListRegistrationsRequest;

constexpr Time kNow{Millis(1'748'736'000'000)};
const Query kQuery{"of the tests"};

ListRegistrationsRequest Request(const std::string& area) {
  ListRegistrationsRequest request;
  request.set_area_code(area);
  return request;
}

TEST(PageToken, ComesBackAsItWas) {
  std::string position("reg_01\0\xff|7", 10);
  const std::string token = Encode(position, kQuery, kNow);
  const auto decoded = Decode(token, kQuery, kNow);
  ASSERT_THAT(decoded, testing::IsOk());
  EXPECT_EQ(*decoded, position);
}

TEST(PageToken, EmptyIsTheFirstPage) { EXPECT_EQ(*Decode("", kQuery, kNow), ""); }

TEST(PageToken, LongestPositionFitsARequest) {
  const std::string token = Encode(std::string(kMaxPositionBytes, 'x'), kQuery, kNow);
  EXPECT_LE(token.size(), 512u);
  EXPECT_TRUE(validate::FitsFormat(validate::v1::FORMAT_PAGE_TOKEN, token));
}

TEST(PageToken, BelongsToItsQuery) {
  EXPECT_THAT(Decode(Encode("x", kQuery, kNow), Query{"another"}, kNow),
              testing::IsRefusal(Reason::PAGE_TOKEN_INVALID));
}

TEST(PageToken, ExpiresAfterADay) {
  const std::string token = Encode("x", kQuery, kNow);
  EXPECT_THAT(Decode(token, kQuery, kNow + kLifetime), testing::IsOk());
  EXPECT_THAT(Decode(token, kQuery, kNow + kLifetime + Millis(1)),
              testing::IsRefusal(Reason::PAGE_TOKEN_EXPIRED));
}

// A forged time must not overflow the reckoning.
TEST(PageToken, ImpossibleTimesAreNoticed) {
  for (const int64_t ms : {INT64_MIN, int64_t{-1}, INT64_MAX}) {
    const std::string token = Encode("x", kQuery, Time(Millis(ms)));
    EXPECT_THAT(Decode(token, kQuery, kNow), testing::IsRefusal(Reason::PAGE_TOKEN_INVALID)) << ms;
  }
}

TEST(PageToken, AnyChangeIsNoticed) {
  const std::string token = Encode("reg_01J0000000", kQuery, kNow);
  const std::string bytes = *crypto::Decode64(token, crypto::Base64::kUrl);
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const std::string text = crypto::Encode64(changed, crypto::Base64::kUrl);
    EXPECT_THAT(Decode(text, kQuery, kNow), testing::IsRefusal(Reason::PAGE_TOKEN_INVALID)) << i;
  }
  for (size_t length = 1; length < token.size(); ++length) {
    EXPECT_THAT(Decode(token.substr(0, length), kQuery, kNow),
                testing::IsRefusal(Reason::PAGE_TOKEN_INVALID));
  }
  EXPECT_THAT(Decode("not base64!", kQuery, kNow), testing::IsRefusal(Reason::PAGE_TOKEN_INVALID));
}

TEST(PageToken, QueryIgnoresThePageOnly) {
  const crypto::KeyRing ring = crypto::KeyRing::Generate();
  ListRegistrationsRequest request = Request("310110");
  const Query query = QueryOf(ring, "List", request);
  request.set_page_size(7);
  request.set_page_token("abc");
  EXPECT_EQ(QueryOf(ring, "List", request), query);
  EXPECT_NE(QueryOf(ring, "Other", request), query);
  EXPECT_NE(QueryOf(ring, "List", Request("310111")), query);
}

// Readers of the code could make a token for any position: one call then read a whole index.
TEST(PageToken, OnlyTheDeploymentCanMakeOne) {
  const crypto::KeyRing ours = crypto::KeyRing::Generate();
  const crypto::KeyRing forgers = crypto::KeyRing::Generate();
  const ListRegistrationsRequest request = Request("310110");
  const std::string forged = Encode("reg_", QueryOf(forgers, "List", request), kNow);
  EXPECT_THAT(Decode(forged, QueryOf(ours, "List", request), kNow),
              testing::IsRefusal(Reason::PAGE_TOKEN_INVALID));
  const std::string made = Encode("reg_", QueryOf(ours, "List", request), kNow);
  EXPECT_THAT(Decode(made, QueryOf(ours, "List", request), kNow), testing::IsOk());
}

TEST(AskedPage, GoesOnForTheSameCallerOfTheSameMethodOnly) {
  const crypto::KeyRing ring = crypto::KeyRing::Generate();
  const auto asked_by = [&](const std::string& person, const std::string& method,
                            const ListRegistrationsRequest& request) {
    const auto context = rpc::CallContext::Internal(auth::Principal::Person(person), method);
    return PageAskedFor(ring, context, request, kNow, 20, 200);
  };
  ListRegistrationsRequest request = Request("310110");
  const auto first = asked_by("per_1", "List", request);
  ASSERT_THAT(first, testing::IsOk());
  EXPECT_EQ(first->after, "");
  EXPECT_EQ(first->size, 20);
  request.set_page_token(first->TokenFor("reg_7"));
  request.set_page_size(900);
  const auto second = asked_by("per_1", "List", request);
  ASSERT_THAT(second, testing::IsOk());
  EXPECT_EQ(second->after, "reg_7");
  EXPECT_EQ(second->size, 200);
  EXPECT_THAT(asked_by("per_2", "List", request), testing::IsRefusal(Reason::PAGE_TOKEN_INVALID));
  EXPECT_THAT(asked_by("per_1", "Other", request), testing::IsRefusal(Reason::PAGE_TOKEN_INVALID));
}

TEST(CallsOwed, CountsWhatWasReadForNothing) {
  EXPECT_EQ(CallsOwed(20, 20), 0);
  EXPECT_EQ(CallsOwed(120, 20), 0);
  EXPECT_EQ(CallsOwed(320, 20), 2);
  EXPECT_EQ(CallsOwed(1000, 0), 9);
}

TEST(PageSize, HasAStandardAndAMaximum) {
  EXPECT_EQ(PageSize(0, 20, 200), 20);
  EXPECT_EQ(PageSize(7, 20, 200), 7);
  EXPECT_EQ(PageSize(900, 20, 200), 200);
}

}  // namespace
}  // namespace baodao::paging
