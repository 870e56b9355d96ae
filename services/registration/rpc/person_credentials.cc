// Granting and revoking credentials.
#include <utility>

#include "common/status/macros.h"
#include "services/registration/domain/credential_rules.h"
#include "services/registration/rpc/person_handlers.h"

namespace baodao::registration {
namespace {

Verifier VerifierOf(const Environment& environment, const rpc::CallContext& context) {
  const auth::Covers covers = CoversIn(environment.areas.tree());
  Verifier verifier;
  verifier.id = StampOf(environment, context).actor_id;
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

}  // namespace

Task<absl::StatusOr<PersonHandlers::PersonDecision>> PersonHandlers::DecideEdit(
    std::string person_id, const PersonEdit& edit, Stamp stamp) {
  CO_ASSIGN_OR_RETURN(const Loaded<v1::PersonRecord> before, co_await LoadPerson(person_id));
  v1::PersonRecord after = before.record;
  CO_ASSIGN_OR_RETURN(events::v1::Event event, edit(stamp, &after));
  co_return Decided(before, std::move(after), std::move(stamp), std::move(event));
}

template <class Request>
Task<absl::StatusOr<v1::Person>> PersonHandlers::Edit(rpc::CallContext context,
                                                      const Request& request, PersonEdit edit) {
  const std::optional<int> shard = env_.keys.ShardOf(request.person_id(), "per");
  if (!shard.has_value()) co_return NotFound("person", request.person_id());
  Decide<v1::PersonRecord> decide = [&] {
    return DecideEdit(request.person_id(), edit, StampOf(env_, context));
  };
  CO_ASSIGN_OR_RETURN(
      const v1::PersonRecord record,
      co_await Mutate<v1::PersonRecord>(env_, context, request, *shard, std::move(decide)));
  co_return env_.vault.Show(record, false);
}

Task<absl::StatusOr<v1::Person>> PersonHandlers::GrantCredential(
    rpc::CallContext context, v1::GrantCredentialRequest request) {
  if (!request.area_code().empty()) {
    CO_RETURN_IF_ERROR((co_await env_.areas.TreeWith(request.area_code())).status());
  }
  const Verifier verifier = VerifierOf(env_, context);
  PersonEdit edit = [&](const Stamp& stamp,
                        v1::PersonRecord* person) -> absl::StatusOr<events::v1::Event> {
    ASSIGN_OR_RETURN(v1::Credential credential,
                     registration::GrantCredential(request, verifier, stamp.now, person));
    return Announcement(request.person_id(), std::move(credential), true, "");
  };
  co_return co_await Edit(context, request, std::move(edit));
}

Task<absl::StatusOr<v1::Person>> PersonHandlers::RevokeCredential(
    rpc::CallContext context, v1::RevokeCredentialRequest request) {
  const Verifier verifier = VerifierOf(env_, context);
  PersonEdit edit = [&](const Stamp& stamp,
                        v1::PersonRecord* person) -> absl::StatusOr<events::v1::Event> {
    ASSIGN_OR_RETURN(v1::Credential credential,
                     registration::RevokeCredential(request, verifier, stamp.now, person));
    return Announcement(request.person_id(), std::move(credential), false, request.reason());
  };
  co_return co_await Edit(context, request, std::move(edit));
}

}  // namespace baodao::registration
