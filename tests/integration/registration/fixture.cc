#include "tests/integration/registration/fixture.h"

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <utility>

#include "common/testing/matchers.h"

namespace baodao::registration {
namespace {

testing::RedisServer& SharedServer() {
  static testing::RedisServer server;
  return server;
}

template <class T>
T Ok(absl::StatusOr<T> result) {
  if (!result.ok()) throw std::runtime_error(result.status().ToString());
  return *std::move(result);
}

}  // namespace

ServiceTest::ServiceTest() {
  // A prefix of its own: no test sees another's keys.
  static std::atomic<int> number{0};
  const store::Keys keys("registration" + std::to_string(++number), kShards);
  if (GetParam() == Backend::kMemory) {
    store_ = std::make_unique<store::MemoryStore>(keys, data_, clock_);
  } else {
    redis_ = Ok(Run(redis::Connect(loop_, SharedServer().config())));
    store_ = Ok(Run(store::RedisStore::Open(loop_, *redis_, keys)));
  }
  areas_ = std::make_unique<AreaBook>(*store_, clock_);
  records_ = std::make_unique<record::Repository>(
      *store_, clock_, ring_, [this] { return areas_->tree(); }, registry_,
      [this] { return areas_->Newest(); });
  app_.reset(new App{*records_, clock_, RegistrationKeys(store_->keys()), Vault(ring_), *areas_,
                     tokens_.signer(), sender_, metrics_, LoginLimits()});
  AddRecords(*app_);
  handlers_ = std::make_unique<Handlers>(*app_);
  handlers_->Register(router_);
  rpc::ServerOptions options = testing::TestServerOptions(tokens_, registry_);
  options.access = records_->Access();
  options.clock = &clock_;
  server_ = std::make_unique<testing::RpcServer>(loop_, router_, options);
  area_client_ = std::make_unique<rpc::Client<v1::AreaService>>(server_->channel());
  unit_client_ = std::make_unique<rpc::Client<v1::UnitService>>(server_->channel());
  person_client_ = std::make_unique<rpc::Client<v1::PersonService>>(server_->channel());
  registration_client_ = std::make_unique<rpc::Client<v1::RegistrationService>>(server_->channel());
  service_point_client_ =
      std::make_unique<rpc::Client<v1::ServicePointService>>(server_->channel());
  session_client_ = std::make_unique<rpc::Client<v1::SessionService>>(server_->channel());
  Ok(Import(kAreas));
}

ServiceTest::~ServiceTest() {
  server_.reset();
  if (redis_) testing::Run(loop_, redis_->Close());
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
  request.set_request_id(request_id.empty() ? NextRequestId() : request_id);
  request.set_csv(csv);
  return Call(*area_client_, &Areas::ImportAreas, tokens_.Operator(), request);
}

absl::StatusOr<v1::Registration> ServiceTest::Report(const std::string& token,
                                                     const std::string& area,
                                                     const std::string& subject) {
  v1::CreateRegistrationRequest request;
  request.set_request_id(NextRequestId());
  request.set_area_code(area);
  request.set_subject_id(subject);
  return Call(*registration_client_, &Registrations::CreateRegistration, token, request);
}

absl::StatusOr<v1::Registration> ServiceTest::Review(const std::string& token,
                                                     const std::string& id, bool approve) {
  v1::ReviewRegistrationRequest request;
  request.set_request_id(NextRequestId());
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
  request.set_request_id(NextRequestId());
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

std::vector<events::v1::Event> ServiceTest::Events() {
  std::vector<events::v1::Event> events;
  for (int shard = 0; shard < kShards; ++shard) {
    const auto entries =
        Ok(Run(store_->ReadStream(store_->keys().Events(shard), "", false, 10'000)));
    for (const store::StreamEntry& entry : entries) {
      EXPECT_TRUE(events.emplace_back().ParseFromString(entry.bytes));
    }
  }
  return events;
}

int ServiceTest::CountEvents(std::function<bool(const events::v1::Event&)> fits) {
  const auto events = Events();
  return static_cast<int>(std::count_if(events.begin(), events.end(), fits));
}

void ServiceTest::Advance(Millis duration) {
  clock_.Advance(duration);
  for (int shard = 0; shard < kShards; ++shard) {
    const auto due = Ok(Run(store_->TakeDueTimers(shard, clock_.Now(), Millis(1), 100)));
    for (const store::DueTimer& taken : due) {
      const size_t bar = taken.member.find('|');
      timers::Timer timer{taken.member.substr(0, bar),
                          taken.member.substr(bar + 1),
                          "",
                          taken.member,
                          shard,
                          taken.due};
      EXPECT_EQ(timer.kind, record::kDeadlineTimer);
      const absl::Status status = Run(records_->OnDeadline(timer));
      EXPECT_THAT(status, testing::IsOk());
    }
    // Whatever fired is gone or lies ahead.
    const auto again =
        Ok(Run(store_->TakeDueTimers(shard, clock_.Now() + Millis(1), Millis(1), 100)));
    EXPECT_TRUE(again.empty()) << again[0].member;
  }
}

}  // namespace baodao::registration
