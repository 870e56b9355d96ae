#include "common/auth/keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <set>
#include <thread>

#include "common/auth/tokens.h"
#include "common/testing/matchers.h"
#include "common/testing/temp_dir.h"

namespace baodao::auth {
namespace {

using baodao::testing::TempDir;
using ::testing::HasSubstr;

constexpr Time kNow{std::chrono::milliseconds(1'748'736'000'000)};
constexpr std::chrono::seconds kTtl{600};

// The key of RFC 8037, appendix A.
constexpr char kRfcPublic[] =
    R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",)"
    R"("kid":"rfc","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"})";

std::string PrivatePath(const TempDir& dir) {
  return dir.File("k/" + std::string(kPrivateKeyFile));
}
std::string PublicPath(const TempDir& dir) { return dir.File("k/" + std::string(kPublicKeysFile)); }

KeySource Source(const std::string& path) {
  KeySource source;
  source.path = path;
  return source;
}

TEST(CreateKeyFiles, MakesAPairThatWorks) {
  const TempDir dir;
  ASSERT_THAT(CreateKeyFiles(dir.File("k")), testing::IsOk());
  const auto key = LoadPrivateKey(PrivatePath(dir));
  const auto keys = KeySet::Load({Source(PublicPath(dir))});
  ASSERT_THAT(key, testing::IsOk());
  ASSERT_THAT(keys, testing::IsOk());
  TokenVerifier verifier(*keys);
  EXPECT_THAT(verifier.Verify(Signer(*key).Sign(Principal::Service("x"), kNow, kTtl), kNow),
              testing::IsOk());
  struct stat info {};
  ASSERT_EQ(::stat(PrivatePath(dir).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST(CreateKeyFiles, LeavesExistingOnesAndRepairsHalves) {
  const TempDir dir;
  ASSERT_THAT(CreateKeyFiles(dir.File("k")), testing::IsOk());
  const auto before = LoadPrivateKey(PrivatePath(dir));
  std::filesystem::remove(PublicPath(dir));  // As after a crash between the two.
  ASSERT_THAT(CreateKeyFiles(dir.File("k")), testing::IsOk());
  EXPECT_EQ(LoadPrivateKey(PrivatePath(dir))->secret, before->secret);
  EXPECT_NE(KeySet::Load({Source(PublicPath(dir))})->Find(before->kid), nullptr);
}

TEST(CreateKeyFiles, ManyAtOnceAgree) {
  const TempDir dir;
  std::vector<std::string> kids(8);
  {
    std::vector<std::jthread> threads;
    for (auto& kid : kids) {
      threads.emplace_back([&kid, &dir] {
        const absl::Status made = CreateKeyFiles(dir.File("k"));
        kid = made.ok() ? LoadPrivateKey(PrivatePath(dir))->kid : made.ToString();
      });
    }
  }
  EXPECT_EQ(std::set<std::string>(kids.begin(), kids.end()).size(), 1u) << kids[0];
}

TEST(LoadPrivateKey, ReadsTheStandardsExample) {
  const TempDir dir;
  const std::string path = dir.Write("key", kRfcPublic);
  ::chmod(path.c_str(), 0600);
  const auto key = LoadPrivateKey(path);
  ASSERT_THAT(key, testing::IsOk());
  EXPECT_EQ(key->kid, "rfc");
  ::chmod(path.c_str(), 0604);
  EXPECT_EQ(LoadPrivateKey(path).status().code(), absl::StatusCode::kPermissionDenied);
}

TEST(LoadPrivateKey, RefusesHalvesThatDoNotMatch) {
  const TempDir dir;
  std::string text = kRfcPublic;
  text.replace(text.find("11qY"), 4, "21qY");
  const std::string path = dir.Write("key", text);
  ::chmod(path.c_str(), 0600);
  EXPECT_EQ(LoadPrivateKey(path).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(KeySet, SkipsOtherKindsOfKeys) {
  const TempDir dir;
  const std::string path = dir.Write(
      "jwks", R"({"keys":[{"kty":"RSA","kid":"r","n":"x","e":"AQAB"},)" + std::string(kRfcPublic) +
                  R"(,{"kty":"EC","crv":"P-256","kid":"e"}],"more":1})");
  const auto keys = KeySet::Load({Source(path)});
  ASSERT_THAT(keys, testing::IsOk());
  EXPECT_EQ(keys->size(), 1u);
  EXPECT_NE(keys->Find("rfc"), nullptr);
  EXPECT_EQ(keys->Find("r"), nullptr);
}

TEST(KeySet, ErrorsNameTheFile) {
  const TempDir dir;
  const std::string one = dir.Write("one", R"({"keys":[)" + std::string(kRfcPublic) + "]}");
  const std::string bad[] = {
      dir.Write("a", "nonsense"), dir.Write("b", R"({"keys":[]})"),
      dir.Write("c", R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"short"}]})"),
      dir.Write("d", R"({"keys":[{"kty":"OKP","crv":"Ed25519",)"
                     R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})"),
      one};
  for (const std::string& path : bad) {
    const auto keys = KeySet::Load({Source(one), Source(path)});  // `one` twice: kid is taken.
    ASSERT_EQ(keys.status().code(), absl::StatusCode::kInvalidArgument) << path;
    EXPECT_THAT(std::string(keys.status().message()), HasSubstr(path));
  }
  EXPECT_EQ(KeySet::Load({Source(dir.File("none"))}).status().code(), absl::StatusCode::kNotFound);
}

// Another issuer's key speaks for people, in its own name, without roles; never for services.
class OtherIssuerTest : public ::testing::Test {
 protected:
  // The principal of a token in the name of "baodao" whose key was loaded as `issuer`'s.
  std::optional<Principal> Verify(const Principal& principal, const std::string& issuer,
                                  bool trusted) {
    EXPECT_THAT(CreateKeyFiles(dir_.File("k")), testing::IsOk());
    KeySource source{PublicPath(dir_), issuer, trusted};
    TokenVerifier verifier(KeySet::Load({source}).value());
    const auto result = verifier.Verify(
        Signer(LoadPrivateKey(PrivatePath(dir_)).value()).Sign(principal, kNow, kTtl), kNow);
    return result.ok() ? std::optional(**result) : std::nullopt;
  }

  TempDir dir_;
};

TEST_F(OtherIssuerTest, CannotSignInOurName) {
  EXPECT_FALSE(Verify(Principal::Person("per_1"), "city", false).has_value());
}

TEST_F(OtherIssuerTest, UntrustedKeysGrantNothing) {
  const Principal operator_ = Principal::Person("per_1", {{v1::ROLE_OPERATOR, ""}}, "ses_1");
  EXPECT_EQ(Verify(operator_, std::string(kOwnIssuer), false),
            Principal::Person("per_1", {}, "ses_1"));
  EXPECT_EQ(Verify(operator_, std::string(kOwnIssuer), true), operator_);
  EXPECT_FALSE(Verify(Principal::Service("x"), std::string(kOwnIssuer), false).has_value());
}

}  // namespace
}  // namespace baodao::auth
