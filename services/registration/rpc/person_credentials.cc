// Granting and revoking credentials.
#include <utility>

#include "common/status/macros.h"
#include "services/registration/domain/credential_rules.h"
#include "services/registration/rpc/person_handlers.h"

namespace baodao::registration {

Task<absl::StatusOr<PersonHandlers::PersonDecision>> PersonHandlers::DecideEdit(
    std::string person_id, const PersonEdit& edit, Stamp stamp) {
  CO_ASSIGN_OR_RETURN(const Loaded<v1::PersonRecord> before, co_await LoadPerson(person_id));
  v1::PersonRecord after = before.record;
  CO_RETURN_IF_ERROR(edit(stamp, &after));
  co_return Decided(before, std::move(after), std::move(stamp));
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
  PersonEdit edit = [&request](const Stamp& stamp, v1::PersonRecord* person) {
    return registration::GrantCredential(request, stamp.actor_id, stamp.now, person);
  };
  co_return co_await Edit(std::move(context), request, std::move(edit));
}

Task<absl::StatusOr<v1::Person>> PersonHandlers::RevokeCredential(
    rpc::CallContext context, v1::RevokeCredentialRequest request) {
  PersonEdit edit = [&request](const Stamp& stamp, v1::PersonRecord* person) {
    return registration::RevokeCredential(request, stamp.now, person);
  };
  co_return co_await Edit(std::move(context), request, std::move(edit));
}

}  // namespace baodao::registration
