// Consent of people, and what they may not do without it.
#include "baodao/registration/v1/account.grpc.pb.h"
#include "baodao/registration/v1/verification.grpc.pb.h"
#include "common/testing/matchers.h"
#include "tests/integration/registration/fixture.h"

namespace baodao::registration {
namespace {

constexpr char kAnybodysPhone[] = "13812345600";

class ConsentTest : public ServiceTest {
 protected:
  using Terms = rpc::AsyncOf<v1::AccountService>;

  absl::StatusOr<v1::Person> Give(const Account& account, const std::string& version,
                                  const std::string& request_id = "") {
    v1::GiveConsentRequest request;
    request.set_request_id(request_id.empty() ? NextRequest() : request_id);
    request.set_person_id(account.id);
    request.set_version(version);
    return Call(terms_client_, &Terms::GiveConsent, account.token, request);
  }
  absl::StatusOr<v1::Person> TakeBack(const Account& account) {
    v1::WithdrawConsentRequest request;
    request.set_request_id(NextRequest());
    request.set_person_id(account.id);
    return Call(terms_client_, &Terms::WithdrawConsent, account.token, request);
  }
  absl::StatusOr<v1::Person> Name(const Account& account, const std::string& name) {
    v1::UpdatePersonRequest request;
    request.set_request_id(NextRequest());
    request.set_person_id(account.id);
    request.set_display_name(name);
    request.mutable_update_mask()->add_paths("display_name");
    return Call(*person_client_, &People::UpdatePerson, account.token, request);
  }
  v1::Person See(const Account& account, const std::string& token) {
    v1::GetPersonRequest request;
    request.set_person_id(account.id);
    return Ok(Call(*person_client_, &People::GetPerson, token, request));
  }
  bool LacksConsent(const Account& account) {
    v1::BatchGetIdentitiesRequest request;
    request.add_person_ids(account.id);
    return Ok(Call(*person_client_, &People::BatchGetIdentities, tokens_.Service("lists"), request))
        .identities(0)
        .consent_required();
  }
  bool AskedOnRefresh(const Account& account) {
    v1::RefreshTokensRequest request;
    request.set_refresh_token(account.tokens.refresh_token());
    return Ok(Call(*session_client_, &Sessions::RefreshTokens, "", request)).consent_required();
  }
  int Told(bool given) {
    return CountEvents([&](const auto& event) {
      return event.has_consent_changed() && event.consent_changed().given() == given;
    });
  }

