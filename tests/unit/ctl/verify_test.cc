// Certificates of hours checked without a backend.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/certificate/signed_facts.h"
#include "common/clock/clock.h"
#include "common/testing/matchers.h"
#include "common/testing/temp_dir.h"
#include "tests/ctl.h"

namespace baodao::ctl {
namespace {

class VerifyTest : public ::testing::Test {
 protected:
  VerifyTest() {
    EXPECT_THAT(auth::CreateKeyFiles(dir_.path(), certificate::kKeyFiles), testing::IsOk());
  }
  std::string SignedUntil(Time expire) {
    dispatch::v1::CertificateFacts facts;
    facts.set_number("crt_01J0000000000000000000000A");
    facts.set_name("王秀英");
    facts.set_automatic_minutes(90);
    facts.set_expire_time(expire.time_since_epoch().count() / 1000);
    return certificate::Sign(facts, *auth::LoadPrivateKey(dir_.File("certificates.jwk")));
  }
  Outcome Verify(const std::string& text, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"verify", "--key", dir_.File("certificates.json"), text};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return OutcomeOf(std::move(arguments));
  }

  const Time later_ = SystemClock().Now() + std::chrono::hours(1);
  baodao::testing::TempDir dir_;
};

TEST_F(VerifyTest, ShowsWhatAGenuineOneSays) {
  const Outcome outcome = Verify(SignedUntil(later_));
  EXPECT_EQ(outcome.code, kOk) << outcome.err;
  for (const char* word : {"王秀英", "1 h 30 min", "crt_01J0000000000000000000000A"}) {
    EXPECT_NE(outcome.out.find(word), std::string::npos) << outcome.out;
  }
  EXPECT_NE(Verify(SignedUntil(later_), {"--json"}).out.find("\"name\": \"王秀英\""),
            std::string::npos);
}

TEST_F(VerifyTest, RefusesWhatIsChangedExpiredRevokedOrOfAnotherKey) {
  std::string text = SignedUntil(later_);
  text[12] = text[12] == 'A' ? 'B' : 'A';
  EXPECT_EQ(Verify(text).code, kRefused);
  EXPECT_EQ(Verify(text).out, "") << "nothing of it is shown";
  EXPECT_EQ(Verify("nonsense").code, kRefused);
  const Outcome expired = Verify(SignedUntil(SystemClock().Now() - std::chrono::hours(1)));
  EXPECT_EQ(expired.code, kRefused);
  EXPECT_NE(expired.err.find("expired"), std::string::npos);
  const std::string list = dir_.File("revoked.json");
  std::ofstream(list) << R"({"numbers":["crt_01J0000000000000000000000B",)"
                      << R"("crt_01J0000000000000000000000A"]})";
  const Outcome revoked = Verify(SignedUntil(later_), {"--revoked", list});
  EXPECT_EQ(revoked.code, kRefused);
  EXPECT_NE(revoked.err.find("revoked"), std::string::npos);
  std::ofstream(list) << R"({"numbers":["crt_01J0000000000000000000000B"]})";
  EXPECT_EQ(Verify(SignedUntil(later_), {"--revoked", list}).code, kOk);
  const baodao::testing::TempDir other;
  EXPECT_EQ(OutcomeOf({"token", "keys", other.path(), "--certificates"}).code, kOk);
  std::filesystem::copy(other.File("certificates.json"), dir_.File("certificates.json"),
                        std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(Verify(SignedUntil(later_)).code, kRefused) << "the private key is the old one";
}

}  // namespace
}  // namespace baodao::ctl
