#include "services/registration/domain/verification_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/clock/timestamp.h"
#include "common/status/status.h"
#include "common/testing/machine.h"
#include "common/testing/matchers.h"
#include "services/registration/domain/person_rules.h"

namespace baodao::registration {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Time kVerifiedAt{Millis(1'748'736'000'000)};
constexpr std::chrono::days kOneYear{365};

class VerificationTest : public ::testing::Test {
 protected:
  VerificationTest() {
    record_.mutable_person()->set_person_id("per_a");
    record_.add_area_codes("3101");
  }

  static Verifier Coordinator(const std::string& area, const std::string& id = "per_c") {
    Verifier verifier;
    verifier.id = id;
    verifier.covers = [](std::string_view above, std::string_view below) {
      return below.starts_with(above);
    };
    verifier.coordinates = [area](std::string_view asked) { return asked.starts_with(area); };
    return verifier;
  }
  static v1::ApplyForVerificationRequest For(const std::string& category,
                                             const std::string& area = "") {
    v1::ApplyForVerificationRequest request;
    request.set_person_id("per_a");
    request.set_category(category);
    request.set_area_code(area);
    return request;
  }
  absl::StatusOr<v1::Verification> Ask(const v1::ApplyForVerificationRequest& request,
                                       const std::string& by = "per_a") {
    return Apply(request, "vrf_" + std::to_string(++applications_), by, kVerifiedAt, &record_);
  }
  // Applies for it, and a coordinator agrees.
  void Verify(const std::string& category) {
    v1::VerificationRecord record;
    *record.mutable_verification() = Ask(For(category)).value();
    ASSERT_THAT(Move(VerificationEvent::kApprove, kVerifiedAt, &record, &record_), testing::IsOk());
    ASSERT_THAT(Accept(record.verification(), Coordinator("31"), kVerifiedAt, &record_),
                testing::IsOk());
  }
  std::vector<std::string> Counted() const {
    const v1::Profile profile = MakeProfile(record_, 1);
    return {profile.categories().begin(), profile.categories().end()};
  }

