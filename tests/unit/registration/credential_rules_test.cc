#include "services/registration/domain/credential_rules.h"

#include <gtest/gtest.h>

#include <string>

#include "common/clock/timestamp.h"
#include "common/status/status.h"
#include "common/testing/matchers.h"

namespace baodao::registration {
namespace {

constexpr Time kNow{Millis(1'748'736'000'000)};
constexpr std::chrono::days kYear{365};

class CredentialTest : public ::testing::Test {
 protected:
  CredentialTest() {
    record_.mutable_person()->set_person_id("per_a");
    record_.add_area_codes("3101");
  }

  // A coordinator of `area`; areas lie in each other by their codes.
  static Verifier By(const std::string& id, const std::string& area) {
    Verifier verifier;
    verifier.id = id;
    verifier.covers = [](std::string_view above, std::string_view below) {
      return below.starts_with(above);
    };
    verifier.coordinates = [area](std::string_view asked) { return asked.starts_with(area); };
    return verifier;
  }
  absl::Status Grant(const std::string& kind, Time expires, const std::string& by = "per_c",
                     const std::string& reach = "3101", const std::string& area = "") {
    v1::GrantCredentialRequest request;
    request.set_person_id("per_a");
    request.set_kind(kind);
    request.set_issuer("上海市卫生健康委员会");
    *request.mutable_expire_time() = ToTimestamp(expires);
    request.set_area_code(area);
    return GrantCredential(request, By(by, reach), kNow, &record_).status();
  }
  absl::Status Revoke(const std::string& kind, const std::string& reach = "3101") {
    v1::RevokeCredentialRequest request;
    request.set_kind(kind);
    return RevokeCredential(request, By("per_c", reach), kNow, &record_).status();
  }
  const v1::Person& person() const { return record_.person(); }

