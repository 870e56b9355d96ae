#include "common/auth/tokens.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include "common/crypto/base64.h"
#include "common/status/status.h"
#include "common/testing/matchers.h"

namespace baodao::auth {
namespace {

using crypto::Base64;
using crypto::Encode64;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Time kNow{milliseconds(1'748'736'000'000)};

Principal Coordinator() {
  return Principal::Person("per_1", {{v1::ROLE_COORDINATOR, "310110"}}, "ses_1");
}

// Signs whatever it is told, as an attacker with a key or a broken issuer would.
std::string Forge(const PrivateKey& key, const std::string& header, const std::string& claims) {
  std::string token = Encode64(header, Base64::kUrl) + "." + Encode64(claims, Base64::kUrl);
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr,
                       reinterpret_cast<const unsigned char*>(token.data()), token.size(),
                       key.secret.data());
  return token + "." + Encode64(signature, Base64::kUrl);
}

class TokensTest : public ::testing::Test {
 protected:
  std::string Header(const std::string& alg = "EdDSA") const {
    return R"({"alg":")" + alg + R"(","typ":"JWT","kid":")" + key_.kid + "\"}";
  }
  // Valid claims with `changes` put before them; of two equal names the later counts.
  static std::string Claims(const std::string& extra) {
    return R"({"iss":"baodao","aud":"baodao","sub":"per_1","kind":"person","iat":1748736000,)"
           R"("exp":1748736600)" +
           extra + "}";
  }
  std::optional<Reason> Refusal(const std::string& token, Time now = kNow) {
    return ReasonOf(verifier_.Verify(token, now).status());
  }

  PrivateKey key_ = GeneratePrivateKey();
  Signer signer_{key_};
  TokenVerifier verifier_{KeySet::Of(key_)};
};

TEST_F(TokensTest, RoundTrip) {
  for (const Principal& principal : {Coordinator(), Principal::Service("matching")}) {
    const auto back = verifier_.Verify(signer_.Sign(principal, kNow, minutes(10)), kNow);
    ASSERT_THAT(back, testing::IsOk());
    EXPECT_EQ(**back, principal);
  }
}

TEST_F(TokensTest, IsAStandardJwt) {
  const std::string token = signer_.Sign(Principal::Service("inbox"), kNow, minutes(10));
  const size_t first = token.find('.'), second = token.rfind('.');
  EXPECT_EQ(*crypto::Decode64(token.substr(0, first), Base64::kUrl), Header());
  EXPECT_EQ(*crypto::Decode64(token.substr(first + 1, second - first - 1), Base64::kUrl),
            R"({"iss":"baodao","aud":"baodao","sub":"inbox","iat":1748736000,"exp":1748736600,)"
            R"("kind":"service"})");
}

TEST_F(TokensTest, ExpiresWithThirtySecondsOfSkew) {
  const std::string token = signer_.Sign(Coordinator(), kNow, minutes(10));
  const Time end = kNow + minutes(10) + seconds(30);
  EXPECT_THAT(verifier_.Verify(token, end - milliseconds(1)), testing::IsOk());
  EXPECT_EQ(Refusal(token, end), Reason::TOKEN_EXPIRED);  // Though it is remembered.
  EXPECT_EQ(ReasonOf(TokenVerifier(KeySet::Of(key_)).Verify(token, end).status()),
            Reason::TOKEN_EXPIRED);
}

TEST_F(TokensTest, NotBeforeItsTime) {
  const std::string token = signer_.Sign(Coordinator(), kNow, minutes(10));
  EXPECT_EQ(Refusal(token, kNow - seconds(31)), Reason::TOKEN_INVALID);
  EXPECT_THAT(verifier_.Verify(token, kNow - seconds(30)), testing::IsOk());
  const std::string later = Forge(key_, Header(), Claims(R"(,"nbf":1748736300)"));
  EXPECT_EQ(Refusal(later), Reason::TOKEN_INVALID);
  EXPECT_THAT(verifier_.Verify(later, kNow + minutes(5)), testing::IsOk());
  EXPECT_EQ(Refusal(later), Reason::TOKEN_INVALID);  // Though it is remembered.
}

