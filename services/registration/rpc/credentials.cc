// Credentials in PersonService: granting and revoking them.
#include <functional>
#include <utility>

#include "common/areas/covers.h"
#include "common/status/macros.h"
#include "services/registration/domain/credential_rules.h"
#include "services/registration/rpc/routes.h"

namespace baodao::registration {
namespace {

Verifier VerifierOf(const App& app, const rpc::CallContext& context) {
  const auth::Covers covers = areas::CoversIn(app.records.tree());
  Verifier verifier;
  verifier.id = record::OriginOf(context, app.clock.Now()).actor_id;
  verifier.coordinates = [caller = context.caller(), covers](std::string_view area) {
    return caller.Coordinates(area, covers);
  };
  verifier.covers = covers;
  return verifier;
}

events::v1::Event Announcement(const std::string& person_id, v1::Credential credential,
                               bool granted, const std::string& reason) {
  events::v1::Event event;
  auto& change = *event.mutable_credential_changed();
  change.set_person_id(person_id);
  *change.mutable_credential() = std::move(credential);
  change.set_granted(granted);
  change.set_reason(reason);
  return event;
}

// Changes the record alone, none of its areas. Answers what to announce besides the profile.
using PersonEdit = std::function<absl::StatusOr<events::v1::Event>(v1::PersonRecord*, Time)>;

template <class Request>
Task<absl::StatusOr<v1::Person>> EditCredentials(App& app, rpc::CallContext context,
                                                 const Request& request, PersonEdit edit) {
  record::Decide<v1::PersonRecord> decide =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::PersonRecord>> {
    CO_ASSIGN_OR_RETURN(const auto before,
                        co_await app.records.Load(context, kPerson, request.person_id()));
    v1::PersonRecord after = before.record;
    CO_ASSIGN_OR_RETURN(events::v1::Event event, edit(&after, transaction.now()));
    transaction.Put(kPerson, before, after);
    transaction.Emit(std::move(event));
    kPerson.SetEtag(before.version + 1, &after);
    co_return after;
  };
  const int shard = app.records.ShardOfId(request.person_id());
  CO_ASSIGN_OR_RETURN(
      const v1::PersonRecord edited,
      co_await app.records.Mutate<v1::PersonRecord>(context, request, shard, std::move(decide)));
  co_return app.records.Show(context, kPerson, edited);
}

Task<absl::StatusOr<v1::Person>> GrantCredential(App& app, rpc::CallContext context,
                                                 v1::GrantCredentialRequest request) {
  if (!request.area_code().empty()) {
    CO_RETURN_IF_ERROR((co_await app.records.TreeWith(request.area_code())).status());
  }
  const Verifier verifier = VerifierOf(app, context);
  PersonEdit edit = [&](v1::PersonRecord* person, Time now) -> absl::StatusOr<events::v1::Event> {
    ASSIGN_OR_RETURN(v1::Credential credential,
                     registration::GrantCredential(request, verifier, now, person));
    return Announcement(request.person_id(), std::move(credential), true, "");
  };
  co_return co_await EditCredentials(app, context, request, std::move(edit));
}

Task<absl::StatusOr<v1::Person>> RevokeCredential(App& app, rpc::CallContext context,
                                                  v1::RevokeCredentialRequest request) {
  const Verifier verifier = VerifierOf(app, context);
  PersonEdit edit = [&](v1::PersonRecord* person, Time now) -> absl::StatusOr<events::v1::Event> {
    ASSIGN_OR_RETURN(v1::Credential credential,
                     registration::RevokeCredential(request, verifier, now, person));
    return Announcement(request.person_id(), std::move(credential), false, request.reason());
  };
  co_return co_await EditCredentials(app, context, request, std::move(edit));
}

}  // namespace

void RegisterCredentials(App& app, rpc::Router& router) {
  const std::string service = "baodao.registration.v1.PersonService/";
  router.Unary(service + "GrantCredential", app, &GrantCredential);
  router.Unary(service + "RevokeCredential", app, &RevokeCredential);
}

}  // namespace baodao::registration
