#include "services/registration/domain/consent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/clock/timestamp.h"
#include "common/record/mask.h"
#include "common/status/status.h"
#include "common/testing/matchers.h"
#include "services/registration/domain/account_deletion.h"
#include "services/registration/domain/person_rules.h"

namespace baodao::registration {
namespace {

constexpr Time kAsked{Millis(1'748'736'000'000)};

TEST(Consents, WithoutATextNobodyIsAsked) {
  v1::Person person;
  EXPECT_FALSE(NeedsConsent(person, ""));
  EXPECT_THAT(CheckConsent(person, ""), testing::IsOk());
  EXPECT_THAT(Consent("1", "", kAsked, &person), testing::IsRefusal(Reason::NO_PRIVACY_TERMS));
}

TEST(Consents, AreToTheTextInForce) {
  v1::Person person;
  EXPECT_THAT(CheckConsent(person, "2"), testing::IsRefusal(Reason::CONSENT_REQUIRED));
  EXPECT_THAT(Consent("1", "2", kAsked, &person),
              testing::IsRefusal(Reason::PRIVACY_VERSION_OUTDATED));
  EXPECT_THAT(Consent("2", "2", kAsked, &person), testing::IsOk());
  EXPECT_THAT(Consent("2", "2", kAsked + Millis(1), &person), testing::IsOk());
  ASSERT_EQ(person.privacy_consents_size(), 1);
  EXPECT_EQ(ToTime(person.privacy_consents(0).give_time()), kAsked);
  EXPECT_THAT(CheckConsent(person, "2"), testing::IsOk());
  EXPECT_TRUE(NeedsConsent(person, "3"));
}

TEST(Consents, ThatAreTakenBackStayInTheHistory) {
  v1::Person person;
  EXPECT_THAT(WithdrawConsents(kAsked, &person), testing::IsRefusal(Reason::NO_CONSENT));
  EXPECT_THAT(Consent("1", "1", kAsked, &person), testing::IsOk());
  EXPECT_THAT(Consent("2", "2", kAsked, &person), testing::IsOk());
  EXPECT_THAT(WithdrawConsents(kAsked + Millis(5), &person), testing::IsOk());
  EXPECT_THAT(WithdrawConsents(kAsked + Millis(6), &person),
              testing::IsRefusal(Reason::NO_CONSENT));
  ASSERT_EQ(person.privacy_consents_size(), 2);
  EXPECT_EQ(ToTime(person.privacy_consents(0).withdraw_time()), kAsked + Millis(5));
  EXPECT_TRUE(NeedsConsent(person, "1"));
  EXPECT_TRUE(NeedsConsent(person, "2"));
}

TEST(Consents, TheOldestAreForgotten) {
  v1::Person person;
  for (int i = 0; i <= kMaxConsents; ++i) {
    const std::string version = std::to_string(i);
    EXPECT_THAT(Consent(version, version, kAsked, &person), testing::IsOk());
  }
  EXPECT_EQ(person.privacy_consents_size(), kMaxConsents);
  EXPECT_EQ(person.privacy_consents(0).version(), "1");
}

TEST(Consents, AnUpdateThatOnlyEmptiesFieldsNeedsNone) {
  v1::UpdatePersonRequest request;
  for (const char* path : {"display_name", "skills", "photo"}) {
    request.mutable_update_mask()->add_paths(path);
  }
  request.set_address("平凉路 1 号");  // the mask does not name it
  EXPECT_TRUE(record::OnlyEmpties(request));
  request.add_skills("first_aid");
  EXPECT_FALSE(record::OnlyEmpties(request));
  request.clear_skills();
  request.mutable_photo()->set_url("https://photos.example.org/1.jpg");
  EXPECT_FALSE(record::OnlyEmpties(request));
  request.mutable_photo()->clear_url();
  EXPECT_TRUE(record::OnlyEmpties(request));
  // As apps take a home away.
  request.mutable_update_mask()->add_paths("home");
  request.mutable_home()->set_latitude(0);
  request.mutable_home()->set_longitude(0);
  EXPECT_TRUE(record::OnlyEmpties(request));
  request.mutable_home()->set_latitude(31.27);
  EXPECT_FALSE(record::OnlyEmpties(request));
}

TEST(AccountDeletion, ComesAfterSomeTimeAndOnce) {
  v1::PersonRecord record;
  record.set_phone_hash("hash");
  record.add_search_terms("term");
  v1::Person& person = *record.mutable_person();
  person.set_person_id("per_1");
  person.add_skills("first_aid");
  EXPECT_THAT(CheckStays(person), testing::IsOk());
  EXPECT_THAT(Reopen(kAsked, &record), testing::IsRefusal(Reason::NO_ACCOUNT_DELETION));
  Close(kAsked, &person);
  EXPECT_THAT(CheckStays(person), testing::IsRefusal(Reason::ACCOUNT_CLOSING));
  EXPECT_EQ(NextTimeOf(record), kAsked + kDeleteAfter);
  EXPECT_THAT(Reopen(kAsked, &record), testing::IsOk());
  EXPECT_EQ(NextTimeOf(record), std::nullopt);
  Close(kAsked, &person);
  EXPECT_TRUE(PutOff(kAsked + kDeleteAfter, {"need"}, &record));
  EXPECT_FALSE(PutOff(kAsked + kDeleteAfter, {"need"}, &record)) << "told already";
  EXPECT_TRUE(PutOff(kAsked + kDeleteAfter, {"need", "task"}, &record));
  EXPECT_EQ(DeletionDue(record), kAsked + kDeleteAfter + kPutOff);
  record.set_new_phone_hash("another");
  record.set_kept_session_id("ses_1");
  Erase(kAsked, &record);
  EXPECT_TRUE(IsErased(record));
  EXPECT_EQ(DeletionDue(record), std::nullopt);
  EXPECT_EQ(NextTimeOf(record), kAsked + kRemainsAfter);
  EXPECT_THAT(record.remains().phone_hashes(), ::testing::ElementsAre("hash", "another"));
  EXPECT_EQ(record.remains().kept_session_id(), "ses_1");
  EXPECT_THAT(Reopen(kAsked, &record), testing::IsRefusal(Reason::NOT_FOUND));
  record.clear_remains();
  EXPECT_EQ(NextTimeOf(record), std::nullopt);
  v1::PersonRecord left;
  left.mutable_person()->set_person_id("per_1");
  *left.mutable_person()->mutable_update_time() = ToTimestamp(kAsked);
  *left.mutable_person()->mutable_delete_time() = ToTimestamp(kAsked);
  record.mutable_person()->clear_create_time();
  EXPECT_EQ(record.SerializeAsString(), left.SerializeAsString());
}

TEST(AccountDeletion, DoesNotHoldUpReminders) {
  v1::PersonRecord record;
  record.set_phone_hash("hash");
  v1::Credential& credential = *record.mutable_person()->add_credentials();
  *credential.mutable_verify_time() = ToTimestamp(kAsked);
  *credential.mutable_expire_time() = ToTimestamp(kAsked + std::chrono::hours(24 * 35));
  const Time reminder = kAsked + std::chrono::hours(24 * 5);
  EXPECT_EQ(NextTimeOf(record), reminder);
  Close(kAsked, record.mutable_person());
  EXPECT_EQ(NextTimeOf(record), reminder);
}

}  // namespace
}  // namespace baodao::registration