  rpc::Client<v1::AccountService> terms_client_{channel()};
};

INSTANTIATE_TEST_SUITE_P(Stores, ConsentTest, ::testing::Values(Backend::kMemory, Backend::kRedis),
                         BackendName);

TEST_P(ConsentTest, WithoutATextNobodyIsAsked) {
  const Account account = LogIn(kAnybodysPhone);
  EXPECT_FALSE(account.tokens.consent_required());
  EXPECT_FALSE(LacksConsent(account));
  EXPECT_EQ(Ok(Call(terms_client_, &Terms::GetPrivacyTerms, "", v1::GetPrivacyTermsRequest()))
                .ByteSizeLong(),
            0u);
  EXPECT_EQ(ReasonName(Give(account, "2026-11")), "NO_PRIVACY_TERMS");
  EXPECT_EQ(ReasonName(TakeBack(account)), "NO_CONSENT");
  EXPECT_THAT(Report(account.token, "c1"), testing::IsOk());
}

TEST_P(ConsentTest, WhoHasNotConsentedBringsInNothingPrivateAndMayLeave) {
  const Account account = LogIn(kAnybodysPhone);
  const v1::Registration registration = Join(account, "c1");
  Ok(Name(account, "王秀英"));
  app_->privacy_terms.set_version("2026-11");
  EXPECT_TRUE(AskedOnRefresh(account));
  EXPECT_TRUE(LacksConsent(account));
  const auto refused = Report(account.token, "c3");
  EXPECT_EQ(ReasonName(refused), "CONSENT_REQUIRED");
  EXPECT_EQ(MetadataOf(refused.status())["version"], "2026-11");
  EXPECT_EQ(ReasonName(Name(account, "王秀兰")), "CONSENT_REQUIRED");
  v1::ApplyForVerificationRequest apply;
  apply.set_request_id(NextRequest());
  apply.set_person_id(account.id);
  apply.set_category("veteran");
  apply.set_statement("1998 年入伍");
  rpc::Client<v1::VerificationService> verifications(channel());
  EXPECT_EQ(
      ReasonName(Call(verifications, &rpc::AsyncOf<v1::VerificationService>::ApplyForVerification,
                      account.token, apply)),
      "CONSENT_REQUIRED");
  EXPECT_EQ(See(account, account.token).display_name(), "王秀英");
  EXPECT_EQ(Ok(Name(account, "")).display_name(), "") << "it only takes away";
  v1::ChangeRegistrationRequest leave;
  leave.set_request_id(NextRequest());
  leave.set_registration_id(registration.registration_id());
  EXPECT_THAT(
      Call(*registration_client_, &Registrations::WithdrawRegistration, account.token, leave),
      testing::IsOk());
}

TEST_P(ConsentTest, ItIsGivenOnceToEachTextAndMayBeTakenBack) {
  app_->privacy_terms.set_version("2026-11");
  const Account account = LogIn(kAnybodysPhone);
  EXPECT_TRUE(account.tokens.consent_required());
  EXPECT_EQ(ReasonName(Give(account, "2025-01")), "PRIVACY_VERSION_OUTDATED");
  EXPECT_EQ(Ok(Give(account, "2026-11", "give")).privacy_consents_size(), 1);
  EXPECT_EQ(Ok(Give(account, "2026-11", "give")).privacy_consents_size(), 1);
  EXPECT_EQ(Ok(Give(account, "2026-11")).privacy_consents_size(), 1);
  EXPECT_EQ(Told(true), 1);
  EXPECT_FALSE(AskedOnRefresh(account));
  EXPECT_FALSE(LacksConsent(account));
  Join(account, "c1");
  EXPECT_EQ(See(account, Coordinator("c1")).privacy_consents_size(), 0) << "nobody else's affair";
  app_->privacy_terms.set_version("2026-12");
  EXPECT_EQ(ReasonName(Name(account, "王秀英")), "CONSENT_REQUIRED");
  EXPECT_EQ(Ok(Give(account, "2026-12")).privacy_consents_size(), 2);
  EXPECT_THAT(Name(account, "王秀英"), testing::IsOk());
  const v1::Person after = Ok(TakeBack(account));
  ASSERT_EQ(after.privacy_consents_size(), 2);
  EXPECT_TRUE(after.privacy_consents(1).has_withdraw_time());
  EXPECT_EQ(Told(false), 2) << "both stood";
  EXPECT_TRUE(LacksConsent(account));
  EXPECT_EQ(ReasonName(TakeBack(account)), "NO_CONSENT");
}

// A login on a device that is not known to be the person's.
class NewDeviceTest : public ServiceTest {
 protected:
  v1::Tokens On(const std::string& device, const std::string& device_token = "") {
    clock_.Advance(std::chrono::seconds(1));
    ForgetLastMinute(kAnybodysPhone);
    Ok(Ask(kAnybodysPhone, "", device_token));
    v1::LoginRequest login;
    login.set_phone(kAnybodysPhone);
    login.set_code(sender_.codes[kAnybodysPhone]);
    login.set_challenge_id(challenges_[kAnybodysPhone]);
    login.set_device_name(device);
    const v1::Tokens tokens = Ok(Call(*session_client_, &Sessions::Login, "", login));
    // The answer was lost.
    Ok(Call(*session_client_, &Sessions::Login, "", login));
    return tokens;
  }
  // The names of the devices that were told of.
  std::vector<std::string> ToldOf() {
    std::vector<std::string> devices;
    CountEvents([&](const auto& event) {
      if (!event.has_signed_in()) return false;
      EXPECT_EQ(event.actor_id(), event.signed_in().person_id());
      devices.push_back(event.signed_in().device_name());
      return true;
    });
    return devices;
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, NewDeviceTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

TEST_P(NewDeviceTest, ThePersonHearsOfADeviceThatDidNotProveToBeKnown) {
  const v1::Tokens first = On("华为");
  EXPECT_TRUE(ToldOf().empty()) << "the first one ever";
  On("华为", first.device_token());
  EXPECT_TRUE(ToldOf().empty()) << "the same device";
  const v1::Tokens second = On("小米");
  EXPECT_EQ(ToldOf(), (std::vector<std::string>{"小米"})) << "told once";
  On("小米", second.device_token());
  EXPECT_EQ(ToldOf().size(), 1u);
}

TEST_P(NewDeviceTest, ADeviceWhoseSessionWasEndedIsNew) {
  On("华为");
  const v1::Tokens second = On("小米");
  std::string session;
  CountEvents([&](const auto& event) {
    if (event.has_signed_in()) session = event.signed_in().session_id();
    return false;
  });
  v1::EndSessionRequest end;
  end.set_request_id(NextRequest());
  end.set_session_id(session);
  rpc::Client<v1::AccountService> accounts(channel());
  EXPECT_TRUE(
      Ok(Call(accounts, &rpc::AsyncOf<v1::AccountService>::EndSession, second.access_token(), end))
          .ended())
      << "what is told names the session";
  On("小米", second.device_token());
  EXPECT_EQ(ToldOf().size(), 2u);
}

}  // namespace
}  // namespace baodao::registration
