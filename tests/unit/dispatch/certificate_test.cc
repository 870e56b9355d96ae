// Certificates: their states, what is signed, and the page.
#include "services/dispatch/domain/certificate.h"

#include <gmock/gmock.h>

#include <cstdio>
#include <fstream>

#include "common/certificate/signed_facts.h"
#include "common/clock/timestamp.h"
#include "common/crypto/base64.h"
#include "common/testing/machine.h"
#include "common/testing/matchers.h"
#include "common/testing/temp_dir.h"
#include "services/dispatch/app/certificate_pdf.h"
#include "services/dispatch/app/certificates.h"

namespace baodao::dispatch {
namespace {

using ::testing::HasSubstr;

const Time kIssued = Time(Millis(1'795'860'000'000));  // 2026-11-28 18:00 in China

v1::CertificateFacts SomeFacts() {
  v1::CertificateFacts facts;
  facts.set_number("crt_01J0000000000000000000000A");
  facts.set_name("李龘𠮷");  // one of them beyond the basic plane
  facts.set_area_code("310110001001");
  facts.set_area_name("上海市杨浦区平凉路街道宁国居委会");
  facts.set_period_start(ToTimestamp(kIssued).seconds() - 365 * 86'400);
  facts.set_period_end(ToTimestamp(kIssued).seconds());
  facts.set_automatic_minutes(1500);
  facts.set_manual_minutes(61);
  facts.set_service_count(12);
  facts.set_issue_time(ToTimestamp(kIssued).seconds());
  facts.set_expire_time(ToTimestamp(kIssued + kCertificateLife).seconds());
  return facts;
}

TEST(CertificateTest, EveryPairOfStateAndEvent) {
  using enum v1::CertificateState;
  testing::CheckEveryPair<v1::CertificateState, CertificateEvent>(
      kCertificateMachine,
      {{{CERTIFICATE_STATE_ISSUED, CertificateEvent::kRevoke}, CERTIFICATE_STATE_REVOKED},
       {{CERTIFICATE_STATE_ISSUED, CertificateEvent::kExpire}, CERTIFICATE_STATE_EXPIRED},
       {{CERTIFICATE_STATE_REVOKED, CertificateEvent::kExpire}, CERTIFICATE_STATE_EXPIRED}},
      CertificateEvent::kExpire);
}

TEST(CertificateTest, ThePeriodIsOverAndOfTenYearsAtMost) {
  common::v1::TimeWindow period;
  const auto check = [&](Time start, Time end) {
    *period.mutable_start() = ToTimestamp(start);
    *period.mutable_end() = ToTimestamp(end);
    return CheckCertifiedPeriod(period, kIssued).ok();
  };
  EXPECT_TRUE(check(kIssued - std::chrono::hours(24 * 3'660), kIssued));
  EXPECT_FALSE(check(kIssued - std::chrono::hours(24 * 3'660 + 1), kIssued));
  EXPECT_FALSE(check(kIssued - std::chrono::hours(1), kIssued + Millis(1)));
  EXPECT_FALSE(check(kIssued, kIssued));
}

TEST(CertificateTest, EveryChangeOfAByteOfTheFactsOrTheSignatureIsDetected) {
  const auth::PrivateKey key = auth::GeneratePrivateKey();
  const auth::KeySet keys = auth::KeySet::Of(key);
  const std::string text = certificate::Sign(SomeFacts(), key);
  const auto verified = certificate::Verify(text, keys);
  ASSERT_THAT(verified, testing::IsOk());
  EXPECT_EQ(verified->name(), "李龘𠮷");
  EXPECT_EQ(verified->kid(), key.kid);
  const size_t first = text.find('.'), second = text.rfind('.');
  const std::string facts =
      *crypto::Decode64(text.substr(first + 1, second - first - 1), crypto::Base64::kUrl);
  const std::string signature = *crypto::Decode64(text.substr(second + 1), crypto::Base64::kUrl);
  ASSERT_EQ(signature.size(), 64u);
  const std::string bytes = facts + signature;
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (int change = 1; change < 256; change *= 2) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ change);
      const std::string forged =
          "BAODAO1." + crypto::Encode64(changed.substr(0, facts.size()), crypto::Base64::kUrl) +
          "." + crypto::Encode64(changed.substr(facts.size()), crypto::Base64::kUrl);
      ASSERT_FALSE(certificate::Verify(forged, keys).ok()) << "byte " << i << " by " << change;
    }
  }
  // The text has one form only: no character of it can be another.
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(certificate::Verify(changed, keys).ok()) << i;
    EXPECT_FALSE(certificate::Verify(text.substr(0, i), keys).ok()) << i;
  }
  EXPECT_FALSE(certificate::Verify(text, auth::KeySet::Of(auth::GeneratePrivateKey())).ok());
}

// The text that pdftotext (poppler-utils) reads.
std::string TextOfPdf(const std::string& pdf) {
  const testing::TempDir dir;
  std::ofstream(dir.File("page.pdf"), std::ios::binary) << pdf;
  FILE* const pipe = popen(("pdftotext -raw " + dir.File("page.pdf") + " -").c_str(), "r");
  std::string text;
  for (int c = 0; pipe != nullptr && (c = std::fgetc(pipe)) != EOF;) {
    text.push_back(static_cast<char>(c));
  }
  EXPECT_EQ(pipe == nullptr ? -1 : pclose(pipe), 0) << "is poppler-utils installed?";
  return text;
}

TEST(CertificateTest, ThePageSaysTheFactsInChineseAndIsTheSameEachTime) {
  const std::string signed_text = certificate::Sign(SomeFacts(), auth::GeneratePrivateKey());
  const auto page = RenderCertificate(SomeFacts(), signed_text);
  ASSERT_THAT(page, testing::IsOk());
  const std::string text = TextOfPdf(*page);
  for (const char* words : {"志愿服务时长证明", "李龘𠮷", "平凉路街道", "12 次", "26 小时 1 分",
                            "2026-11-28 18:00", "crt_01J0000000000000000000000A"}) {
    EXPECT_THAT(text, HasSubstr(words));
  }
  EXPECT_EQ(*RenderCertificate(SomeFacts(), signed_text), *page);
  v1::CertificateFacts strange = SomeFacts();
  strange.set_name("\U0010FFFD");
  EXPECT_EQ(RenderCertificate(strange, signed_text).status().code(), absl::StatusCode::kInternal);
}

TEST(CertificateKeysTest, AreMadeOnceAndMustFitEachOther) {
  const testing::TempDir dir;
  EXPECT_FALSE(LoadCertificateKeys(dir.path(), false).ok());
  const auto made = LoadCertificateKeys(dir.path(), true);
  ASSERT_THAT(made, testing::IsOk());
  EXPECT_EQ(LoadCertificateKeys(dir.path(), false)->signing, made->signing);
  EXPECT_EQ(made->published.Jwks().keys(0).kid(), made->signing.kid);
  EXPECT_EQ(made->published.Jwks().keys(0).d(), "");
  ASSERT_EQ(std::remove(dir.File("certificates.jwk").c_str()), 0);
  const auto other = LoadCertificateKeys(dir.path(), true);
  EXPECT_THAT(std::string(other.status().message()), HasSubstr("certificates.json"));
}

}  // namespace
}  // namespace baodao::dispatch
