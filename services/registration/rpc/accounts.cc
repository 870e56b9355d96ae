// AccountService: sessions of a person, and their phone.
#include <string>
#include <utility>
#include <vector>

#include "baodao/registration/v1/account.pb.h"
#include "common/areas/covers.h"
#include "common/log/log.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/registration/app/phone_change.h"
#include "services/registration/app/phone_code.h"
#include "services/registration/app/reach.h"
#include "services/registration/app/sessions.h"
#include "services/registration/app/subject.h"
#include "services/registration/domain/account_deletion.h"
#include "services/registration/domain/login_rules.h"
#include "services/registration/domain/person_rules.h"
#include "services/registration/domain/role_rules.h"
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
                        record::Versioned<v1::SessionRecord>&& found) {
    *response->add_sessions() = ViewOf(found.record, context);
    return absl::OkStatus();
  };
  const auto in_force = [&](const v1::SessionRecord& session) {
    return !session.ended() && Keeps(person.record, session, app.clock.Now());
  };
  co_return co_await app.records.List<v1::ListMySessionsResponse>(
      context, kSession, request, SessionsOf(app.store().keys(), person.record), show, in_force);
}

Task<absl::StatusOr<v1::Session>> EndOwnSession(App& app, rpc::CallContext context,
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

// Whether the phone is in the hands of the person. A right code is used up with it: no login takes
// it any more.
Task<absl::Status> Prove(App& app, rpc::CallContext context, std::string person_id,
                         std::string phone, v1::PhoneCode code) {
  const int shard = app.keys.PhoneShard(app.vault.PhoneHash(phone));
  const GivenCode given{std::move(phone), code.code(), code.challenge_id()};
  absl::Status refusal;
  const std::function<Task<absl::Status>(record::Transaction&)> decide =
      [&](record::Transaction& transaction) -> Task<absl::Status> {
    CO_ASSIGN_OR_RETURN(const TriedCode tried, co_await TryCode(app, transaction, given));
    refusal = tried.refusal;
    v1::LoginCodeRecord used = tried.before.record;
    // A retry may send it again for as long as a login could.
    if (!refusal.ok() || !used.session_id().empty()) co_return absl::OkStatus();
    UseCode(person_id, transaction.now(), &used);
    transaction.Put(kLoginCode, tried.before, used);
    co_return absl::OkStatus();
  };
  CO_RETURN_IF_ERROR(
      co_await app.records.Update(shard, record::OriginOf(context, app.clock.Now()), decide));
  co_return refusal;
}

// The codes of the request; a coordinator proves the new phone alone.
Task<absl::Status> ProveAll(App& app, rpc::CallContext context,
                            const v1::ChangePhoneRequest& request, const v1::PersonRecord& person) {
  CO_RETURN_IF_ERROR(
      co_await Prove(app, context, request.person_id(), request.phone(), request.code()));
  if (!context.caller().Is(request.person_id())) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(const PrivateFields fields, app.vault.Open(person));
  co_return co_await Prove(app, context, request.person_id(), fields.phone, request.current_code());
}

// Who vouches for somebody reaches them, and could give them each of their roles: whoever has the
// phone has these.
Task<absl::Status> CheckMayVouch(App& app, rpc::CallContext context,
                                 const v1::PersonRecord& person) {
  CO_RETURN_IF_ERROR(co_await CheckReach(app, context, Subject::Of(person)));
  const auth::Covers covers = areas::CoversIn(app.areas.tree());
  for (const v1::RoleGrant& grant : person.grants()) {
    CO_RETURN_IF_ERROR(
        CheckMayChangeRole(context.caller(), grant.role(), grant.area_code(), covers));
  }
  co_return absl::OkStatus();
}

absl::Status CheckComplete(const rpc::CallContext& context, const v1::ChangePhoneRequest& request) {
  if (!context.caller().Is(request.person_id())) {
    return request.reason().empty() ? RefuseField("reason", ViolationKind::REQUIRED)
                                    : absl::OkStatus();
  }
  return request.has_current_code() ? absl::OkStatus()
                                    : RefuseField("current_code", ViolationKind::REQUIRED);
}

// Whether the caller may change this person's phone now; before anything is proved, and when it is
// put in force.
Task<absl::Status> CheckMayChange(App& app, rpc::CallContext context,
                                  const v1::PersonRecord& person) {
  CO_RETURN_IF_ERROR(CheckNotErased(person));
  if (!context.caller().Is(person.person().person_id())) {
    co_return co_await CheckMayVouch(app, std::move(context), person);
  }
  co_return CheckPhoneInterval(person, app.clock.Now());
}

// Once another phone is in force. One that stays goes to whoever signs in with it next.
Task<void> FreeOldPhones(App& app, rpc::CallContext context, const v1::PersonRecord& before) {
  const std::string id = before.person().person_id();
  const record::Origin origin = record::OriginOf(context, app.clock.Now());
  const std::vector<std::string> hashes = {before.phone_hash(), before.new_phone_hash()};
  for (const std::string& hash : hashes) {
    if (hash.empty()) continue;
    const absl::Status freed = co_await FreePhone(app, origin, id, hash);
    if (!freed.ok()) log::Warn("phone.not_freed", {{"status", freed}}, context.trace_id());
  }
}

Task<absl::StatusOr<v1::Person>> PutInForce(App& app, rpc::CallContext context,
                                            const v1::ChangePhoneRequest& request,
                                            v1::PersonRecord* after) {
  const std::string phone_hash = app.vault.PhoneHash(request.phone());
  const bool own = context.caller().Is(request.person_id());
  const auto change = [&](record::Transaction& transaction,
                          v1::PersonRecord* record) -> Task<absl::Status> {
    // Another change has come in between.
    if (record->new_phone_hash() != phone_hash) co_return Refuse(Reason::CONFLICT_RETRY);
    CO_RETURN_IF_ERROR(co_await CheckMayChange(app, context, *record));
    CO_ASSIGN_OR_RETURN(PrivateFields fields, app.vault.Open(*record));
    fields.phone = request.phone();
    PutPhoneInForce(own ? context.caller().session_id : "", transaction.now(), record);
    app.vault.Seal(fields, record);
    events::v1::Event event;
    event.mutable_phone_changed()->set_person_id(request.person_id());
    event.mutable_phone_changed()->set_reason(own ? "" : request.reason());
    transaction.Emit(std::move(event));
    *after = *record;
    co_return absl::OkStatus();
  };
  co_return co_await app.records.Change(context, request, kPerson, request.person_id(), change);
}

Task<absl::StatusOr<v1::Person>> ChangePhone(App& app, rpc::CallContext context,
                                             v1::ChangePhoneRequest request) {
  // Its codes may have run out since.
  CO_ASSIGN_OR_RETURN(auto answered, co_await store::FindAnswer<v1::PersonRecord>(
                                         app.store(), app.records.ShardOfId(request.person_id()),
                                         record::Repository::RequestKeyOf(context, request)));
  if (answered) co_return app.records.Show(context, kPerson, *std::move(answered));
  CO_RETURN_IF_ERROR(CheckComplete(context, request));
  CO_ASSIGN_OR_RETURN(const auto person,
                      co_await app.records.Load(context, kPerson, request.person_id()));
  CO_RETURN_IF_ERROR(co_await CheckMayChange(app, context, person.record));
  CO_RETURN_IF_ERROR(co_await ProveAll(app, context, request, person.record));
  const std::string phone_hash = app.vault.PhoneHash(request.phone());
  if (person.record.phone_hash() == phone_hash) co_return Refuse(Reason::PHONE_UNCHANGED);
  const record::Origin origin = record::OriginOf(context, app.clock.Now());
  CO_RETURN_IF_ERROR(co_await ReservePhone(app, origin, request.person_id(), phone_hash));
  v1::PersonRecord after;
  CO_ASSIGN_OR_RETURN(v1::Person changed, co_await PutInForce(app, context, request, &after));
  // Empty: the same request has come twice at once, and the other one made the change.
  if (after.phone_hash().empty()) co_return changed;
  const absl::Status ended = co_await EndOtherSessions(app, origin, person.record, after);
  // Those that are left end when their tokens are exchanged.
  if (!ended.ok()) log::Warn("phone.sessions_left", {{"status", ended}}, context.trace_id());
  co_await FreeOldPhones(app, context, person.record);
  co_return changed;
}

}  // namespace

void RegisterAccounts(App& app, rpc::Router& router) {
  const std::string service = "baodao.registration.v1.AccountService/";
  router.Unary(service + "ListMySessions", app, &ListMySessions);
  router.Unary(service + "EndSession", app, &EndOwnSession);
  router.Unary(service + "ChangePhone", app, &ChangePhone);
}

}  // namespace baodao::registration