TEST_F(TokensTest, EveryChangedCharacterIsNoticed) {
  const std::string token = signer_.Sign(Coordinator(), kNow, minutes(10));
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(Refusal(changed), Reason::TOKEN_INVALID) << i;
    changed.resize(i);
    EXPECT_EQ(Refusal(changed), Reason::TOKEN_INVALID) << i;
  }
  EXPECT_EQ(Refusal(token + "A"), Reason::TOKEN_INVALID);
  EXPECT_EQ(Refusal(token + "."), Reason::TOKEN_INVALID);
  EXPECT_EQ(verifier_.remembered(), 0u);
}

TEST_F(TokensTest, OnlyEdDsa) {
  EXPECT_THAT(verifier_.Verify(Forge(key_, Header(), Claims("")), kNow), testing::IsOk());
  for (const char* alg : {"none", "None", "NONE", "", "HS256", "ES256", "RS256", "eddsa"}) {
    EXPECT_EQ(Refusal(Forge(key_, Header(alg), Claims(""))), Reason::TOKEN_INVALID) << alg;
  }
  const std::string unsigned_token =
      Encode64(Header("none"), Base64::kUrl) + "." + Encode64(Claims(""), Base64::kUrl) + ".";
  EXPECT_EQ(Refusal(unsigned_token), Reason::TOKEN_INVALID);
}

TEST_F(TokensTest, HeadersThatAskForMoreAreRefused) {
  const std::string start = R"({"alg":"EdDSA","kid":")" + key_.kid + "\"";
  EXPECT_THAT(verifier_.Verify(Forge(key_, start + "}", Claims("")), kNow), testing::IsOk());
  for (const char* more : {R"(,"crit":["exp"]})", R"(,"typ":"refresh+jwt"})"}) {
    EXPECT_EQ(Refusal(Forge(key_, start + more, Claims(""))), Reason::TOKEN_INVALID) << more;
  }
}

TEST_F(TokensTest, UnknownAndStolenKeyIds) {
  const PrivateKey other = GeneratePrivateKey();
  EXPECT_EQ(Refusal(Signer(other).Sign(Coordinator(), kNow, minutes(1))), Reason::TOKEN_INVALID);
  PrivateKey renamed = other;
  renamed.kid = key_.kid;
  EXPECT_EQ(Refusal(Signer(renamed).Sign(Coordinator(), kNow, minutes(1))), Reason::TOKEN_INVALID);
}

TEST_F(TokensTest, ClaimsThatAreNotForUs) {
  const char* const bad[] = {
      R"(,"iss":"elsewhere")", R"(,"aud":"elsewhere")", R"(,"aud":["a","b"])", R"(,"aud":7)",
      R"(,"sub":"")",          R"(,"kind":"")",         R"(,"kind":"admin")",  R"(,"exp":0)",
      R"(,"exp":"never")",     R"(,"exp":1e300)",       R"(,"exp":-1)",        R"(,"sub":7)"};
  for (const char* extra : bad) {
    EXPECT_EQ(Refusal(Forge(key_, Header(), Claims(extra))), Reason::TOKEN_INVALID) << extra;
  }
  EXPECT_THAT(verifier_.Verify(Forge(key_, Header(), Claims(R"(,"aud":["x","baodao"])")), kNow),
              testing::IsOk());
  EXPECT_THAT(verifier_.Verify(Forge(key_, Header(), Claims(R"(,"email":"a@b")")), kNow),
              testing::IsOk());
}

TEST_F(TokensTest, RubbishIsRefused) {
  for (const char* token : {"", ".", "..", "...", "a.b", "a.b.c", "e30.e30.", "\xFF.\xFF.\xFF"}) {
    EXPECT_EQ(Refusal(token), Reason::TOKEN_INVALID) << token;
  }
  EXPECT_EQ(Refusal(Forge(key_, "[]", "[]")), Reason::TOKEN_INVALID);
  EXPECT_EQ(Refusal(Forge(key_, Header(), "{")), Reason::TOKEN_INVALID);
  EXPECT_EQ(Refusal(std::string(kMaxTokenBytes + 1, 'a')), Reason::TOKEN_INVALID);
  EXPECT_EQ(Refusal(Forge(key_, Header(), std::string(5000, '['))), Reason::TOKEN_INVALID);
}

