// Credentials and verified categories of a person: granting and revoking them.
#include <functional>
#include <utility>

#include "common/status/macros.h"
#include "services/registration/app/verifications.h"
#include "services/registration/domain/account_deletion.h"
#include "services/registration/domain/credential_rules.h"
#include "services/registration/rpc/routes.h"

namespace baodao::registration {
namespace {

// Changes the record alone, none of its areas. Answers what to announce besides the profile.
using PersonEdit = std::function<absl::StatusOr<events::v1::Event>(v1::PersonRecord*, Time)>;

template <class Request>
Task<absl::StatusOr<v1::Person>> EditPerson(App& app, rpc::CallContext context,
                                            const Request& request, PersonEdit edit) {
  record::Decide<v1::PersonRecord> decide =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::PersonRecord>> {
    CO_ASSIGN_OR_RETURN(const auto before,
                        co_await app.records.Load(context, kPerson, request.person_id()));
    CO_RETURN_IF_ERROR(CheckNotErased(before.record));
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
    RETURN_IF_ERROR(CheckCredentialKind("kind", request.kind(), person->person()));
    ASSIGN_OR_RETURN(v1::Credential credential,
                     registration::GrantCredential(request, verifier, now, person));
    return CredentialEvent(request.person_id(), std::move(credential), true, "");
  };
  co_return co_await EditPerson(app, context, request, std::move(edit));
}

Task<absl::StatusOr<v1::Person>> RevokeCredential(App& app, rpc::CallContext context,
                                                  v1::RevokeCredentialRequest request) {
  const Verifier verifier = VerifierOf(app, context);
  PersonEdit edit = [&](v1::PersonRecord* person, Time now) -> absl::StatusOr<events::v1::Event> {
    ASSIGN_OR_RETURN(v1::Credential credential,
                     registration::RevokeCredential(request, verifier, now, person));
    return CredentialEvent(request.person_id(), std::move(credential), false, request.reason());
  };
  co_return co_await EditPerson(app, context, request, std::move(edit));
}

Task<absl::StatusOr<v1::Person>> RevokeVerification(App& app, rpc::CallContext context,
                                                    v1::RevokeVerificationRequest request) {
  const Verifier verifier = VerifierOf(app, context);
  PersonEdit edit = [&](v1::PersonRecord* person, Time now) -> absl::StatusOr<events::v1::Event> {
    events::v1::Event event;
    events::v1::CategoryRevoked& revoked = *event.mutable_category_revoked();
    revoked.set_person_id(request.person_id());
    ASSIGN_OR_RETURN(*revoked.mutable_category(), RevokeCategory(request, verifier, now, person));
    revoked.set_reason(request.reason());
    return event;
  };
  co_return co_await EditPerson(app, context, request, std::move(edit));
}

}  // namespace

void RegisterCredentials(App& app, rpc::Router& router) {
  const std::string service = "baodao.registration.v1.PersonService/";
  router.Unary(service + "GrantCredential", app, &GrantCredential);
  router.Unary(service + "RevokeCredential", app, &RevokeCredential);
  router.Unary("baodao.registration.v1.VerificationService/RevokeVerification", app,
               &RevokeVerification);
}

}  // namespace baodao::registration
