#include "common/service/key_watch.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "common/auth/keys.h"
#include "common/service/secrets.h"
#include "common/testing/matchers.h"
#include "common/testing/temp_dir.h"

namespace baodao::service {
namespace {

constexpr Time kNow{Millis(1'748'736'000'000)};

config::Config KeysIn(const std::string& dir) {
  return config::Load("dispatch", "Tasks.", config::ServiceRows(7103), {{"--keys_dir", dir}, {}})
      .config;
}

std::string ReadWhole(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// The text between the brackets of a JWKS.
std::string KeysOf(const std::string& jwks) {
  const size_t first = jwks.find('[');
  return jwks.substr(first + 1, jwks.rfind(']') - first - 1);
}

class KeyWatchTest : public ::testing::Test {
 protected:
  KeyWatchTest() {
    EXPECT_THAT(auth::CreateKeyFiles(dir_.path()), testing::IsOk());
    EXPECT_THAT(auth::CreateKeyFiles(next_.path()), testing::IsOk());
    TokenKeys keys = LoadTokenKeys(config_).value();
    verifier_.emplace(keys.verifying);
    signer_.emplace(keys.signing);
    watch_.emplace(config_, *verifier_, *signer_, [this] { ++changes_; });
  }
  // As an operator puts a file of the next keys into place.
  void Replace(const char* file) {
    std::filesystem::copy_file(next_.File(file), dir_.File(file),
                               std::filesystem::copy_options::overwrite_existing);
  }
  std::string Token() const {
    return signer_->Sign(auth::Principal::Person("per_1"), kNow, std::chrono::minutes(10));
  }
  bool Good(const std::string& token) { return verifier_->Verify(token, kNow).ok(); }

  testing::TempDir dir_, next_;  // the keys in use, and those to come
  const config::Config config_ = KeysIn(dir_.path());
  std::optional<auth::TokenVerifier> verifier_;
  std::optional<auth::Signer> signer_;
  std::optional<KeyWatch> watch_;
  int changes_ = 0;
};

TEST_F(KeyWatchTest, NothingHappensWhileTheFilesStayAsTheyAre) {
  const std::string token = Token();
  EXPECT_TRUE(Good(token));
  watch_->Look();
  EXPECT_EQ(changes_, 0);
  EXPECT_EQ(verifier_->remembered(), 1u) << "what was verified is remembered";
}

// As ops/runbooks/login.md says: the new public key first, then the private one, the old one last.
TEST_F(KeyWatchTest, KeysRotateWithoutAMomentInWhichATokenIsRefused) {
  const std::string old_token = Token();
  const std::string old_keys = KeysOf(ReadWhole(dir_.File("jwks.json")));
  const std::string new_keys = KeysOf(ReadWhole(next_.File("jwks.json")));
  std::ofstream(dir_.File("jwks.json")) << R"({"keys":[)" << old_keys << "," << new_keys << "]}";
  watch_->Look();
  EXPECT_EQ(changes_, 1);
  EXPECT_TRUE(Good(old_token));
  EXPECT_TRUE(Good(Token()));
  Replace("signing.jwk");
  watch_->Look();
  const std::string new_token = Token();
  EXPECT_TRUE(Good(old_token));
  EXPECT_TRUE(Good(new_token));
  Replace("jwks.json");
  watch_->Look();
  EXPECT_FALSE(Good(old_token)) << "its key is gone";
  EXPECT_TRUE(Good(new_token));
  EXPECT_EQ(changes_, 3);
}

TEST_F(KeyWatchTest, FilesThatDoNotFitEachOtherChangeNothing) {
  const std::string token = Token();
  Replace("jwks.json");  // without the key that we sign with
  watch_->Look();
  EXPECT_TRUE(Good(token));
  std::ofstream(dir_.File("jwks.json")) << R"({"keys":[)";  // half written
  watch_->Look();
  EXPECT_TRUE(Good(token));
  EXPECT_EQ(changes_, 0);
  Replace("jwks.json");
  Replace("signing.jwk");
  watch_->Look();
  EXPECT_FALSE(Good(token));
  EXPECT_TRUE(Good(Token()));
  EXPECT_EQ(changes_, 1);
}

}  // namespace
}  // namespace baodao::service