TEST_F(TokensTest, UnknownRolesAreDropped) {
  const auto principal =
      verifier_.Verify(Forge(key_, Header(),
                             Claims(R"(,"roles":[{"role":"ROLE_MAYOR","area":"1"},)"
                                    R"({"role":"ROLE_OPERATOR","area":"310110"}])")),
                       kNow);
  ASSERT_THAT(principal, testing::IsOk());
  const std::vector<RoleGrant> expected = {{v1::ROLE_OPERATOR, "310110"}};
  EXPECT_EQ((*principal)->grants, expected);
}

TEST_F(TokensTest, RemembersWhatItVerified) {
  const std::string token = signer_.Sign(Coordinator(), kNow, minutes(10));
  const auto first = verifier_.Verify(token, kNow);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(*verifier_.Verify(token, kNow), *first);
  EXPECT_EQ(verifier_.verifications(), 1);
  verifier_.SetKeys(KeySet::Of(GeneratePrivateKey()));
  EXPECT_EQ(Refusal(token), Reason::TOKEN_INVALID);
}

// However full the memory of verified tokens is, those of a key that is gone are not taken from it.
TEST_F(TokensTest, KeysAreReplacedUnderFullMemory) {
  const PrivateKey next = GeneratePrivateKey();
  TokenVerifier small(KeySet::Of(key_), 100);
  std::vector<std::string> remembered;
  for (int i = 0; i < 300; ++i) {
    const Principal other = Principal::Person("per_" + std::to_string(i));
    remembered.push_back(signer_.Sign(other, kNow, minutes(10)));
    ASSERT_THAT(small.Verify(remembered.back(), kNow), testing::IsOk());
  }
  ASSERT_GE(small.remembered(), 50u);
  small.SetKeys(KeySet::Of(next));
  EXPECT_EQ(small.remembered(), 0u);
  for (const std::string& token : remembered) EXPECT_FALSE(small.Verify(token, kNow).ok());
  const auto fresh = small.Verify(Signer(next).Sign(Coordinator(), kNow, minutes(10)), kNow);
  ASSERT_THAT(fresh, testing::IsOk());
  EXPECT_EQ((*fresh)->key_id, next.kid);
}

TEST_F(TokensTest, MemoryIsBoundedAndUsedTokensStay) {
  TokenVerifier small(KeySet::Of(key_), 100);
  const std::string used = signer_.Sign(Coordinator(), kNow, minutes(10));
  int64_t expected = 0;
  for (int i = 0; i < 500; ++i) {
    const Principal other = Principal::Person("per_" + std::to_string(i));
    ASSERT_THAT(small.Verify(signer_.Sign(other, kNow, minutes(10)), kNow), testing::IsOk());
    ASSERT_THAT(small.Verify(used, kNow), testing::IsOk());
    ++expected;
    ASSERT_LE(small.remembered(), 100u);
  }
  EXPECT_EQ(small.verifications(), expected + 1);
}

TEST_F(TokensTest, ServiceTokensRenewThemselves) {
  ServiceToken token(signer_, "lists", seconds(600));
  const std::string first = token.Get(kNow);
  EXPECT_EQ(token.Get(kNow + seconds(299)), first);
  const std::string second = token.Get(kNow + seconds(300));
  EXPECT_NE(second, first);
  EXPECT_EQ((*verifier_.Verify(second, kNow + seconds(899)))->service, "lists");
  // A token of a key that is gone would be refused until half its life is over.
  const PrivateKey next = GeneratePrivateKey();
  signer_.SetKey(next);
  verifier_.SetKeys(KeySet::Of(next));
  EXPECT_THAT(verifier_.Verify(token.Get(kNow + seconds(301)), kNow + seconds(301)),
              testing::IsOk());
}

}  // namespace
}  // namespace baodao::auth
