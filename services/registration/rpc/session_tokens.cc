// Login, refresh and logout.
#include <algorithm>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/timers/timer_loop.h"
#include "services/registration/domain/login_rules.h"
#include "services/registration/domain/role_rules.h"
#include "services/registration/rpc/session_handlers.h"

namespace baodao::registration {
namespace {

v1::PersonRecord NewPerson(const Vault& vault, int shard, const std::string& phone, Time now) {
  v1::PersonRecord record;
  v1::Person& person = *record.mutable_person();
  person.set_person_id(ids::New("per", shard));
  *person.mutable_create_time() = ToTimestamp(now);
  *person.mutable_update_time() = ToTimestamp(now);
  PrivateFields fields;
  fields.phone = phone;
  vault.Seal(fields, &record);
  record.set_phone_hash(vault.PhoneHash(phone));
  return record;
}

}  // namespace

void SessionHandlers::Renew(std::string token, Time now, Entry* entry) const {
  if (entry->session.device_id().empty()) {
    const int shard = env_.keys.keys().ShardOfId(entry->session.session_id());
    entry->session.set_device_id(ids::New("dev", shard));
  }
  RotateRefresh(env_.vault.TokenHash(token), now, &entry->session);
  entry->refresh_token = std::move(token);
}

absl::StatusOr<std::string> SessionHandlers::InForceAfter(std::string exchanged,
                                                          const v1::SessionRecord& session) const {
  for (int i = 0; i < kMostReplaced; ++i) {
    exchanged = env_.vault.NextRefreshToken(exchanged);
    if (env_.vault.TokenHash(exchanged) == session.refresh_hash()) return exchanged;
  }
  return absl::DataLossError("the refresh tokens of a session do not follow from each other");
}

Task<absl::Status> SessionHandlers::Enter(const std::string& phone, const std::string& device_id,
                                          Changes& changes, Entry* entry) {
  const std::string phone_hash = env_.vault.PhoneHash(phone);
  const int shard = env_.keys.PhoneShard(phone_hash);
  CO_ASSIGN_OR_RETURN(const store::Stored index,
                      co_await env_.store.Get(env_.keys.Phone(phone_hash)));
  if (index.exists()) {
    CO_ASSIGN_OR_RETURN(Loaded<v1::PersonRecord> known, co_await LoadPerson(index.bytes));
    entry->person = std::move(known.record);
  } else {
    entry->person = NewPerson(env_.vault, shard, phone, changes.stamp().now);
    const std::string& id = entry->person.person().person_id();
    changes.commit().Put(env_.keys.Phone(phone_hash), 0, id);
    changes.set_actor(id);
    changes.PutPerson({}, entry->person);
  }
  entry->session.set_session_id(ids::New("ses", shard));
  entry->session.set_person_id(entry->person.person().person_id());
  entry->session.set_device_id(device_id);
  Renew(env_.vault.FirstRefreshToken(entry->session.session_id()), changes.stamp().now, entry);
  changes.PutSession({}, entry->session);
  co_return absl::OkStatus();
}

Task<absl::StatusOr<store::Commit>> SessionHandlers::DecideLogin(const v1::LoginRequest& request,
                                                                 Stamp stamp, Entry* entry) {
  const std::string phone_hash = env_.vault.PhoneHash(request.phone());
  const std::string& challenge_id = request.challenge_id();
  // Whoever holds no challenge of the phone learns nothing about those there are.
  if (!env_.keys.ShardOf(challenge_id, "chl").has_value()) {
    co_return Refuse(Reason::LOGIN_CODE_EXPIRED);
  }
  const std::string key = env_.keys.LoginCode(challenge_id);
  CO_ASSIGN_OR_RETURN(Loaded<v1::LoginCodeRecord> code,
                      co_await Load<v1::LoginCodeRecord>(env_.store, key));
  const std::string code_hash = env_.vault.CodeHash(phone_hash, request.code());
  const CodeVerdict verdict = JudgeCode(code.record, phone_hash, code_hash, stamp.now);
  if (verdict == CodeVerdict::kExpired) co_return Refuse(Reason::LOGIN_CODE_EXPIRED);
  if (verdict == CodeVerdict::kExhausted) {
    // Until when another code can be asked for.
    const Time sent = ToTime(code.record.expire_time()) - kCodeLife;
    const Millis wait = sent + env_.limits.code_interval - stamp.now;
    co_return RefuseFor(Reason::TOO_MANY_ATTEMPTS, std::max(wait, Millis(0)));
  }
  const AreaBook::Tree tree = env_.areas.tree();
  Changes changes(env_.keys.PhoneShard(phone_hash), env_.keys, *tree, std::move(stamp));
  *entry = {};
  if (verdict == CodeVerdict::kWrong) {
    code.record.set_attempts(code.record.attempts() + 1);
    changes.commit().Put(key, code.version, code.record.SerializeAsString());
    entry->refusal =
        Refuse(Reason::LOGIN_CODE_WRONG, {{"left", std::to_string(AttemptsLeft(code.record))}});
    co_return changes.Take();
  }
  if (!code.record.session_id().empty()) {
    CO_RETURN_IF_ERROR(co_await EnterAgain(code.record.session_id(), entry));
    co_return changes.Take();
  }
  CO_RETURN_IF_ERROR(co_await Enter(request.phone(), code.record.device_id(), changes, entry));
  const Time now = changes.stamp().now;
  UseCode(entry->session.session_id(), now, &code.record);
  changes.commit().Put(key, code.version, code.record.SerializeAsString());
  changes.commit().SetTimer(timers::Member(kCodeTimer, challenge_id), now + kLoginRetry);
  co_return changes.Take();
}

// The answer to the login was lost, or it was sent twice: into the session it began, with the same
// refresh token.
Task<absl::Status> SessionHandlers::EnterAgain(std::string session_id, Entry* entry) {
  CO_ASSIGN_OR_RETURN(const Loaded<v1::SessionRecord> before,
                      co_await Load<v1::SessionRecord>(env_.store, env_.keys.Session(session_id)));
  if (!before.exists() || !MayRepeatLogin(before.record)) {
    co_return Refuse(Reason::LOGIN_CODE_EXPIRED);
  }
  CO_ASSIGN_OR_RETURN(Loaded<v1::PersonRecord> person,
                      co_await LoadPerson(before.record.person_id()));
  entry->person = std::move(person.record);
  entry->session = before.record;
  entry->refresh_token = env_.vault.FirstRefreshToken(session_id);
  co_return absl::OkStatus();
}

absl::StatusOr<v1::Tokens> SessionHandlers::TokensOf(const Entry& entry) const {
  const Time now = env_.clock.Now();
  const auth::Principal principal = auth::Principal::Person(
      entry.session.person_id(), GrantsOf(entry.person), entry.session.session_id());
  v1::Tokens tokens;
  tokens.set_access_token(env_.signer.Sign(principal, now, auth::kAccessLife));
  *tokens.mutable_access_expire_time() = ToTimestamp(now + auth::kAccessLife);
  tokens.set_refresh_token(entry.refresh_token);
  *tokens.mutable_refresh_expire_time() = entry.session.refresh_expire_time();
  tokens.set_device_token(env_.vault.DeviceToken(entry.person.phone_hash(),
                                                 entry.session.device_id(), now + kDeviceLife));
  ASSIGN_OR_RETURN(*tokens.mutable_person(), env_.vault.Show(entry.person, true));
  return tokens;
}

Task<absl::StatusOr<v1::Tokens>> SessionHandlers::Login(rpc::CallContext context,
                                                        v1::LoginRequest request) {
  CO_RETURN_IF_ERROR(co_await CountAddress(context));
  Entry entry;
  std::function<Task<absl::StatusOr<store::Commit>>()> decide = [&] {
    return DecideLogin(request, StampOf(env_, context), &entry);
  };
  absl::Status done = co_await CommitUntilSettled(env_.store, env_.clock, std::move(decide));
  if (Is(done, Reason::LOGIN_CODE_EXPIRED)) env_.metrics.Login(LoginResult::kExpired);
  if (Is(done, Reason::TOO_MANY_ATTEMPTS)) env_.metrics.Login(LoginResult::kExhausted);
  CO_RETURN_IF_ERROR(done);
  env_.metrics.Login(entry.refusal.ok() ? LoginResult::kOk : LoginResult::kWrongCode);
  CO_RETURN_IF_ERROR(entry.refusal);
  co_return TokensOf(entry);
}

Task<absl::StatusOr<Loaded<v1::PersonRecord>>> SessionHandlers::LoadPerson(std::string id) {
  if (!env_.keys.ShardOf(id, "per").has_value()) co_return NotFound("person", std::move(id));
  CO_ASSIGN_OR_RETURN(Loaded<v1::PersonRecord> loaded,
                      co_await Load<v1::PersonRecord>(env_.store, env_.keys.Person(id)));
  if (!loaded.exists()) co_return NotFound("person", std::move(id));
  co_return loaded;
}

Task<absl::StatusOr<store::Commit>> SessionHandlers::DecideRefresh(std::string session_id,
                                                                   std::string token, Stamp stamp,
                                                                   Entry* entry) {
  CO_ASSIGN_OR_RETURN(const Loaded<v1::SessionRecord> before,
                      co_await Load<v1::SessionRecord>(env_.store, env_.keys.Session(session_id)));
  if (!before.exists()) co_return Refuse(Reason::REFRESH_TOKEN_INVALID);
  *entry = {};
  entry->session = before.record;
  const RefreshVerdict verdict =
      JudgeRefresh(before.record, env_.vault.TokenHash(token), stamp.now);
  if (verdict == RefreshVerdict::kEnded) co_return Refuse(Reason::SESSION_ENDED);
  if (verdict == RefreshVerdict::kExpired) co_return Refuse(Reason::REFRESH_TOKEN_INVALID);
  if (verdict == RefreshVerdict::kReused) {
    // Whoever has its refresh token has its device token, too.
    if (const std::string& device = before.record.device_id(); !device.empty()) {
      CO_RETURN_IF_ERROR(
          (co_await env_.store.Increment(env_.keys.DeviceEnded(device), kDeviceLife)).status());
    }
    entry->session.set_ended(true);
    entry->refusal = Refuse(Reason::REFRESH_TOKEN_REUSED);
  } else {
    CO_ASSIGN_OR_RETURN(Loaded<v1::PersonRecord> person,
                        co_await LoadPerson(before.record.person_id()));
    entry->person = std::move(person.record);
  }
  if (verdict == RefreshVerdict::kRepeat) {
    CO_ASSIGN_OR_RETURN(entry->refresh_token, InForceAfter(std::move(token), before.record));
    co_return store::Commit(env_.keys.keys().ShardOfId(session_id));  // nothing changes
  }
  if (verdict == RefreshVerdict::kRotate) {
    Renew(env_.vault.NextRefreshToken(token), stamp.now, entry);
  }
  const AreaBook::Tree tree = env_.areas.tree();
  Changes changes(env_.keys.keys().ShardOfId(session_id), env_.keys, *tree, std::move(stamp));
  changes.PutSession(before, entry->session);
  co_return changes.Take();
}

Task<absl::StatusOr<v1::Tokens>> SessionHandlers::RefreshTokens(rpc::CallContext context,
                                                                v1::RefreshTokensRequest request) {
  const std::string session_id = env_.vault.SessionOf(request.refresh_token());
  if (!env_.keys.ShardOf(session_id, "ses").has_value()) {
    co_return Refuse(Reason::REFRESH_TOKEN_INVALID);
  }
  Entry entry;
  std::function<Task<absl::StatusOr<store::Commit>>()> decide = [&] {
    return DecideRefresh(session_id, request.refresh_token(), StampOf(env_, context), &entry);
  };
  CO_RETURN_IF_ERROR(co_await CommitUntilSettled(env_.store, env_.clock, std::move(decide)));
  env_.metrics.Login(entry.refusal.ok() ? LoginResult::kOk : LoginResult::kReused);
  CO_RETURN_IF_ERROR(entry.refusal);
  co_return TokensOf(entry);
}

Task<absl::StatusOr<store::Commit>> SessionHandlers::DecideLogout(std::string session_id,
                                                                  Stamp stamp) {
  CO_ASSIGN_OR_RETURN(const Loaded<v1::SessionRecord> before,
                      co_await Load<v1::SessionRecord>(env_.store, env_.keys.Session(session_id)));
  const AreaBook::Tree tree = env_.areas.tree();
  Changes changes(env_.keys.keys().ShardOfId(session_id), env_.keys, *tree, std::move(stamp));
  if (before.exists() && !before.record.ended()) {
    v1::SessionRecord after = before.record;
    after.set_ended(true);
    changes.PutSession(before, after);
  }
  co_return changes.Take();
}

Task<absl::StatusOr<v1::LogoutResponse>> SessionHandlers::Logout(rpc::CallContext context,
                                                                 v1::LogoutRequest) {
  const std::string& session_id = context.caller().session_id;
  // A token that was minted without a session has none to end.
  if (!env_.keys.ShardOf(session_id, "ses").has_value()) co_return v1::LogoutResponse();
  std::function<Task<absl::StatusOr<store::Commit>>()> decide = [&] {
    return DecideLogout(session_id, StampOf(env_, context));
  };
  CO_RETURN_IF_ERROR(co_await CommitUntilSettled(env_.store, env_.clock, std::move(decide)));
  co_return v1::LogoutResponse();
}

}  // namespace baodao::registration
