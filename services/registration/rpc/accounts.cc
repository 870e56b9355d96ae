// AccountService: sessions of a person, and their phone.
#include <utility>

#include "baodao/registration/v1/account.pb.h"
#include "common/log/log.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/registration/app/phone_change.h"
#include "services/registration/app/phone_code.h"
#include "services/registration/domain/login_rules.h"
#include "services/registration/domain/person_rules.h"
#include "services/registration/rpc/routes.h"

namespace baodao::registration {
namespace {

v1::Session ViewOf(const v1::SessionRecord& record, const rpc::CallContext& context) {
  v1::Session session;
  session.set_session_id(record.session_id());
  session.set_device_name(record.device_name());
  *session.mutable_create_time() = record.create_time();
  const Time expires = ToTime(record.refresh_expire_time());
  *session.mutable_refresh_time() = ToTimestamp(expires - kRefreshLife);
  *session.mutable_expire_time() = record.refresh_expire_time();
  session.set_ended(record.ended());
  session.set_current(record.session_id() == context.caller().session_id);
  return session;
}

Task<absl::StatusOr<v1::ListMySessionsResponse>> ListMySessions(App& app, rpc::CallContext context,
                                                                v1::ListMySessionsRequest request) {
  CO_ASSIGN_OR_RETURN(const auto person,
                      co_await app.records.Find(kPerson, context.caller().person_id));
  // Services and minted operators are nobody.
  if (!person.exists()) co_return v1::ListMySessionsResponse();
  const auto show = [&](v1::ListMySessionsResponse* response,
                        record::Versioned<v1::SessionRecord> found) {
    *response->add_sessions() = ViewOf(found.record, context);
    return absl::OkStatus();
  };
  const auto in_force = [&](const v1::SessionRecord& session) {
    return !session.ended() && Keeps(person.record, session, app.clock.Now());
  };
  co_return co_await app.records.List<v1::ListMySessionsResponse>(
      context, kSession, request, SessionsOf(app.store().keys(), person.record), show, in_force);
}

Task<absl::StatusOr<v1::Session>> EndSession(App& app, rpc::CallContext context,
                                             v1::EndSessionRequest request) {
  record::Decide<v1::Session> decide =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::Session>> {
    CO_ASSIGN_OR_RETURN(const auto before,
                        co_await app.records.Find(kSession, request.session_id()));
    if (!before.exists() || !context.caller().Is(before.record.person_id())) {
      co_return NotFound("session", request.session_id());
    }
    v1::SessionRecord after = before.record;
    if (!after.ended()) {
      after.set_ended(true);
      transaction.Put(kSession, before, after);
      std::string device = app.keys.DeviceEnded(after.device_id());
      CO_RETURN_IF_ERROR((co_await app.store().Increment(std::move(device), kDeviceLife)).status());
    }
    co_return ViewOf(after, context);
  };
  const int shard = app.records.ShardOfId(request.session_id());
  co_return co_await app.records.Mutate<v1::Session>(context, request, shard, std::move(decide));
}

// Whether the phone is the caller's to use. A right code is used up with it.
Task<absl::Status> Prove(App& app, rpc::CallContext context, std::string phone,
                         v1::PhoneCode code) {
  const int shard = app.keys.PhoneShard(app.vault.PhoneHash(phone));
  const GivenCode given{std::move(phone), code.code(), code.challenge_id()};
  absl::Status refusal;
  const std::function<Task<absl::Status>(record::Transaction&)> decide =
      [&](record::Transaction& transaction) -> Task<absl::Status> {
    CO_ASSIGN_OR_RETURN(const TriedCode tried, co_await TryCode(app, transaction, given));
    refusal = tried.refusal;
    if (!refusal.ok()) co_return absl::OkStatus();
    v1::LoginCodeRecord used = tried.before.record;
    UseCode(used.session_id(), transaction.now(), &used);
    transaction.Put(kLoginCode, tried.before, used);
    co_return absl::OkStatus();
  };
  CO_RETURN_IF_ERROR(
      co_await app.records.Update(shard, record::OriginOf(context, app.clock.Now()), decide));
  co_return refusal;
}

Task<absl::Status> ProveAll(App& app, rpc::CallContext context,
                            const v1::ChangePhoneRequest& request, const v1::PersonRecord& person) {
  CO_RETURN_IF_ERROR(co_await Prove(app, context, request.phone(), request.code()));
  if (!context.caller().Is(request.person_id())) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(const PrivateFields fields, app.vault.Open(person));
  co_return co_await Prove(app, context, fields.phone, request.current_code());
}

absl::Status CheckComplete(const rpc::CallContext& context, const v1::ChangePhoneRequest& request) {
  if (!context.caller().Is(request.person_id())) {
    return request.reason().empty() ? RefuseField("reason", ViolationKind::REQUIRED)
                                    : absl::OkStatus();
  }
  return request.has_current_code() ? absl::OkStatus()
                                    : RefuseField("current_code", ViolationKind::REQUIRED);
}

Task<absl::StatusOr<v1::Person>> ChangePhone(App& app, rpc::CallContext context,
                                             v1::ChangePhoneRequest request) {
  CO_RETURN_IF_ERROR(CheckComplete(context, request));
  const bool own = context.caller().Is(request.person_id());
  const std::string phone_hash = app.vault.PhoneHash(request.phone());
  const record::Origin origin = record::OriginOf(context, app.clock.Now());
  CO_ASSIGN_OR_RETURN(const auto person,
                      co_await app.records.Load(context, kPerson, request.person_id()));
  // One that was changed to this phone already is the same request again, or is told so below.
  const bool fresh = person.record.phone_hash() != phone_hash;
  if (fresh) {
    if (own) CO_RETURN_IF_ERROR(CheckPhoneInterval(person.record, app.clock.Now()));
    CO_RETURN_IF_ERROR(co_await ProveAll(app, context, request, person.record));
    CO_RETURN_IF_ERROR(co_await ReservePhone(app, origin, request.person_id(), phone_hash));
  }
  v1::PersonRecord after;
  const auto change = [&](record::Transaction& transaction,
                          v1::PersonRecord* record) -> Task<absl::Status> {
    if (record->phone_hash() == phone_hash) co_return Refuse(Reason::PHONE_UNCHANGED);
    // Another change has come in between.
    if (!SignsInWith(*record, phone_hash, transaction.now())) {
      co_return Refuse(Reason::CONFLICT_RETRY);
    }
    if (own) CO_RETURN_IF_ERROR(CheckPhoneInterval(*record, transaction.now()));
    CO_ASSIGN_OR_RETURN(PrivateFields fields, app.vault.Open(*record));
    fields.phone = request.phone();
    PutPhoneInForce(own ? context.caller().session_id : "", transaction.now(), record);
    app.vault.Seal(fields, record);
    events::v1::Event event;
    event.mutable_phone_changed()->set_person_id(request.person_id());
    event.mutable_phone_changed()->set_reason(own ? "" : request.reason());
    transaction.Emit(std::move(event));
    after = *record;
    co_return absl::OkStatus();
  };
  CO_ASSIGN_OR_RETURN(v1::Person changed, co_await app.records.Change(context, request, kPerson,
                                                                      request.person_id(), change));
  if (!fresh) co_return changed;
  // What is left of them works no more: sessions end when their tokens are exchanged at the latest.
  const absl::Status left = co_await LeavePhone(app, origin, person.record, std::move(after));
  if (!left.ok()) log::Warn("phone.left_to_time", {{"status", left}}, context.trace_id());
  co_return changed;
}

}  // namespace

void RegisterAccounts(App& app, rpc::Router& router) {
  const std::string service = "baodao.registration.v1.AccountService/";
  router.Unary(service + "ListMySessions", app, &ListMySessions);
  router.Unary(service + "EndSession", app, &EndSession);
  router.Unary(service + "ChangePhone", app, &ChangePhone);
}

}  // namespace baodao::registration
