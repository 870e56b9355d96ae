#include "services/registration/domain/credential_rules.h"

#include <gtest/gtest.h>

#include <string>

#include "common/clock/timestamp.h"
#include "common/status/status.h"

namespace baodao::registration {
namespace {

constexpr Time kNow{Millis(1'748'736'000'000)};
constexpr std::chrono::days kYear{365};

class CredentialTest : public ::testing::Test {
 protected:
  CredentialTest() { record_.mutable_person()->set_person_id("per_a"); }

  absl::Status Grant(const std::string& kind, Time expires, const std::string& by = "per_c") {
    v1::GrantCredentialRequest request;
    request.set_person_id("per_a");
    request.set_kind(kind);
    request.set_issuer("上海市卫生健康委员会");
    *request.mutable_expire_time() = ToTimestamp(expires);
    return GrantCredential(request, by, kNow, &record_);
  }
  absl::Status Revoke(const std::string& kind) {
    v1::RevokeCredentialRequest request;
    request.set_kind(kind);
    return RevokeCredential(request, kNow, &record_);
  }
  const v1::Person& person() const { return record_.person(); }

  v1::PersonRecord record_;
};

TEST_F(CredentialTest, OneOfEachKindRenewedInPlace) {
  ASSERT_TRUE(Grant("nurse", kNow + kYear).ok());
  ASSERT_TRUE(Grant("doctor", kNow + kYear).ok());
  ASSERT_TRUE(Grant("nurse", kNow + 2 * kYear, "per_d").ok());
  ASSERT_EQ(person().credentials_size(), 2);
  const v1::Credential& nurse = person().credentials(0);
  EXPECT_EQ(nurse.kind(), "nurse");
  EXPECT_EQ(nurse.issuer(), "上海市卫生健康委员会");
  EXPECT_EQ(ToTime(nurse.expire_time()), kNow + 2 * kYear);
  EXPECT_EQ(nurse.verifier_id(), "per_d");
  EXPECT_EQ(ToTime(nurse.verify_time()), kNow);
  EXPECT_EQ(ToTime(person().update_time()), kNow);
}

TEST_F(CredentialTest, NobodyConfirmsTheirOwn) {
  EXPECT_TRUE(Is(Grant("nurse", kNow + kYear, "per_a"), Reason::OWN_CREDENTIAL));
  EXPECT_EQ(person().credentials_size(), 0);
}

TEST_F(CredentialTest, ExpiresSomeTimeSoon) {
  EXPECT_TRUE(Is(Grant("nurse", kNow), Reason::INVALID_ARGUMENT_FIELDS));
  EXPECT_TRUE(Grant("nurse", kNow + Millis(1)).ok());
  EXPECT_TRUE(Is(Grant("doctor", kNow + 51 * kYear), Reason::INVALID_ARGUMENT_FIELDS));
  EXPECT_EQ(person().credentials_size(), 1);
}

TEST_F(CredentialTest, SixteenKindsAtMost) {
  for (int i = 0; i < 16; ++i) {
    ASSERT_TRUE(Grant("kind_" + std::to_string(i), kNow + kYear).ok());
  }
  EXPECT_TRUE(Is(Grant("one_more", kNow + kYear), Reason::TOO_MANY_CREDENTIALS));
  EXPECT_TRUE(Grant("kind_3", kNow + kYear).ok()) << "a renewal";
}

TEST_F(CredentialTest, RevokedIsGone) {
  EXPECT_TRUE(Is(Revoke("nurse"), Reason::NOT_FOUND));
  ASSERT_TRUE(Grant("nurse", kNow + kYear).ok());
  EXPECT_TRUE(Revoke("nurse").ok());
  EXPECT_EQ(person().credentials_size(), 0);
  EXPECT_TRUE(Is(Revoke("nurse"), Reason::NOT_FOUND));
}

}  // namespace
}  // namespace baodao::registration