  v1::PersonRecord record_;
  int applications_ = 0;
};

TEST(VerificationMachine, EveryPairOfStateAndEvent) {
  using enum v1::VerificationState;
  using enum VerificationEvent;
  testing::CheckEveryPair(kVerificationMachine,
                          {{{VERIFICATION_STATE_PENDING, kApprove}, VERIFICATION_STATE_APPROVED},
                           {{VERIFICATION_STATE_PENDING, kReject}, VERIFICATION_STATE_REJECTED},
                           {{VERIFICATION_STATE_PENDING, kWithdraw}, VERIFICATION_STATE_WITHDRAWN},
                           {{VERIFICATION_STATE_PENDING, kLapse}, VERIFICATION_STATE_LAPSED}},
                          kLapse);
}

TEST_F(VerificationTest, SayingSoIsNotEnoughForWhatNeedsProof) {
  for (const char* category : {"volunteer", "party_member", "deputy", "veteran"}) {
    record_.mutable_person()->add_categories(category);
  }
  EXPECT_THAT(Counted(), ElementsAre("volunteer"));
  Verify("veteran");
  Verify("committee_member");  // not declared before
  EXPECT_THAT(Counted(), ElementsAre("volunteer", "veteran", "committee_member"));
  const v1::VerifiedCategory& veteran = record_.person().verified_categories(0);
  EXPECT_EQ(veteran.verifier_id(), "per_c");
  EXPECT_EQ(veteran.area_code(), "3101");
  EXPECT_EQ(ToTime(veteran.verify_time()), kVerifiedAt);
  EXPECT_EQ(veteran.source(), v1::VERIFICATION_SOURCE_SELF_APPLIED);
}

TEST_F(VerificationTest, ACategoryGivenUpIsVerifiedNoMore) {
  Verify("party_member");
  Verify("veteran");
  v1::UpdatePersonRequest update;
  update.add_categories("veteran");
  update.mutable_update_mask()->add_paths("categories");
  PrivateFields fields;
  ApplyPersonUpdate(update, kVerifiedAt, &record_, &fields);
  EXPECT_THAT(Counted(), ElementsAre("veteran"));
  update.add_categories("party_member");
  ApplyPersonUpdate(update, kVerifiedAt, &record_, &fields);
  EXPECT_THAT(Counted(), ElementsAre("veteran"));
}

TEST_F(VerificationTest, OneApplicationForOneThingIsOpenAtATime) {
  v1::VerificationRecord first;
  *first.mutable_verification() = Ask(For("veteran")).value();
  EXPECT_THAT(Ask(For("veteran")), testing::IsRefusal(Reason::ALREADY_APPLIED));
  ASSERT_THAT(Move(VerificationEvent::kWithdraw, kVerifiedAt, &first, &record_), testing::IsOk());
  EXPECT_THAT(record_.open_verifications(), IsEmpty());
  Verify("veteran");
  EXPECT_THAT(Ask(For("veteran")), testing::IsRefusal(Reason::ALREADY_VERIFIED));
  for (int i = 0; i < kMaxOpenVerifications; ++i) {
    ASSERT_THAT(Ask(For("tag_" + std::to_string(i))), testing::IsOk());
  }
  EXPECT_THAT(Ask(For("deputy")), testing::IsRefusal(Reason::TOO_MANY_VERIFICATIONS));
  while (record_.person().categories_size() < kMaxCategories) {
    record_.mutable_person()->add_categories("c" + std::to_string(applications_++));
  }
  EXPECT_THAT(Ask(For("deputy")), testing::IsRefusal(Reason::TOO_MANY_CATEGORIES));
}

TEST_F(VerificationTest, AnAreaOfThePersonAnswers) {
  EXPECT_THAT(Ask(For("veteran", "3202")), testing::IsRefusal(Reason::NOT_REGISTERED));
  record_.add_area_codes("3202");
  EXPECT_EQ(ViolationsOf(Ask(For("veteran")).status())[0].field, "area_code");
  v1::ThroughUnit& through = *record_.add_through_units();
  through.set_area_code("3202");
  through.set_unit_id("unt_1");
  const auto applied = Ask(For("veteran", "3202"), "per_l");
  ASSERT_THAT(applied, testing::IsOk());
  EXPECT_EQ(applied->unit_id(), "unt_1");
  EXPECT_EQ(applied->source(), v1::VERIFICATION_SOURCE_NOMINATED);
  record_.clear_area_codes();
  EXPECT_THAT(Accept(*applied, Coordinator("32"), kVerifiedAt, &record_),
              testing::IsRefusal(Reason::NOT_REGISTERED));
}

TEST_F(VerificationTest, AnApplicationNamesACategoryOrACredential) {
  const auto field = [](const v1::ApplyForVerificationRequest& request) {
    const auto violations = ViolationsOf(CheckApplication(request, kVerifiedAt));
    return violations.empty() ? "" : violations[0].field;
  };
  v1::ApplyForVerificationRequest request;
  EXPECT_EQ(field(request), "category");
  request = For("veteran");
  EXPECT_EQ(field(request), "");
  request.set_issuer("上海市退役军人事务局");
  EXPECT_EQ(field(request), "issuer");
  request.set_credential_kind("nurse");
  EXPECT_EQ(field(request), "category");
  request.clear_category();
  EXPECT_EQ(field(request), "expire_time");
  *request.mutable_expire_time() = ToTimestamp(kVerifiedAt);
  EXPECT_EQ(field(request), "expire_time");
  *request.mutable_expire_time() = ToTimestamp(kVerifiedAt + kOneYear);
  EXPECT_EQ(field(request), "");
  request.add_photos()->set_url("http://photos.example.org/card.jpg");
  EXPECT_EQ(field(request), "photos[0].url");
  request.clear_issuer();
  EXPECT_EQ(field(request), "issuer");
}

TEST_F(VerificationTest, RevokedByTheAreaThatAnswersForIt) {
  Verify("party_member");
  v1::RevokeVerificationRequest request;
  request.set_category("veteran");
  EXPECT_THAT(RevokeCategory(request, Coordinator("31"), kVerifiedAt, &record_),
              testing::IsRefusal(Reason::NOT_FOUND));
  request.set_category("party_member");
  EXPECT_THAT(RevokeCategory(request, Coordinator("32"), kVerifiedAt, &record_),
              testing::IsRefusal(Reason::VERIFICATION_OF_ANOTHER_AREA));
  ASSERT_THAT(RevokeCategory(request, Coordinator("31"), kVerifiedAt, &record_), testing::IsOk());
  EXPECT_THAT(Counted(), IsEmpty());
  EXPECT_THAT(record_.person().categories(), ElementsAre("party_member"));
}

TEST_F(VerificationTest, CredentialsAreRemindedOfTwice) {
  v1::Credential& nurse = *record_.mutable_person()->add_credentials();
  nurse.set_kind("nurse");
  *nurse.mutable_verify_time() = ToTimestamp(kVerifiedAt);
  *nurse.mutable_expire_time() = ToTimestamp(kVerifiedAt + kOneYear);
  const Time first = kVerifiedAt + kOneYear - std::chrono::days(30);
  const Time second = kVerifiedAt + kOneYear - std::chrono::days(7);
  EXPECT_EQ(NextReminder(record_), first);
  EXPECT_EQ(Remind(first, &record_).size(), 1u);
  EXPECT_EQ(NextReminder(record_), second);
  v1::PersonRecord late = record_;
  EXPECT_EQ(Remind(second, &record_).size(), 1u);
  EXPECT_EQ(NextReminder(record_), std::nullopt);
  // It has expired: there is nothing to remind of.
  EXPECT_EQ(Remind(kVerifiedAt + kOneYear, &late).size(), 0u);
  // One granted within the last week is not told to be renewed at once.
  *nurse.mutable_verify_time() = ToTimestamp(second + std::chrono::days(1));
  record_.clear_reminded_until();
  EXPECT_EQ(NextReminder(record_), std::nullopt);
}

}  // namespace
}  // namespace baodao::registration
