// Login, refresh and logout.
#include <algorithm>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/registration/app/phone_code.h"
#include "services/registration/app/sessions.h"
#include "services/registration/domain/consent.h"
#include "services/registration/domain/login_rules.h"
#include "services/registration/domain/person_rules.h"
#include "services/registration/domain/role_rules.h"
#include "services/registration/rpc/session_handlers.h"

namespace baodao::registration {
namespace {

v1::PersonRecord NewPerson(const Vault& vault, int shard, const std::string& phone, Time now) {
  v1::PersonRecord record;
  v1::Person& person = *record.mutable_person();
  person.set_person_id(record::Repository::NewId(kPerson, shard));
  *person.mutable_create_time() = ToTimestamp(now);
  *person.mutable_update_time() = ToTimestamp(now);
  PrivateFields fields;
  fields.phone = phone;
  vault.Seal(fields, &record);
  record.set_phone_hash(vault.PhoneHash(phone));
  return record;
}

void TellOfSignIn(const v1::SessionRecord& session, record::Transaction& transaction) {
  events::v1::Event event;
  events::v1::SignedIn& signed_in = *event.mutable_signed_in();
  signed_in.set_person_id(session.person_id());
  signed_in.set_session_id(session.session_id());
  signed_in.set_device_name(session.device_name());
  transaction.set_actor(session.person_id());
  transaction.Emit(std::move(event));
}

}  // namespace

void SessionHandlers::Renew(std::string token, Time now, Entry* entry) const {
  if (entry->session.device_id().empty()) {
    const int shard = app_.records.ShardOfId(entry->session.session_id());
    entry->session.set_device_id(ids::New("dev", shard));
  }
  RotateRefresh(app_.vault.TokenHash(token), now, &entry->session);
  entry->refresh_token = std::move(token);
}

absl::StatusOr<std::string> SessionHandlers::InForceAfter(std::string exchanged,
                                                          const v1::SessionRecord& session) const {
  for (int i = 0; i < kMaxReplaced; ++i) {
    exchanged = app_.vault.NextRefreshToken(exchanged);
    if (app_.vault.TokenHash(exchanged) == session.refresh_hash()) return exchanged;
  }
  return absl::DataLossError("the refresh tokens of a session do not follow from each other");
}

Task<absl::Status> SessionHandlers::Enter(record::Transaction& transaction,
                                          const std::string& phone, Entry* entry) {
  const std::string phone_hash = app_.vault.PhoneHash(phone);
  const int shard = app_.keys.PhoneShard(phone_hash);
  CO_ASSIGN_OR_RETURN(const store::Stored index,
                      co_await app_.store().Get(app_.keys.Phone(phone_hash)));
  record::Versioned<v1::PersonRecord> known;
  if (index.exists()) {
    CO_ASSIGN_OR_RETURN(known, co_await app_.records.Load(kPerson, index.bytes));
  }
  // A phone that its holder has given up belongs to whoever has got the number.
  const bool returns = SignsInWith(known.record, phone_hash, transaction.now());
  if (returns) {
    entry->person = std::move(known.record);
    entry->person.mutable_person()->set_etag(record::EtagOf(known.version));
  } else {
    entry->person = NewPerson(app_.vault, shard, phone, transaction.now());
    const std::string& id = entry->person.person().person_id();
    transaction.commit().Put(app_.keys.Phone(phone_hash), index.version, id);
    transaction.set_actor(id);
    transaction.Put(kPerson, {}, entry->person);
    entry->person.mutable_person()->set_etag(record::EtagOf(1));
  }
  entry->session.set_session_id(record::Repository::NewId(kSession, shard));
  entry->session.set_person_id(entry->person.person().person_id());
  entry->session.set_phone_hash(phone_hash);
  *entry->session.mutable_create_time() = ToTimestamp(transaction.now());
  if (returns && entry->session.device_id().empty()) TellOfSignIn(entry->session, transaction);
  Renew(app_.vault.FirstRefreshToken(entry->session.session_id()), transaction.now(), entry);
  transaction.Put(kSession, {}, entry->session);
  co_return absl::OkStatus();
}

Task<absl::Status> SessionHandlers::DecideLogin(record::Transaction& transaction,
                                                const v1::LoginRequest& request, Entry* entry) {
  const GivenCode given{request.phone(), request.code(), request.challenge_id()};
  CO_ASSIGN_OR_RETURN(const TriedCode tried, co_await TryCode(app_, transaction, given));
  *entry = {};
  entry->refusal = tried.refusal;
  if (!tried.refusal.ok()) co_return absl::OkStatus();
  v1::LoginCodeRecord code = tried.before.record;
  if (!code.session_id().empty()) {
    CO_RETURN_IF_ERROR(co_await EnterAgain(code.session_id(), entry));
    co_return absl::OkStatus();
  }
  entry->session.set_device_id(code.device_id());
  entry->session.set_device_name(request.device_name());
  CO_RETURN_IF_ERROR(co_await Enter(transaction, request.phone(), entry));
  UseCode(entry->session.session_id(), transaction.now(), &code);
  transaction.Put(kLoginCode, tried.before, code);
  co_return absl::OkStatus();
}

// The answer to the login was lost, or it was sent twice: into the session it began, with the same
// refresh token.
Task<absl::Status> SessionHandlers::EnterAgain(std::string session_id, Entry* entry) {
  CO_ASSIGN_OR_RETURN(const auto before, co_await app_.records.Find(kSession, session_id));
  if (!before.exists() || !MayRepeatLogin(before.record)) {
    co_return Refuse(Reason::LOGIN_CODE_EXPIRED);
  }
  CO_ASSIGN_OR_RETURN(auto person, co_await app_.records.Load(kPerson, before.record.person_id()));
  if (!Keeps(person.record, before.record, app_.clock.Now())) {
    co_return Refuse(Reason::LOGIN_CODE_EXPIRED);
  }
  entry->person = std::move(person.record);
  entry->person.mutable_person()->set_etag(record::EtagOf(person.version));
  entry->session = before.record;
  entry->refresh_token = app_.vault.FirstRefreshToken(session_id);
  co_return absl::OkStatus();
}

absl::StatusOr<v1::Tokens> SessionHandlers::TokensOf(const Entry& entry) const {
  const Time now = app_.clock.Now();
  const auth::Principal principal = auth::Principal::Person(
      entry.session.person_id(), GrantsOf(entry.person), entry.session.session_id());
  v1::Tokens tokens;
  tokens.set_access_token(app_.signer.Sign(principal, now, auth::kAccessLife));
  *tokens.mutable_access_expire_time() = ToTimestamp(now + auth::kAccessLife);
  tokens.set_refresh_token(entry.refresh_token);
  *tokens.mutable_refresh_expire_time() = entry.session.refresh_expire_time();
  tokens.set_device_token(app_.vault.DeviceToken(entry.person.phone_hash(),
                                                 entry.session.device_id(), now + kDeviceLife));
  ASSIGN_OR_RETURN(*tokens.mutable_person(), app_.vault.Show(entry.person, true));
  tokens.set_consent_required(NeedsConsent(tokens.person(), app_.privacy_terms.version()));
  return tokens;
}

Task<absl::StatusOr<v1::Tokens>> SessionHandlers::Login(rpc::CallContext context,
                                                        v1::LoginRequest request) {
  CO_RETURN_IF_ERROR(co_await CountAddress(context));
  Entry entry;
  std::function<Task<absl::Status>(record::Transaction&)> decide =
      [&](record::Transaction& transaction) { return DecideLogin(transaction, request, &entry); };
  const int shard = app_.keys.PhoneShard(app_.vault.PhoneHash(request.phone()));
  absl::Status done = co_await app_.records.Update(
      shard, record::OriginOf(context, app_.clock.Now()), std::move(decide));
  if (Is(done, Reason::LOGIN_CODE_EXPIRED)) app_.metrics.Login(LoginResult::kExpired);
  if (Is(done, Reason::TOO_MANY_ATTEMPTS)) app_.metrics.Login(LoginResult::kExhausted);
  CO_RETURN_IF_ERROR(done);
  app_.metrics.Login(entry.refusal.ok() ? LoginResult::kOk : LoginResult::kWrongCode);
  CO_RETURN_IF_ERROR(entry.refusal);
  co_return TokensOf(entry);
}

Task<absl::Status> SessionHandlers::DecideRefresh(record::Transaction& transaction,
                                                  std::string session_id, std::string token,
                                                  Entry* entry) {
  CO_ASSIGN_OR_RETURN(const auto before, co_await app_.records.Find(kSession, session_id));
  if (!before.exists()) co_return Refuse(Reason::REFRESH_TOKEN_INVALID);
  *entry = {};
  entry->session = before.record;
  const RefreshVerdict verdict =
      JudgeRefresh(before.record, app_.vault.TokenHash(token), transaction.now());
  if (verdict == RefreshVerdict::kEnded) co_return Refuse(Reason::SESSION_ENDED);
  if (verdict == RefreshVerdict::kExpired) co_return Refuse(Reason::REFRESH_TOKEN_INVALID);
  if (verdict == RefreshVerdict::kReused) {
    // A thief of the refresh token has the device token, too.
    if (const std::string& device = before.record.device_id(); !device.empty()) {
      CO_RETURN_IF_ERROR(
          (co_await app_.store().Increment(app_.keys.DeviceEnded(device), kDeviceLife)).status());
    }
    entry->session.set_ended(true);
    entry->refusal = Refuse(Reason::REFRESH_TOKEN_REUSED);
  } else {
    CO_ASSIGN_OR_RETURN(auto person,
                        co_await app_.records.Load(kPerson, before.record.person_id()));
    if (!Keeps(person.record, before.record, transaction.now()))
      co_return Refuse(Reason::SESSION_ENDED);
    entry->person = std::move(person.record);
    entry->person.mutable_person()->set_etag(record::EtagOf(person.version));
  }
  if (verdict == RefreshVerdict::kRepeat) {
    CO_ASSIGN_OR_RETURN(entry->refresh_token, InForceAfter(std::move(token), before.record));
    co_return absl::OkStatus();  // nothing changes
  }
  if (verdict == RefreshVerdict::kRotate) {
    Renew(app_.vault.NextRefreshToken(token), transaction.now(), entry);
  }
  transaction.Put(kSession, before, entry->session);
  co_return absl::OkStatus();
}

Task<absl::StatusOr<v1::Tokens>> SessionHandlers::RefreshTokens(rpc::CallContext context,
                                                                v1::RefreshTokensRequest request) {
  const std::string session_id = app_.vault.SessionOf(request.refresh_token());
  if (session_id.empty()) co_return Refuse(Reason::REFRESH_TOKEN_INVALID);
  Entry entry;
  std::function<Task<absl::Status>(record::Transaction&)> decide =
      [&](record::Transaction& transaction) {
        return DecideRefresh(transaction, session_id, request.refresh_token(), &entry);
      };
  CO_RETURN_IF_ERROR(co_await app_.records.Update(app_.records.ShardOfId(session_id),
                                                  record::OriginOf(context, app_.clock.Now()),
                                                  std::move(decide)));
  app_.metrics.Login(entry.refusal.ok() ? LoginResult::kOk : LoginResult::kReused);
  CO_RETURN_IF_ERROR(entry.refusal);
  co_return TokensOf(entry);
}

Task<absl::StatusOr<v1::LogoutResponse>> SessionHandlers::Logout(rpc::CallContext context,
                                                                 v1::LogoutRequest) {
  const std::string& session_id = context.caller().session_id;
  // A token that was minted without a session has none to end.
  if (session_id.empty()) co_return v1::LogoutResponse();
  CO_RETURN_IF_ERROR(
      co_await EndSession(app_, record::OriginOf(context, app_.clock.Now()), session_id));
  co_return v1::LogoutResponse();
}

void SessionHandlers::Register(rpc::Router& router) {
  const std::string service = "baodao.registration.v1.SessionService/";
  router.Unary(service + "RequestLoginCode", this, &SessionHandlers::RequestLoginCode);
  router.Unary(service + "Login", this, &SessionHandlers::Login);
  router.Unary(service + "RefreshTokens", this, &SessionHandlers::RefreshTokens);
  router.Unary(service + "Logout", this, &SessionHandlers::Logout);
}

}  // namespace baodao::registration
