#include "tests/integration/registration/fixture.h"

namespace baodao::registration {

ServiceTest::ServiceTest() : ServiceFixture(GetParam(), "registration", kShards) {
  store_ = &OpenStore();
  areas_ = std::make_unique<AreaBook>(*store_, clock_);
  records_ = std::make_unique<record::Repository>(
      *store_, clock_, ring_, [this] { return areas_->tree(); }, registry_,
      [this] { return areas_->Newest(); });
  app_.reset(new App{*records_, clock_, RegistrationKeys(store_->keys()), Vault(ring_), *areas_,
                     tokens_.signer(), sender_, metrics_, LoginLimits()});
  app_->obligations_elsewhere =
      [this](rpc::CallOptions, std::string) -> Task<absl::StatusOr<std::vector<std::string>>> {
    co_return obligations_elsewhere_;
  };
  AddRecords(*app_);
  handlers_ = std::make_unique<Handlers>(*app_);
  handlers_->Register(router_);
  Serve(router_, registry_, records_->Access());
  area_client_ = std::make_unique<rpc::Client<v1::AreaService>>(channel());
  unit_client_ = std::make_unique<rpc::Client<v1::UnitService>>(channel());
  person_client_ = std::make_unique<rpc::Client<v1::PersonService>>(channel());
  registration_client_ = std::make_unique<rpc::Client<v1::RegistrationService>>(channel());
  session_client_ = std::make_unique<rpc::Client<v1::SessionService>>(channel());
  Ok(Import(kAreas));
}

absl::StatusOr<v1::RequestLoginCodeResponse> ServiceTest::Ask(const std::string& phone,
                                                              const std::string& address,
                                                              const std::string& device_token) {
  v1::RequestLoginCodeRequest request;
  request.set_phone(phone);
  request.set_device_token(device_token);
  auto state = std::make_shared<rpc::CallContext::State>();
  state->caller = std::make_shared<const auth::Principal>();
  state->address = address;
  auto answer = address.empty() ? Call(*session_client_, &Sessions::RequestLoginCode, "", request)
                                : Run(SessionHandlers(*app_).RequestLoginCode(
                                      rpc::CallContext(std::move(state)), request));
  if (answer.ok()) challenges_[phone] = answer->challenge_id();
  return answer;
}

absl::StatusOr<v1::Tokens> ServiceTest::TryLogin(const std::string& phone, const std::string& code,
                                                 const std::string& challenge_id) {
  v1::LoginRequest login;
  login.set_phone(phone);
  login.set_code(code);
  login.set_challenge_id(challenge_id.empty() ? challenges_[phone] : challenge_id);
  return Call(*session_client_, &Sessions::Login, "", login);
}

void ServiceTest::ForgetLastMinute(const std::string& phone) {
  const std::string hash = app_->vault.PhoneHash(phone);
  store::Commit commit(app_->keys.PhoneShard(hash));
  commit.Remove(app_->keys.SentMinute(hash, app_->vault.AddressHash("127.0.0.1")));
  EXPECT_THAT(Run(store_->Apply(std::move(commit))), testing::IsOk());
}

ServiceTest::Account ServiceTest::LogIn(const std::string& phone) {
  Ok(Ask(phone));
  Account account;
  account.tokens = Ok(TryLogin(phone, sender_.codes[phone]));
  account.id = account.tokens.person().person_id();
  account.token = account.tokens.access_token();
  return account;
}

absl::StatusOr<v1::ImportAreasResponse> ServiceTest::Import(const std::string& csv,
                                                            const std::string& request_id) {
  v1::ImportAreasRequest request;
  request.set_request_id(request_id.empty() ? NextRequest() : request_id);
  request.set_csv(csv);
  return Call(*area_client_, &Areas::ImportAreas, tokens_.Operator(), request);
}

absl::StatusOr<v1::Registration> ServiceTest::Report(const std::string& token,
                                                     const std::string& area,
                                                     const std::string& subject) {
  v1::CreateRegistrationRequest request;
  request.set_request_id(NextRequest());
  request.set_area_code(area);
  request.set_subject_id(subject);
  return Call(*registration_client_, &Registrations::CreateRegistration, token, request);
}

absl::StatusOr<v1::Registration> ServiceTest::Review(const std::string& token,
                                                     const std::string& id, bool approve) {
  v1::ReviewRegistrationRequest request;
  request.set_request_id(NextRequest());
  request.set_registration_id(id);
  request.set_verdict(approve ? v1::REGISTRATION_VERDICT_APPROVE : v1::REGISTRATION_VERDICT_REJECT);
  if (!approve) request.set_comment("资料不全");
  return Call(*registration_client_, &Registrations::ReviewRegistration, token, request);
}

v1::Registration ServiceTest::Join(const Account& account, const std::string& area) {
  const v1::Registration registration = Ok(Report(account.token, area));
  return Ok(Review(Coordinator("31"), registration.registration_id()));
}

v1::Unit ServiceTest::MakeUnit(const std::string& area, const std::string& liaison) {
  v1::CreateUnitRequest request;
  request.set_request_id(NextRequest());
  request.set_name("同济大学");
  request.set_kind(v1::UNIT_KIND_INSTITUTION);
  request.set_area_code(area);
  request.set_liaison_id(liaison);
  return Ok(Call(*unit_client_, &Units::CreateUnit, Coordinator("31"), request));
}

v1::Profile ServiceTest::ProfileOf(const std::string& person_id) {
  v1::GetProfileRequest request;
  request.set_person_id(person_id);
  return Ok(Call(*person_client_, &People::GetProfile, tokens_.Service("dispatch"), request));
}

void ServiceTest::Advance(Millis duration) {
  clock_.Advance(duration);
  for (const timers::Timer& timer : TakeDue(clock_.Now())) {
    EXPECT_EQ(timer.kind, record::kDeadlineTimer);
    EXPECT_THAT(Run(records_->OnDeadline(timer)), testing::IsOk());
  }
  // A timer that fired is gone or lies ahead.
  for (const timers::Timer& timer : TakeDue(clock_.Now() + Millis(1))) {
    ADD_FAILURE() << timer.member;
  }
}

}  // namespace baodao::registration