  v1::PersonRecord record_;
};

TEST_F(CredentialTest, OneOfEachKindRenewedInPlace) {
  ASSERT_THAT(Grant("nurse", kNow + kYear), testing::IsOk());
  ASSERT_THAT(Grant("doctor", kNow + kYear), testing::IsOk());
  ASSERT_THAT(Grant("nurse", kNow + 2 * kYear, "per_d"), testing::IsOk());
  ASSERT_EQ(person().credentials_size(), 2);
  const v1::Credential& nurse = person().credentials(0);
  EXPECT_EQ(nurse.kind(), "nurse");
  EXPECT_EQ(nurse.issuer(), "上海市卫生健康委员会");
  EXPECT_EQ(ToTime(nurse.expire_time()), kNow + 2 * kYear);
  EXPECT_EQ(nurse.verifier_id(), "per_d");
  EXPECT_EQ(ToTime(nurse.verify_time()), kNow);
  EXPECT_EQ(ToTime(person().update_time()), kNow);
}

TEST_F(CredentialTest, BoundToTheAreaThatGrantedIt) {
  record_.add_area_codes("3202");
  ASSERT_THAT(Grant("nurse", kNow + kYear), testing::IsOk());
  EXPECT_EQ(person().credentials(0).area_code(), "3101");
  // The person is ACTIVE there as well, but it is not theirs to change.
  EXPECT_THAT(Revoke("nurse", "3202"), testing::IsRefusal(Reason::CREDENTIAL_OF_ANOTHER_AREA));
  EXPECT_THAT(Grant("nurse", kNow + 2 * kYear, "per_d", "3202"),
              testing::IsRefusal(Reason::CREDENTIAL_OF_ANOTHER_AREA));
  EXPECT_EQ(person().credentials(0).verifier_id(), "per_c");
  // Those above may, and it stays where it was unless they say otherwise.
  ASSERT_THAT(Grant("nurse", kNow + 2 * kYear, "per_e", "31"), testing::IsOk());
  EXPECT_EQ(person().credentials(0).area_code(), "3101");
  ASSERT_THAT(Grant("nurse", kNow + 2 * kYear, "per_e", "31", "31"), testing::IsOk());
  EXPECT_EQ(person().credentials(0).area_code(), "31");
  EXPECT_THAT(Revoke("nurse", "3101"), testing::IsRefusal(Reason::CREDENTIAL_OF_ANOTHER_AREA));
  EXPECT_THAT(Revoke("nurse", "31"), testing::IsOk());
}

TEST_F(CredentialTest, OnlyWhereThePersonIsActive) {
  EXPECT_THAT(Grant("nurse", kNow + kYear, "per_c", "3202"),
              testing::IsRefusal(Reason::NOT_REGISTERED));
  EXPECT_THAT(Grant("nurse", kNow + kYear, "per_c", "3202", "3202"),
              testing::IsRefusal(Reason::NOT_REGISTERED));
  EXPECT_THAT(Grant("nurse", kNow + kYear, "per_c", "3202", "3101"),
              testing::IsRefusal(Reason::PERMISSION_DENIED));
  record_.add_area_codes("3102");
  EXPECT_THAT(Grant("nurse", kNow + kYear, "per_c", "31"),
              testing::IsRefusal(Reason::INVALID_ARGUMENT_FIELDS))
      << "there are two: which?";
  EXPECT_EQ(person().credentials_size(), 0);
}

// Registrations end, what an area has put on record stays its own.
TEST_F(CredentialTest, RevokedByTheAreaThatGrantedItAlsoAfterThePersonHasLeft) {
  ASSERT_THAT(Grant("nurse", kNow + kYear), testing::IsOk());
  record_.clear_area_codes();
  EXPECT_THAT(Revoke("nurse"), testing::IsOk());
}

// Where the person had gone nobody could renew what another area had once granted.
TEST_F(CredentialTest, OneThatHasExpiredIsGrantedAnewByAnyArea) {
  ASSERT_THAT(Grant("nurse", kNow + kYear), testing::IsOk());
  record_.add_area_codes("3202");
  v1::Credential& held = *record_.mutable_person()->mutable_credentials(0);
  EXPECT_THAT(Grant("nurse", kNow + kYear, "per_d", "3202"),
              testing::IsRefusal(Reason::CREDENTIAL_OF_ANOTHER_AREA));
  *held.mutable_expire_time() = ToTimestamp(kNow);
  ASSERT_THAT(Grant("nurse", kNow + kYear, "per_d", "3202"), testing::IsOk());
  ASSERT_EQ(person().credentials_size(), 1);
  EXPECT_EQ(held.area_code(), "3202");
  EXPECT_EQ(held.verifier_id(), "per_d");
}

TEST_F(CredentialTest, OneOfAnAreaThatThePersonHasLeftIsGrantedAnew) {
  ASSERT_THAT(Grant("nurse", kNow + kYear), testing::IsOk());
  record_.clear_area_codes();
  record_.add_area_codes("3202");
  EXPECT_THAT(Grant("nurse", kNow + kYear), testing::IsRefusal(Reason::NOT_REGISTERED));
  ASSERT_THAT(Grant("nurse", kNow + kYear, "per_d", "3202"), testing::IsOk());
  ASSERT_EQ(person().credentials_size(), 1);
  EXPECT_EQ(person().credentials(0).area_code(), "3202");
}

TEST_F(CredentialTest, OneThatBelongsNowhereIsRevokedByWhoCoordinatesEverything) {
  record_.mutable_person()->add_credentials()->set_kind("nurse");
  record_.clear_area_codes();
  EXPECT_THAT(Revoke("nurse"), testing::IsRefusal(Reason::CREDENTIAL_OF_ANOTHER_AREA));
  EXPECT_THAT(Revoke("nurse", ""), testing::IsOk());
}

TEST_F(CredentialTest, OneFromBeforeBelongsToWhereThePersonIsActive) {
  record_.mutable_person()->add_credentials()->set_kind("nurse");
  EXPECT_THAT(Revoke("nurse", "3202"), testing::IsRefusal(Reason::CREDENTIAL_OF_ANOTHER_AREA));
  EXPECT_THAT(Revoke("nurse"), testing::IsOk());
}

TEST_F(CredentialTest, NobodyConfirmsTheirOwn) {
  EXPECT_THAT(Grant("nurse", kNow + kYear, "per_a"), testing::IsRefusal(Reason::OWN_CREDENTIAL));
  EXPECT_EQ(person().credentials_size(), 0);
}

TEST_F(CredentialTest, ExpiresSomeTimeSoon) {
  EXPECT_THAT(Grant("nurse", kNow), testing::IsRefusal(Reason::INVALID_ARGUMENT_FIELDS));
  EXPECT_THAT(Grant("nurse", kNow + Millis(1)), testing::IsOk());
  EXPECT_THAT(Grant("doctor", kNow + 51 * kYear),
              testing::IsRefusal(Reason::INVALID_ARGUMENT_FIELDS));
  EXPECT_EQ(person().credentials_size(), 1);
}

TEST_F(CredentialTest, SixteenKindsAtMost) {
  for (int i = 0; i < 16; ++i) {
    ASSERT_THAT(Grant("kind_" + std::to_string(i), kNow + kYear), testing::IsOk());
  }
  EXPECT_THAT(Grant("one_more", kNow + kYear), testing::IsRefusal(Reason::TOO_MANY_CREDENTIALS));
  EXPECT_THAT(Grant("kind_3", kNow + kYear), testing::IsOk()) << "a renewal";
}

TEST_F(CredentialTest, RevokedIsGone) {
  EXPECT_THAT(Revoke("nurse"), testing::IsRefusal(Reason::NOT_FOUND));
  ASSERT_THAT(Grant("nurse", kNow + kYear), testing::IsOk());
  EXPECT_THAT(Revoke("nurse"), testing::IsOk());
  EXPECT_EQ(person().credentials_size(), 0);
  EXPECT_THAT(Revoke("nurse"), testing::IsRefusal(Reason::NOT_FOUND));
}

}  // namespace
}  // namespace baodao::registration
